import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { ORIGIN_EVENTS, originMachine, type OriginEvent, type OriginTag } from '../../../machines/index.js';
import { cell, initial, reachable, stateName } from '../../support/machines/pure.js';

type Row = Readonly<Partial<Record<OriginEvent['type'], string>>>;

/* The regions take their events apart from each other: a table for each. What is left out means nothing there. */
const pool: Readonly<Record<string, Row>> = {
  quiet: { 'pool.wanted': 'open.hasRoom', 'pool.drain': 'draining', 'pool.close': 'closed' },
  'open.hasRoom': {
    'pool.unused': 'quiet',
    'places.full': 'open.full',
    'pool.drain': 'draining',
    'pool.close': 'closed',
  },
  'open.full': {
    'pool.unused': 'quiet',
    'places.free': 'open.hasRoom',
    'pool.drain': 'draining',
    'pool.close': 'closed',
  },
  draining: { 'pool.unused': 'closed', 'pool.close': 'closed' },
  closed: {},
};

const reach: Readonly<Record<string, Row>> = {
  unknown: { 'connect.succeeded': 'up', 'connect.failed': 'failing' },
  up: { 'connect.failed': 'failing' },
  failing: { 'connect.succeeded': 'up' },
};

const nameOf = (inPool: string, inReach: string): string => `[pool.${inPool} reach.${inReach}]`;

const names = Object.keys(pool).flatMap((inPool) => Object.keys(reach).map((it) => [inPool, it] as const));

const states = reachable(originMachine, ORIGIN_EVENTS);

const tagged = (tag: OriginTag): string[] =>
  [...states]
    .filter(([, snapshot]) => snapshot.hasTag(tag))
    .map(([name]) => name)
    .sort();

describe('the origin chart', () => {
  it('the origin chart reaches every pair of the states of its regions, from quiet and unknown', () => {
    expect([...states.keys()].sort()).toEqual(names.map((pair) => nameOf(...pair)).sort());
    expect(stateName(initial(originMachine).value)).toBe(nameOf('quiet', 'unknown'));
  });

  it.each(names)('the origin chart in pool.%s and reach.%s takes each event for each region', (...pair) => {
    const [inPool, inReach] = pair;
    const from = states.get(nameOf(...pair)) ?? initial(originMachine);
    for (const event of ORIGIN_EVENTS) {
      const [first, second] = [pool[inPool]?.[event], reach[inReach]?.[event]];
      const isTaken = first !== undefined || second !== undefined;
      const expected = isTaken ? nameOf(first ?? inPool, second ?? inReach) : '-';
      expect([event, cell(originMachine, from, event, '-')]).toEqual([event, expected]);
    }
  });

  it.each([
    ['quiet', ['quiet']],
    ['full', ['open.full']],
    ['taking', ['open.full', 'open.hasRoom', 'quiet']],
    ['draining', ['draining']],
    ['closed', ['closed']],
  ] satisfies [OriginTag, string[]][])(
    'the origin chart has the tag %s in the right states',
    (tag, inPool) => {
      const expected = inPool.flatMap((it) => Object.keys(reach).map((other) => nameOf(it, other)));
      expect(tagged(tag)).toEqual(expected.sort());
    },
  );

  it('the origin chart has the tag failing wherever the last attempt failed', () => {
    expect(tagged('failing')).toEqual(
      Object.keys(pool)
        .map((it) => nameOf(it, 'failing'))
        .sort(),
    );
  });

  it('a pool that was closed takes no calls again', () => {
    for (const [, inReach] of names) {
      const from = states.get(nameOf('closed', inReach)) ?? initial(originMachine);
      for (const event of ORIGIN_EVENTS) {
        expect(cell(originMachine, from, event, '-')).toMatch(/^(-|\[pool\.closed reach\.(up|failing)\])$/);
      }
    }
  });

  it('the origin chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(originMachine).start();
    for (const type of ['pool.wanted', 'places.full', 'connect.failed'] as const) actor.send({ type });
    expect(actor.getSnapshot()).toMatchObject({
      value: { pool: { open: 'full' }, reach: 'failing' },
      status: 'active',
    });
    actor.stop();
  });
});
