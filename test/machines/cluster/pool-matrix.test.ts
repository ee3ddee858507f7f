import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { POOL_EVENTS, poolMachine, type PoolEvent, type PoolTag } from '../../../machines/index.js';
import { cell, initial, reachable, stateName } from '../../support/machines/pure.js';

/* `target | actions`; `stays`: legal, nothing changes; `-`: means nothing in that state. */
const table: Readonly<Record<string, Readonly<Record<PoolEvent['type'], string>>>> = {
  idle: {
    'pool.start': 'starting | startWorkers',
    'pool.restart': '-',
    'pool.drain': 'stopped',
    'pool.stop': 'stopped',
    'workers.serving': '-',
    'workers.renewed': '-',
    'renewal.failed': '-',
    'workers.failing': '-',
    'workers.gone': '-',
  },
  starting: {
    'pool.start': '-',
    'pool.restart': '-',
    'pool.drain': 'draining | drainWorkers',
    'pool.stop': 'draining | stopWorkers',
    'workers.serving': 'running',
    'workers.renewed': '-',
    'renewal.failed': '-',
    'workers.failing': 'draining | drainWorkers',
    'workers.gone': '-',
  },
  running: {
    'pool.start': '-',
    'pool.restart': 'restarting | renewWorkers',
    'pool.drain': 'draining | drainWorkers',
    'pool.stop': 'draining | stopWorkers',
    'workers.serving': '-',
    'workers.renewed': '-',
    'renewal.failed': '-',
    'workers.failing': 'draining | drainWorkers',
    'workers.gone': '-',
  },
  restarting: {
    'pool.start': '-',
    'pool.restart': 'stays | renewWorkers',
    'pool.drain': 'draining | drainWorkers',
    'pool.stop': 'draining | stopWorkers',
    'workers.serving': '-',
    'workers.renewed': 'running',
    'renewal.failed': 'running',
    'workers.failing': 'draining | drainWorkers',
    'workers.gone': '-',
  },
  draining: {
    'pool.start': '-',
    'pool.restart': '-',
    'pool.drain': 'stays',
    'pool.stop': 'stays | stopWorkers',
    'workers.serving': '-',
    'workers.renewed': '-',
    'renewal.failed': '-',
    'workers.failing': '-',
    'workers.gone': 'stopped',
  },
  stopped: {
    'pool.start': 'starting | startWorkers',
    'pool.restart': '-',
    'pool.drain': 'stays',
    'pool.stop': 'stays',
    'workers.serving': '-',
    'workers.renewed': '-',
    'renewal.failed': '-',
    'workers.failing': '-',
    'workers.gone': '-',
  },
};

const states = reachable(poolMachine, POOL_EVENTS);

describe('the pool chart', () => {
  it('the pool chart reaches exactly the states of the table, from idle', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(poolMachine).value)).toBe('idle');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('the pool chart %s: %s', (event, expected) => {
      expect(POOL_EVENTS).toContain(event);
      expect(cell(poolMachine, states.get(name) ?? initial(poolMachine), event, '-')).toBe(expected);
    });

    it('the pool chart has a cell for every event', () => {
      expect(Object.keys(table[name] ?? {}).sort()).toEqual([...POOL_EVENTS].sort());
    });
  });

  it.each([
    ['starting', ['starting']],
    ['keeping', ['restarting', 'running', 'starting']],
    ['alive', ['draining', 'restarting', 'running', 'starting']],
    ['over', ['stopped']],
  ] satisfies [PoolTag, string[]][])('the pool chart has the tag %s in the right states', (tag, names) => {
    const tagged = [...states].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([name]) => name);
    expect(tagged.sort()).toEqual(names);
  });

  it('the pool chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(poolMachine).start();
    for (const type of ['pool.start', 'workers.serving', 'pool.restart', 'pool.stop'] as const) {
      actor.send({ type });
    }
    expect(actor.getSnapshot()).toMatchObject({ value: 'draining', status: 'active' });
    actor.stop();
  });
});
