import { setup } from 'xstate';

import type { ServerAction, ServerEvent } from './server.events.js';

/*
 * The life of a server: it listens, it drains, it is stopped. It may listen again.
 *
 * THEORY OF OPERATION
 *
 * `listening` accepts connections, as long as there is room; at the cap it is `full`, which sheds: what that means for
 * the next connection is the server's policy. `server.drain` stops accepting and asks every session to finish; the
 * server is `draining` until the last session is gone, sockets that were handed over included. `server.stop` does not
 * wait: it aborts what is left.
 */

const inertAction = (): void => undefined;

const inertActions: Record<ServerAction, () => void> = {
  stopAccepting: inertAction,
  pauseAccepting: inertAction,
  resumeAccepting: inertAction,
  drainSessions: inertAction,
  abortSessions: inertAction,
};

/** The server chart. */
export const serverMachine = setup({
  types: { events: {} as ServerEvent },
  actions: inertActions,
}).createMachine({
  id: 'server',
  description: 'A server of sessions.',
  initial: 'idle',
  states: {
    idle: {
      description: 'Not listening yet.',
      on: {
        'server.listen': 'listening',
        // Connections may be handed to a server that does not listen.
        'server.drain': { target: 'draining', actions: 'drainSessions' },
        'server.stop': { target: 'stopped', actions: 'abortSessions' },
      },
    },
    listening: {
      description: 'Connections are accepted.',
      initial: 'accepting',
      states: {
        accepting: {
          description: 'There is room for another connection.',
          on: { 'server.full': { target: 'full', actions: 'pauseAccepting' } },
        },
        full: {
          description: 'As many connections are live as the server may have; what comes now is shed.',
          on: { 'server.free': { target: 'accepting', actions: 'resumeAccepting' } },
        },
      },
      on: {
        'server.drain': { target: 'draining', actions: ['stopAccepting', 'drainSessions'] },
        'server.stop': { target: 'stopped', actions: ['stopAccepting', 'abortSessions'] },
        'listener.failed': { target: 'stopped', actions: ['stopAccepting', 'abortSessions'] },
      },
    },
    draining: {
      description: 'No connection is accepted; exchanges in progress finish.',
      on: {
        'server.drain': 'draining',
        'server.stop': { target: 'stopped', actions: 'abortSessions' },
        'sessions.gone': 'stopped',
      },
    },
    stopped: {
      description: 'No connection is left.',
      on: {
        'server.listen': 'listening',
        'server.drain': { target: 'draining', actions: 'drainSessions' },
        'server.stop': { target: 'stopped', actions: 'abortSessions' },
      },
    },
  },
});
