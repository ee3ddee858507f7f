import { describe, expect, it } from '@jest/globals';

import { exploreProduct, printCounterExample } from './model/index.js';
import { bothEnds } from '../support/product/charts.js';

describe('a counter-example', () => {
  it('names the property and the moves, and draws what passes', () => {
    const { violations } = exploreProduct({
      ...bothEnds(),
      rules: { handOver: (held) => [...held, ...held] },
      properties: ['hand-over'],
    });
    expect(violations.map(printCounterExample)).toEqual([
      `Violated: no byte is lost, doubled or taken for HTTP at a hand-over
Found among ${String(violations[0]?.states)} states; the shortest way there has 5 moves:
  1. client application: request (offers)
  2. client application: raw byte, before the answer
  3. network: deliver to server
  4. network: deliver to server
  5. server application: switchProtocol()

sequenceDiagram
  participant CA as client application
  participant C as client session
  participant N as network
  participant S as server session
  participant SA as server application
  CA->>C: request (offers)
  C->>N: request 1 (offers)
  Note over C: connected.open / active(keepAlive.on,replay.impossible,cycle(request.offered.mightSwitch,response.waiting))
  CA->>C: raw byte, before the answer
  C->>N: raw byte 1
  N->>S: request 1 (offers)
  S->>SA: request 1
  Note over S: connected.open / active(keepAlive.on,replay.impossible,cycle(request.offered.mightSwitch,response.waiting))
  N->>S: raw byte 1
  SA->>S: switchProtocol()
  S->>N: 101 Switching Protocols for request 1
  Note over S: detached / closed
`,
    ]);
  });

  it('is the shortest one: no shorter way breaks anything', () => {
    const find = (requests: number) =>
      exploreProduct({
        ...bothEnds(),
        rules: { closesIdle: false },
        bounds: { requests },
        properties: ['drain'],
      }).violations.map(({ steps }) => steps);
    expect(find(2)).toEqual([['server application: drain()', 'server: the grace is over']]);
    expect(find(1)).toEqual(find(2));
  });

  it('holds one way for each property that is broken', () => {
    const { violations } = exploreProduct({
      ...bothEnds(),
      rules: { closesIdle: false, handOver: () => [] },
      properties: ['drain', 'hand-over'],
    });
    expect(violations.map(({ property }) => property)).toEqual(['drain', 'hand-over']);
  });
});
