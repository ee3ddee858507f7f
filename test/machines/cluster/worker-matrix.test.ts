import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { WORKER_EVENTS, workerMachine, type WorkerEvent, type WorkerTag } from '../../../machines/index.js';
import { cell, initial, reachable, stateName } from '../../support/machines/pure.js';

type Row = Readonly<Record<WorkerEvent['type'], string>>;

const starting: Row = {
  'worker.drain': 'draining.asked | sendDrain',
  'worker.stop': 'killed | killProcess',
  'worker.release': '-',
  'worker.heard': '-',
  'worker.joined': '-',
  'worker.listening': '-',
  'worker.unreachable': '-',
  'worker.drained': '-',
  'worker.exited': 'gone.failed',
  'deadline.expired': 'overdue | killProcess',
};

const draining: Row = {
  'worker.drain': '-',
  'worker.stop': 'stays | sendStop',
  'worker.release': '-',
  'worker.heard': '-',
  'worker.joined': '-',
  'worker.listening': '-',
  'worker.unreachable': '-',
  'worker.drained': 'draining.drained',
  'worker.exited': 'gone.left',
  'deadline.expired': 'killed | killProcess',
};

const nothing: Row = {
  'worker.drain': '-',
  'worker.stop': '-',
  'worker.release': '-',
  'worker.heard': '-',
  'worker.joined': '-',
  'worker.listening': '-',
  'worker.unreachable': '-',
  'worker.drained': '-',
  'worker.exited': '-',
  'deadline.expired': '-',
};

/* `target | actions`; `stays`: legal, nothing changes; `-`: means nothing in that state. */
const table: Readonly<Record<string, Row>> = {
  'starting.booting': {
    ...starting,
    'worker.joined': 'starting.joined',
    'worker.listening': 'starting.listening',
  },
  'starting.joined': { ...starting, 'worker.listening': 'serving' },
  'starting.listening': { ...starting, 'worker.joined': 'serving' },
  serving: {
    ...nothing,
    'worker.drain': 'draining.asked | sendDrain',
    'worker.stop': 'draining.asked | sendStop',
    'worker.exited': 'gone.crashed',
    'deadline.expired': 'silent | sendAsk',
  },
  silent: {
    ...nothing,
    'worker.drain': 'draining.asked | sendDrain',
    'worker.stop': 'draining.asked | sendStop',
    'worker.heard': 'serving',
    'worker.exited': 'gone.crashed',
    'deadline.expired': 'hung | killProcess',
  },
  'draining.asked': {
    ...draining,
    'worker.joined': 'stays | sendDrain',
    'worker.unreachable': 'draining.unreachable',
  },
  'draining.unreachable': { ...draining, 'worker.release': 'draining.closing | sendRelease' },
  'draining.closing': draining,
  'draining.drained': { ...draining, 'worker.drained': 'stays' },
  overdue: { ...nothing, 'worker.exited': 'gone.failed' },
  hung: { ...nothing, 'worker.exited': 'gone.crashed' },
  killed: { ...nothing, 'worker.exited': 'gone.left' },
  'gone.left': nothing,
  'gone.crashed': nothing,
  'gone.failed': nothing,
};

const STANDING = ['serving', 'silent', 'starting.booting', 'starting.joined', 'starting.listening'];

const states = reachable(workerMachine, WORKER_EVENTS);

describe('the worker chart', () => {
  it('the worker chart reaches exactly the states of the table, from a process that has reported nothing', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(workerMachine).value)).toBe('starting.booting');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('the worker chart %s: %s', (event, expected) => {
      expect(WORKER_EVENTS).toContain(event);
      expect(cell(workerMachine, states.get(name) ?? initial(workerMachine), event, '-')).toBe(expected);
    });

    it('the worker chart has a cell for every event', () => {
      expect(Object.keys(table[name] ?? {}).sort()).toEqual([...WORKER_EVENTS].sort());
    });
  });

  it.each([
    ['standing', STANDING],
    ['serving', ['serving', 'silent']],
    ['silent', ['silent']],
    ['hung', ['hung']],
    ['reachable', ['draining.asked', ...STANDING]],
    ['releasable', ['draining.unreachable']],
    ['moving', ['draining.asked', 'draining.closing', 'draining.unreachable']],
    ['drained', ['draining.drained']],
    ['overdue', ['overdue']],
    ['gone', ['gone.crashed', 'gone.failed', 'gone.left']],
    ['lost', ['gone.crashed', 'gone.failed']],
    ['failed', ['gone.failed']],
  ] satisfies [WorkerTag, string[]][])(
    'the worker chart has the tag %s in the right states',
    (tag, names) => {
      const tagged = [...states].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([name]) => name);
      expect(tagged.sort()).toEqual(names);
    },
  );

  it('the worker chart ends in gone, whatever happens', () => {
    for (const [name, snapshot] of states) {
      const lost = cell(workerMachine, snapshot, 'worker.exited', '-');
      expect([name, name.startsWith('gone') ? 'gone' : lost.slice(0, 4)]).toEqual([name, 'gone']);
    }
  });

  it('the worker chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(workerMachine).start();
    for (const type of ['worker.joined', 'worker.listening', 'worker.drain'] as const) actor.send({ type });
    expect(actor.getSnapshot()).toMatchObject({ value: { draining: 'asked' }, status: 'active' });
    actor.stop();
  });
});
