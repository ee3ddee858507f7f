import { describe, expect, it } from '@jest/globals';
import type { AnyStateMachine, AnyStateNode } from 'xstate';

import {
  CALL_EVENTS,
  callMachine,
  ORIGIN_EVENTS,
  originMachine,
  PLACE_EVENTS,
  placeMachine,
} from '../../machines/index.js';
import {
  explorePool,
  POOL_RULES,
  printPoolCounterExample,
  type PoolCharts,
  type PoolProperty,
  type PoolRules,
} from './pool/index.js';
import { compiled } from '../support/chart/compiled.js';
import { altered, without } from '../support/product/altered.js';

/*
 * What is broken in a pool is found, and by the shortest way there is: each edge of its charts is taken out once, and each
 * decision of the code around them is made wrong once. Everything else is the package's.
 */

const MACHINES = {
  place: [placeMachine, PLACE_EVENTS],
  origin: [originMachine, ORIGIN_EVENTS],
  call: [callMachine, CALL_EVENTS],
} as const satisfies Record<keyof PoolCharts, readonly [AnyStateMachine, readonly string[]]>;

type ChartName = keyof PoolCharts;

type EdgeMutant = readonly [
  chart: ChartName,
  state: string,
  event: string,
  property: PoolProperty,
  moves: number,
];

/** Without this edge, that property is broken after so many moves. */
const EDGES: readonly EdgeMutant[] = [
  ['place', 'connecting', 'session.opened', 'one exchange', 2],
  ['place', 'connecting', 'pool.close', 'places', 2],
  ['place', 'connecting', 'place.unwanted', 'places', 2],
  ['place', 'idle', 'place.reserve', 'one exchange', 2],
  ['place', 'idle', 'age.reached', 'wake-up', 8],
  ['place', 'idle', 'place.unwanted', 'wake-up', 8],
  ['place', 'idle', 'pool.drain', 'stuck', 7],
  ['place', 'idle', 'session.ended', 'wake-up', 8],
  ['place', 'idle', 'pool.close', 'places', 7],
  ['place', 'reserved', 'request.begin', 'one exchange', 3],
  ['place', 'reserved', 'place.release', 'stuck', 9],
  ['place', 'reserved', 'session.ended', 'one exchange', 11],
  ['place', 'reserved', 'pool.close', 'places', 8],
  ['place', 'busy', 'response.head', 'account', 6],
  ['place', 'busy', 'session.available', 'one exchange', 6],
  ['place', 'busy', 'session.switched', 'one exchange', 4],
  ['place', 'busy', 'session.ended', 'one exchange', 3],
  ['place', 'busy', 'pool.close', 'places', 3],
  ['place', 'busy', 'age.reached', 'dead connection', 9],
  ['place', 'busy', 'requests.spent', 'dead connection', 13],
  ['place', 'unread', 'body.read', 'account', 7],
  ['place', 'unread', 'session.available', 'one exchange', 9],
  ['place', 'unread', 'session.ended', 'one exchange', 7],
  ['place', 'unread', 'pool.close', 'places', 7],
  ['place', 'unread', 'age.reached', 'dead connection', 12],
  ['place', 'unread', 'requests.spent', 'dead connection', 12],
  ['place', 'retiring', 'session.available', 'one exchange', 7],
  ['place', 'retiring', 'session.switched', 'one exchange', 5],
  ['place', 'retiring', 'session.ended', 'one exchange', 4],
  ['place', 'retiring', 'pool.close', 'places', 4],
  ['place', 'connecting', 'session.ended', 'places', 2],
  ['place', 'connecting', 'pool.drain', 'places', 8],
  ['origin', 'pool.quiet', 'pool.wanted', 'account', 1],
  ['origin', 'pool.quiet', 'pool.drain', 'stuck', 1],
  ['origin', 'pool.quiet', 'pool.close', 'stuck', 1],
  ['origin', 'pool.open', 'pool.unused', 'account', 2],
  ['origin', 'pool.open', 'pool.drain', 'stuck', 3],
  ['origin', 'pool.open', 'pool.close', 'account', 2],
  ['origin', 'pool.open.hasRoom', 'places.full', 'account', 2],
  ['origin', 'pool.open.full', 'places.free', 'account', 3],
  ['origin', 'pool.draining', 'pool.unused', 'stuck', 1],
  ['origin', 'pool.draining', 'pool.close', 'stuck', 3],
  ['origin', 'reach.unknown', 'connect.failed', 'account', 2],
  ['origin', 'reach.up', 'connect.failed', 'account', 4],
  ['origin', 'reach.failing', 'connect.succeeded', 'account', 4],
  ['call', 'idle', 'call.queue', 'account', 1],
  ['call', 'queued', 'call.assign', 'account', 1],
  ['call', 'assigned', 'request.send', 'one exchange', 2],
  ['call', 'sent', 'response.head', 'one exchange', 5],
  ['call', 'sent', 'attempt.fail', 'one exchange', 13],
  ['call', 'answered', 'call.deliver', 'one exchange', 5],
  ['call', 'delivered', 'exchange.end', 'one exchange', 5],
  ['call', 'assigned', 'call.queue', 'account', 10],
];

