import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { SERVER_EVENTS, serverMachine, type ServerEvent, type ServerTag } from '../../machines/index.js';
import { cell, initial, reachable, stateName } from '../support/machines/pure.js';

type Row = Readonly<Record<ServerEvent['type'], string>>;

const nothing: Row = {
  'server.listen': '-',
  'server.full': '-',
  'server.free': '-',
  'server.drain': '-',
  'server.stop': '-',
  'listener.failed': '-',
  'drain.confirmed': '-',
  'grace.over': '-',
  'deadline.expired': '-',
  'sessions.gone': '-',
};

const listening: Row = {
  ...nothing,
  'server.drain': 'draining.waiting | stopAccepting',
  'server.stop': 'stopped | stopAccepting abortSessions',
  'listener.failed': 'stopped | stopAccepting abortSessions',
};

const draining: Row = {
  ...nothing,
  'server.drain': 'stays',
  'server.stop': 'stopped | abortSessions',
  'deadline.expired': 'stopped | abortSessions',
  'sessions.gone': 'stopped',
};

/* `target | actions`; `stays`: legal, nothing changes; `-`: means nothing in that state. */
const table: Readonly<Record<string, Row>> = {
  idle: {
    ...nothing,
    'server.listen': 'listening.accepting',
    'server.drain': 'draining.waiting',
    'server.stop': 'stopped | abortSessions',
  },
  'listening.accepting': { ...listening, 'server.full': 'listening.full | pauseAccepting' },
  'listening.full': { ...listening, 'server.free': 'listening.accepting | resumeAccepting' },
  'draining.waiting': { ...draining, 'drain.confirmed': 'draining.reading | drainSessions' },
  'draining.reading': { ...draining, 'grace.over': 'draining.finishing | closeIdleSessions' },
  'draining.finishing': draining,
  stopped: {
    ...nothing,
    'server.listen': 'listening.accepting',
    'server.drain': 'draining.waiting',
    'server.stop': 'stays | abortSessions',
  },
};

const states = reachable(serverMachine, SERVER_EVENTS);

describe('the server chart', () => {
  it('the server chart reaches exactly the states of the table, from idle', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(serverMachine).value)).toBe('idle');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('the server chart %s: %s', (event, expected) => {
      expect(SERVER_EVENTS).toContain(event);
      expect(cell(serverMachine, states.get(name) ?? initial(serverMachine), event, '-')).toBe(expected);
    });

    it('the server chart has a cell for every event', () => {
      expect(Object.keys(table[name] ?? {}).sort()).toEqual([...SERVER_EVENTS].sort());
    });
  });

  it.each([
    [
      'serving',
      [
        'draining.finishing',
        'draining.reading',
        'draining.waiting',
        'idle',
        'listening.accepting',
        'listening.full',
      ],
    ],
    ['listening', ['listening.accepting', 'listening.full']],
    ['full', ['listening.full']],
    ['ending', ['draining.finishing', 'draining.reading', 'stopped']],
    ['reading', ['draining.reading']],
  ] satisfies [ServerTag, string[]][])(
    'the server chart has the tag %s in the right states',
    (tag, names) => {
      const tagged = [...states].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([name]) => name);
      expect(tagged.sort()).toEqual(names);
    },
  );

  it('the server chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(serverMachine).start();
    for (const type of ['server.listen', 'server.drain', 'server.stop'] as const) actor.send({ type });
    expect(actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'active' });
    actor.stop();
  });
});
