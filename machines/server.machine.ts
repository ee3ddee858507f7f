import { setup } from 'xstate';

import type { ServerAction, ServerEvent, ServerTag } from './server.events.js';
import type { TimerMeta } from './timers.js';

/*
 * The life of a server: it listens, it drains, it is stopped. It may listen again.
 *
 * THEORY OF OPERATION
 *
 * `listening` accepts connections while there is room. At the cap it is `full` and sheds; the server's policy says what
 * that means for the next connection.
 *
 * `server.drain` closes the port. A drain then takes up to three steps. `waiting` lasts until `drain.confirmed`: a worker
 * of a pool waits here until no other process accepts connections in its name; a server on its own confirms at once.
 * `reading` asks every session to finish, and still reads connections without a request, because one may be on its way.
 * `grace.over` ends that, and `finishing` waits for exchanges in progress. The last connection ends the drain in any of
 * the three, sockets that were handed over included.
 *
 * `server.stop` does not wait: it aborts what is left. So does the deadline of a drain.
 *
 * `meta.timer` names the timer of a state: entering the state arms it, leaving the state disarms it. How long it runs is
 * an option of the drain.
 */

const inertAction = (): void => undefined;

const inertActions: Record<ServerAction, () => void> = {
  stopAccepting: inertAction,
  pauseAccepting: inertAction,
  resumeAccepting: inertAction,
  drainSessions: inertAction,
  closeIdleSessions: inertAction,
  abortSessions: inertAction,
};

/**
 * The server chart.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate';
 *
 * const actor = createActor(serverMachine).start();
 * actor.send({ type: 'server.listen' });
 * console.log(actor.getSnapshot().value);
 * ```
 */
export const serverMachine = setup({
  types: { events: {} as ServerEvent, tags: {} as ServerTag, meta: {} as TimerMeta },
  actions: inertActions,
}).createMachine({
  id: 'server',
  description: 'A server of sessions.',
  initial: 'idle',
  states: {
    idle: {
      description: 'Not listening yet.',
      tags: ['serving'],
      on: {
        'server.listen': 'listening',
        // Connections may be handed to a server that does not listen.
        'server.drain': 'draining',
        'server.stop': { target: 'stopped', actions: 'abortSessions' },
      },
    },
    listening: {
      description: 'Connections are accepted.',
      tags: ['serving', 'listening'],
      initial: 'accepting',
      states: {
        accepting: {
          description: 'There is room for another connection.',
          on: { 'server.full': { target: 'full', actions: 'pauseAccepting' } },
        },
        full: {
          description: 'As many connections are live as the server may have; further ones are shed.',
          tags: ['full'],
          on: { 'server.free': { target: 'accepting', actions: 'resumeAccepting' } },
        },
      },
      on: {
        'server.drain': { target: 'draining', actions: 'stopAccepting' },
        'server.stop': { target: 'stopped', actions: ['stopAccepting', 'abortSessions'] },
        'listener.failed': { target: 'stopped', actions: ['stopAccepting', 'abortSessions'] },
      },
    },
    draining: {
      description: 'No connection is accepted; exchanges in progress finish.',
      tags: ['serving'],
      meta: { timer: 'drain' },
      initial: 'waiting',
      states: {
        waiting: {
          description: 'Sessions are not asked to end yet: another process may still accept for this server.',
          on: {
            'server.drain': 'waiting',
            'drain.confirmed': { target: 'reading', actions: 'drainSessions' },
          },
        },
        reading: {
          description:
            'Every session was asked to end; a connection without a request is read for a grace period.',
          tags: ['ending', 'reading'],
          meta: { timer: 'grace' },
          on: {
            'server.drain': 'reading',
            'grace.over': { target: 'finishing', actions: 'closeIdleSessions' },
          },
        },
        finishing: {
          description: 'Idle connections are closed; exchanges in progress and handed-over sockets are left.',
          tags: ['ending'],
          on: { 'server.drain': 'finishing' },
        },
      },
      on: {
        'server.stop': { target: 'stopped', actions: 'abortSessions' },
        'deadline.expired': { target: 'stopped', actions: 'abortSessions' },
        'sessions.gone': 'stopped',
      },
    },
    stopped: {
      description: 'The port is closed, and every connection is gone or aborted.',
      tags: ['ending'],
      on: {
        'server.listen': 'listening',
        'server.drain': 'draining',
        'server.stop': { target: 'stopped', actions: 'abortSessions' },
      },
    },
  },
});
