import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { SERVER_EVENTS, serverMachine, type ServerEvent } from '../../machines/index.js';
import { cell, initial, reachable, stateName } from '../support/machines/pure.js';

/* `target | actions`; `stays`: legal, nothing changes; `-`: means nothing in that state. */
const table: Readonly<Record<string, Readonly<Record<ServerEvent['type'], string>>>> = {
  idle: {
    'server.listen': 'listening.accepting',
    'server.full': '-',
    'server.free': '-',
    'server.drain': 'draining | drainSessions',
    'server.stop': 'stopped | abortSessions',
    'listener.failed': '-',
    'sessions.gone': '-',
  },
  'listening.accepting': {
    'server.listen': '-',
    'server.full': 'listening.full | pauseAccepting',
    'server.free': '-',
    'server.drain': 'draining | stopAccepting drainSessions',
    'server.stop': 'stopped | stopAccepting abortSessions',
    'listener.failed': 'stopped | stopAccepting abortSessions',
    'sessions.gone': '-',
  },
  'listening.full': {
    'server.listen': '-',
    'server.full': '-',
    'server.free': 'listening.accepting | resumeAccepting',
    'server.drain': 'draining | stopAccepting drainSessions',
    'server.stop': 'stopped | stopAccepting abortSessions',
    'listener.failed': 'stopped | stopAccepting abortSessions',
    'sessions.gone': '-',
  },
  draining: {
    'server.listen': '-',
    'server.full': '-',
    'server.free': '-',
    'server.drain': 'stays',
    'server.stop': 'stopped | abortSessions',
    'listener.failed': '-',
    'sessions.gone': 'stopped',
  },
  stopped: {
    'server.listen': 'listening.accepting',
    'server.full': '-',
    'server.free': '-',
    'server.drain': 'draining | drainSessions',
    'server.stop': 'stays | abortSessions',
    'listener.failed': '-',
    'sessions.gone': '-',
  },
};

const states = reachable(serverMachine, SERVER_EVENTS);

describe('the server chart', () => {
  it('reaches exactly the states of the table, from idle', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(serverMachine).value)).toBe('idle');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('%s: %s', (event, expected) => {
      expect(SERVER_EVENTS).toContain(event);
      expect(cell(serverMachine, states.get(name) ?? initial(serverMachine), event, '-')).toBe(expected);
    });

    it('has a cell for every event', () => {
      expect(Object.keys(table[name] ?? {}).sort()).toEqual([...SERVER_EVENTS].sort());
    });
  });

  it('is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(serverMachine).start();
    for (const type of ['server.listen', 'server.drain', 'server.stop'] as const) actor.send({ type });
    expect(actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'active' });
    actor.stop();
  });
});
