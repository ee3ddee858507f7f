import { describe, expect, it } from '@jest/globals';

import { exchangeMachine } from '../../machines/exchange.machine.js';
import { sessionMachine } from '../../machines/session.machine.js';
import {
  endCharts,
  exploreProduct,
  PRODUCT_RULES,
  type ExplorationOptions,
  type PropertyName,
} from './model/index.js';
import { altered, stateAt, without } from '../support/product/altered.js';
import { bothEnds } from '../support/product/charts.js';

/*
 * What is broken is found, and by the shortest way there is. One thing is broken at a time, in a copy of a chart or in
 * what the code around the charts decides; everything else is the product's.
 */

type Mutant = readonly [what: string, options: ExplorationOptions, property: PropertyName, moves: number];

const session = (path: string, event: string): ExplorationOptions =>
  bothEnds({ session: without(sessionMachine, path, event) });

const exchange = (path: string, event: string): ExplorationOptions =>
  bothEnds({ exchange: without(exchangeMachine, path, event) });

const rules = (changed: NonNullable<ExplorationOptions['rules']>): ExplorationOptions => ({
  ...bothEnds(),
  rules: changed,
});

const CHARTS: readonly Mutant[] = [
  [
    'a client does not heed FIN',
    {
      ...bothEnds(),
      client: endCharts({
        session: without(sessionMachine, 'connected.open', 'socket.ended'),
        exchange: exchangeMachine,
      }),
    },
    'request after FIN',
    9,
  ],
  ['a session cannot be closed', session('connected', 'session.close'), 'stuck', 1],
  ['a session does not heed the loss of its socket', session('connected', 'socket.failed'), 'stuck', 3],
  ['the time of lingering does not end', session('connected.lingering', 'deadline.expired'), 'stuck', 5],
  ['a session cannot be drained', session('connected.open', 'session.drain'), 'drain', 2],
  [
    'a session that the client has half closed cannot be drained',
    session('connected.halfClosed', 'session.drain'),
    'drain',
    6,
  ],
  [
    'a half-closed session cannot come to its end',
    session('connected.halfClosed', 'session.linger'),
    'drain',
    9,
  ],
  [
    'a refusal does not end the connection',
    session('errored.recoverable.open', 'session.linger'),
    'stuck',
    6,
  ],
  ['a socket cannot be handed over', session('connected', 'socket.detach'), 'hand-over', 3],
  ['an idle connection cannot be told that it is the last', exchange('idle', 'connection.close'), 'drain', 2],
  ['a drain does not see that a request has begun', exchange('idle.fresh', 'request.begin'), 'drain', 4],
  ['a response does not end', exchange('active.cycle.response.body', 'response.end'), 'stuck', 4],
  [
    'an offer that was sent whole counts as one that was not, so that nothing limits the wait for its answer',
    bothEnds({
      exchange: altered(exchangeMachine, (root) => {
        stateAt(root, 'active.cycle.request.offered').tags = ['requesting'];
      }),
    }),
    'stuck',
    2,
  ],
  [
    'an offer cannot be accepted',
    exchange('active.cycle.request.offered.mightSwitch', 'response.switch'),
    'hand-over',
    5,
  ],
];

const CODE: readonly Mutant[] = [
  [
    'a client sends whatever it knows of the connection',
    rules({ mayRequest: () => true }),
    'request after FIN',
    7,
  ],
  [
    'a client sends before the response has ended',
    rules({ mayRequest: ({ client }) => client.session.name === 'connected.open' }),
    'attribution',
    5,
  ],
  [
    'a server answers the second request first',
    { ...rules({ readsAhead: true }), bounds: { pipelining: 2, kinds: ['plain'] } },
    'attribution',
    6,
  ],
  [
    'a client forgets that a body waits for 100 Continue, and does not watch an upload whose response is complete',
    rules({ forbidsReplayFirst: false, watchesUploads: false }),
    'stuck',
    10,
  ],
  ['a hand-over loses what was read', rules({ handOver: () => [] }), 'hand-over', 7],
  ['a hand-over doubles what was read', rules({ handOver: (held) => [...held, ...held] }), 'hand-over', 5],
  [
    'a hand-over turns what was read around',
    rules({ handOver: (held) => [...held].reverse() }),
    'hand-over',
    7,
  ],
  ['a drain does not close idle connections', rules({ closesIdle: false }), 'drain', 2],
  ['a server that lingers sets itself no time', rules({ lingers: false }), 'stuck', 4],
];

describe.each([
  ['a chart', CHARTS],
  ['the code around the charts', CODE],
])('of what is broken in %s', (_, mutants) => {
  it.each(mutants)('it is found that %s', (_what, options, property, moves) => {
    const { violations } = exploreProduct({ ...options, properties: [property] });
    expect(violations.map((found) => [found.property, found.steps.length])).toEqual([[property, moves]]);
  });
});

describe('what is not broken', () => {
  it('is as the rules of the product have it', () => {
    const { violations } = exploreProduct({
      ...rules(PRODUCT_RULES),
      bounds: { requests: 1, faults: false },
    });
    expect(violations).toEqual([]);
  });

  it('is a machine that was only copied', () => {
    const copy = altered(sessionMachine, () => undefined);
    const bounds = { requests: 1, faults: false };
    expect(exploreProduct({ ...bothEnds({ session: copy }), bounds })).toEqual(
      exploreProduct({ ...bothEnds(), bounds }),
    );
  });
});
