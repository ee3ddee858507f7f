import { describe, expect, it } from '@jest/globals';

import { requestGroupsOf } from '../../../src/inspector/model/request-groups.js';
import { sequenceMermaid } from '../../../src/inspector/model/sequence-mermaid.js';
import { sequenceOf } from '../../../src/inspector/model/sequence.js';
import { changes } from '../../support/inspector/changes.js';

describe('a sequence as Mermaid', () => {
  it('a session is written with a frame for each request, and bars where it is at work', () => {
    const log = changes([
      ['socket.attach', 'unconnected.idle', 'connected.open'],
      ['request.head', 'idle.fresh', 'active', 'x'],
      ['response.head', 'active', 'active', 'x'],
      ['response.end', 'active', 'active', 'x'],
      ['request.end', 'active', 'idle.reused', 'x'],
      ['socket.closed', 'connected.open', 'closed'],
    ]);
    const session = { request: { number: 4, method: 'GET', target: '/json' }, response: 200 };
    const subject = { id: 'a', name: 'server session 1', session: null, children: [] };
    const sequence = sequenceOf(subject, log, { groups: requestGroupsOf(log, { session }) });
    expect(sequenceMermaid(sequence)).toBe(
      `sequenceDiagram
  participant P0 as server
  participant P1 as session
  participant P2 as socket
  P0->>P1: socket.attach
  activate P0
  activate P1
  deactivate P0
  deactivate P1
  rect rgba(128, 128, 128, 0.15)
    Note over P0,P2: #35;4 GET /json 200 30 ms
    P2->>P1: request.head
    activate P0
    activate P1
    P0->>P2: response.head
    P0->>P2: response.end
    deactivate P0
    P2->>P1: request.end
    deactivate P1
  end
  P2->>P1: socket.closed
  activate P1
  deactivate P1
`,
    );
  });

  it('names of other programs cannot break out of their line', () => {
    const log = changes([['a;b\nend', 'off', 'on', 'a', 'x#1']]);
    const subject = { id: 'a', name: '<b>%%', session: null, children: [] };
    expect(sequenceMermaid(sequenceOf(subject, log))).toBe(
      `sequenceDiagram
  participant P0 as x#35;1
  participant P1 as #60;b#62;%#37;
  P0->>P1: a#59;b end
  activate P0
  activate P1
  deactivate P0
  deactivate P1
`,
    );
  });

  it('a sequence without messages is an empty diagram', () => {
    const subject = { id: 'a', name: 'light', session: null, children: [] };
    expect(sequenceMermaid(sequenceOf(subject, []))).toBe('sequenceDiagram\n');
  });
});