/** Edges that the product of a pool and its calls does without, each with the reason. */
const SPARE: Readonly<Record<string, string>> = {
  'place idle requests.spent': 'the pool counts requests when it sends one',
  'place busy pool.drain': 'a place that is available in a drain is closed, whether it says so before or not',
  'place unread pool.drain':
    'a place that is available in a drain is closed, whether it says so before or not',
  'origin reach.unknown connect.succeeded': 'no tag tells unknown from up',
  'call idle call.pause': 'a retry that waits is an interceptor',
  'call queued attempt.fail': 'a call that leaves the queue is over',
  'call assigned attempt.fail': 'a call that leaves the queue is over',
  'call answered call.queue': 'an interceptor may send another request',
  'call answered call.pause': 'an interceptor may wait',
  'call answered exchange.end': 'a response is delivered at once where no interceptor looks at it',
  'call complete call.queue': 'an interceptor may send another request',
  'call complete call.pause': 'an interceptor may wait',
  'call complete call.deliver': 'a response is delivered at once where no interceptor looks at it',
  'call pausing call.queue': 'a retry that waits is an interceptor',
};

type RuleMutant = readonly [rule: keyof PoolRules, property: PoolProperty, moves: number];

/** With this rule turned round, that property is broken after so many moves. */
const RULES: readonly RuleMutant[] = [
  ['listens', 'dead connection', 9],
  ['worksAfterRefusal', 'account', 2],
  ['worksAfterEnd', 'account', 3],
  ['putsBack', 'account', 10],
  ['passesOn', 'wake-up', 3],
  ['releases', 'stuck', 8],
  ['servesBeforeResting', 'wake-up', 2],
  ['isFirstInFirstOut', 'order', 3],
  ['heedsCap', 'places', 2],
  ['replaysUnansweredOnly', 'settles', 7],
  ['drainsWaiting', 'account', 2],
  ['closesLeftOver', 'stuck', 7],
  ['reportsFailureFirst', 'account', 11],
  ['refusesWaiting', 'account', 2],
];

const nodesOf = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

/** Every edge of a chart but those from any state. */
const edgesOf = (chart: ChartName): string[] =>
  nodesOf(MACHINES[chart][0].root).flatMap(({ path, config }) =>
    path.length === 0
      ? []
      : Object.keys(config.on ?? {}).map((event) => `${chart} ${path.join('.')} ${event}`),
  );

const chartWithout = (chart: ChartName, state: string, event: string): Partial<PoolCharts> => ({
  [chart]: compiled(without(MACHINES[chart][0], state, event), MACHINES[chart][1]),
});

describe('of what is broken in a chart of a pool', () => {
  it.each(EDGES)('it is found that the %s chart lacks %s %s', (chart, state, event, property, moves) => {
    const { violations } = explorePool({
      charts: chartWithout(chart, state, event),
      bounds: { faults: 1 },
      properties: [property],
    });
    expect(violations.map((found) => [found.property, found.steps.length])).toEqual([[property, moves]]);
  });

  it('every edge of the charts of a pool was taken out, or has a reason to be spare', () => {
    const taken = EDGES.map(([chart, state, event]) => `${chart} ${state} ${event}`);
    const all = (['place', 'origin', 'call'] as const).flatMap(edgesOf);
    expect([...taken, ...Object.keys(SPARE)].sort()).toEqual(all.sort());
  });
});

describe('of what is broken in the code around the charts of a pool', () => {
  it.each(RULES)('it is found that the rule %s is broken', (rule, property, moves) => {
    const { violations } = explorePool({
      rules: { [rule]: !POOL_RULES[rule] },
      bounds: { places: 1, faults: 1 },
      properties: [property],
    });
    expect(violations.map((found) => [found.property, found.steps.length])).toEqual([[property, moves]]);
  });

  it('every rule of a pool is turned round once', () => {
    expect(RULES.map(([rule]) => rule).sort()).toEqual(Object.keys(POOL_RULES).sort());
  });
});

describe('what is not broken in a pool', () => {
  it('is a machine that was only copied', () => {
    const copy = compiled(
      altered(placeMachine, () => undefined),
      PLACE_EVENTS,
    );
    const bounds = { calls: 1, faults: 1 };
    expect(explorePool({ charts: { place: copy }, bounds })).toEqual(explorePool({ bounds }));
  });
});

describe('a counter-example of a pool', () => {
  it('names the property and the moves, with the states of the charts after each', () => {
    const { violations } = explorePool({
      rules: { worksAfterRefusal: false },
      bounds: { places: 1, faults: 1 },
      properties: ['wake-up'],
    });
    expect(violations.map(printPoolCounterExample)).toEqual([
      `Violated: no call waits beside an idle place, or beside room without a connect for it (I4)
Found among ${String(violations[0]?.states)} states; the shortest way there has 3 moves:
  1. application: call A: request
     pool.open.full,reach.unknown | connecting | queued, idle
  2. application: call B: request
     pool.open.full,reach.unknown | connecting | queued, queued
  3. server: place 1: refuses
     pool.open.full,reach.failing | - | over, queued
`,
    ]);
  });
});
