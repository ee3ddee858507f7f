import { fromCallback, setup } from 'xstate';

import type { SessionAction, SessionEvent, SessionTag } from './session.events.js';
import type { TimerMeta } from './timers.js';

/*
 * The life of a session: one connection from before it exists until after it is gone.
 *
 * THEORY OF OPERATION
 *
 * Two rules hold in this folder. Everything that can change the lifecycle of a session stands here; and nothing
 * here knows a role (client or server), a socket or Node.js. The chart holds names. What an action or a service
 * does is implemented by the session, once, and run by either of two engines: the interned walk of `src/chart`
 * in production, and XState's stock interpreter for people who compose the machine into their own systems.
 *
 * The chart is finite. It has no context, no guards and no delays. Where another machine would look at data,
 * this one has a sub-state (a session whose peer has finished sending is `halfClosed`, it does not carry a flag)
 * or a distinct event (`session.close` and `session.abort` are two words, not one word with an option).
 *
 * An event without a transition is ILLEGAL in that state when it is a command, and IGNORED when it is a notice.
 * The session turns the first into `InvalidStateError`. A command that is legal but changes nothing is therefore
 * written down, with the action that makes it harmless.
 *
 * `connected` and `errored.recoverable` invoke the buffer service. The service owns the subscription to the
 * socket, not the bytes: being in the state is what permits reading, leaving it is what ends it. Leaving and
 * entering happen in one synchronous step, so that no byte can arrive in between.
 *
 * `errored.recoverable` repeats the sub-states of `connected` one to one. A peer may finish sending while an
 * exception is stored, or a drain may be asked for; after `exception.clear` the session must be where these
 * facts put it. Nothing can be exchanged meanwhile, so that the connection is kept like an idle one: until its
 * `keepAlive` expires. `errored.fatal` has no socket any more.
 *
 * `closed` is not final, because POCO's sessions reconnect. The end of a session object is its disposal, which
 * ends the actor from the outside.
 */

/** Services are inert here; the session provides the real ones. */
const inertService = fromCallback<SessionEvent>(() => undefined);

/** Actions are inert here; the session provides the real ones. */
const inertAction = (): void => undefined;

const inertActions: Record<SessionAction, () => void> = {
  setException: inertAction,
  clearException: inertAction,
  attachSocket: inertAction,
  detachSocket: inertAction,
  clearBuffer: inertAction,
  endWriting: inertAction,
  closeSocket: inertAction,
  resetSocket: inertAction,
  destroySocket: inertAction,
};

const sessionSetup = setup({
  types: {
    events: {} as SessionEvent,
    tags: {} as SessionTag,
    meta: {} as TimerMeta | ({ readonly poco: string } & Partial<TimerMeta>),
  },
  actors: { connector: inertService, bufferService: inertService },
  actions: inertActions,
});

const unconnected = sessionSetup.createStateConfig({
  description: 'There is no socket yet.',
  meta: { poco: 'a session whose socket is not initialised' },
  initial: 'idle',
  states: {
    idle: {
      description: 'Nothing has been asked for.',
      on: {
        'session.connect': { target: 'connecting', actions: ['clearException', 'clearBuffer'] },
        'socket.attach': { target: '#session.connected', actions: ['clearException', 'attachSocket'] },
        'exception.set': { target: '#session.errored.fatal', actions: 'setException' },
        'exception.clear': { actions: 'clearException' },
        'session.close': '#session.closed',
        'session.abort': '#session.closed',
      },
    },
    connecting: {
      description: 'The connector opens a socket; leaving the state cancels it.',
      meta: { poco: 'inside connect()', timer: 'connect' },
      tags: ['connecting'],
      invoke: {
        src: 'connector',
        id: 'connector',
        onDone: { target: '#session.connected', actions: 'attachSocket' },
        onError: { target: '#session.errored.fatal', actions: 'setException' },
      },
      on: {
        'socket.attach': { target: '#session.connected', actions: ['clearException', 'attachSocket'] },
        'exception.set': { target: '#session.errored.fatal', actions: 'setException' },
        'exception.clear': { actions: 'clearException' },
        'session.close': '#session.closed',
        'session.abort': '#session.closed',
        'deadline.expired': { target: '#session.errored.fatal', actions: 'setException' },
      },
    },
  },
});

const connected = sessionSetup.createStateConfig({
  description: 'A socket is attached and the buffer service watches it.',
  meta: { poco: 'connected() is true' },
  tags: ['attached', 'usable'],
  initial: 'open',
  invoke: {
    src: 'bufferService',
    id: 'bufferService',
    onError: { target: '#session.errored.fatal', actions: ['setException', 'destroySocket'] },
  },
  on: {
    'socket.attach': {
      target: '#session.connected',
      reenter: true,
      actions: ['destroySocket', 'clearException', 'attachSocket'],
    },
    'socket.detach': { target: '#session.detached', actions: 'detachSocket' },
    'exception.clear': { actions: 'clearException' },
    'session.close': { target: '#session.closed', actions: 'closeSocket' },
    'session.abort': { target: '#session.closed', actions: 'resetSocket' },
    'socket.closed': { target: '#session.closed', actions: 'destroySocket' },
    'socket.failed': { target: '#session.errored.fatal', actions: ['setException', 'destroySocket'] },
  },
  states: {
    open: {
      description: 'Both directions are open.',
      tags: ['available', 'readable', 'writable'],
      on: {
        'socket.ended': 'halfClosed',
        'session.drain': 'draining',
        'session.linger': { target: 'lingering', actions: 'endWriting' },
        'exception.set': { target: '#session.errored.recoverable.open', actions: 'setException' },
        'deadline.expired': { target: '#session.errored.recoverable.open', actions: 'setException' },
      },
    },
    halfClosed: {
      description: 'The peer has finished sending (FIN); it can still be answered.',
      meta: { timer: 'halfClosed' },
      tags: ['writable'],
      on: {
        'session.drain': 'halfClosed',
        'session.linger': { target: '#session.closed', actions: 'closeSocket' },
        'exception.set': { target: '#session.errored.recoverable.halfClosed', actions: 'setException' },
        'deadline.expired': { target: '#session.errored.recoverable.halfClosed', actions: 'setException' },
      },
    },
    draining: {
      description:
        'The exchange in progress may finish; on an idle connection one more may begin, for a request may be on its ' +
        'way already, and its response is the last one.',
      meta: { timer: 'drain' },
      tags: ['readable', 'writable', 'draining'],
      on: {
        'socket.ended': 'halfClosed',
        'session.drain': 'draining',
        'session.linger': { target: 'lingering', actions: 'endWriting' },
        'exception.set': { target: '#session.errored.recoverable.draining', actions: 'setException' },
        'deadline.expired': { target: '#session.errored.recoverable.draining', actions: 'setException' },
      },
    },
    lingering: {
      description:
        'This side has finished sending; what still arrives is read and discarded within bounds, so that no ' +
        'reset destroys the last answer on its way (RFC 9112 section 9.6).',
      meta: { timer: 'linger' },
      tags: ['readable', 'lingering'],
      on: {
        'socket.ended': { target: '#session.closed', actions: 'closeSocket' },
        'session.drain': 'lingering',
        'session.linger': 'lingering',
        'exception.set': { target: '#session.errored.recoverable.lingering', actions: 'setException' },
        'deadline.expired': { target: '#session.closed', actions: 'closeSocket' },
      },
    },
  },
});

const detached = sessionSetup.createStateConfig({
  description: 'The socket was handed to the caller together with the unread bytes.',
  meta: { poco: 'after detachSocket()' },
  tags: ['detached', 'gone'],
  on: {
    'session.connect': {
      target: '#session.unconnected.connecting',
      actions: ['clearException', 'clearBuffer'],
    },
    'socket.attach': { target: '#session.connected', actions: ['clearException', 'attachSocket'] },
    'exception.set': { target: '#session.errored.fatal', actions: 'setException' },
    'exception.clear': { actions: 'clearException' },
    'session.close': '#session.closed',
    'session.abort': '#session.closed',
  },
});

const recoverable = sessionSetup.createStateConfig({
  description:
    'The socket is still usable once the exception is cleared; the buffer service still watches it. ' +
    'The sub-states are those of connected.',
  tags: ['attached', 'faulty'],
  initial: 'open',
  invoke: {
    src: 'bufferService',
    id: 'bufferService',
    onError: { target: '#session.errored.fatal', actions: 'destroySocket' },
  },
  on: {
    'socket.attach': {
      target: '#session.connected',
      actions: ['destroySocket', 'clearException', 'attachSocket'],
    },
    'socket.detach': { target: '#session.detached', actions: 'detachSocket' },
    'exception.set': { actions: 'setException' },
    'session.close': { target: '#session.closed', actions: 'closeSocket' },
    'session.abort': { target: '#session.closed', actions: 'resetSocket' },
    'socket.closed': { target: '#session.errored.fatal', actions: 'destroySocket' },
    'socket.failed': { target: '#session.errored.fatal', actions: 'destroySocket' },
  },
  states: {
    open: {
      description: 'Both directions are open.',
      meta: { timer: 'keepAlive' },
      tags: ['readable', 'writable'],
      on: {
        'socket.ended': 'halfClosed',
        'session.drain': 'draining',
        'session.linger': { target: 'lingering', actions: 'endWriting' },
        'exception.clear': { target: '#session.connected.open', actions: 'clearException' },
      },
    },
    halfClosed: {
      description: 'The peer has finished sending.',
      meta: { timer: 'halfClosed' },
      tags: ['writable'],
      on: {
        'session.drain': 'halfClosed',
        'session.linger': { target: '#session.closed', actions: 'closeSocket' },
        'exception.clear': { target: '#session.connected.halfClosed', actions: 'clearException' },
      },
    },
    draining: {
      description: 'A drain was requested; it continues when the exception is cleared.',
      meta: { timer: 'keepAlive' },
      tags: ['readable', 'writable', 'draining'],
      on: {
        'socket.ended': 'halfClosed',
        'session.drain': 'draining',
        'session.linger': { target: 'lingering', actions: 'endWriting' },
        'exception.clear': { target: '#session.connected.draining', actions: 'clearException' },
      },
    },
    lingering: {
      description: 'The exception was answered; what still arrives is discarded within bounds.',
      meta: { timer: 'linger' },
      tags: ['readable', 'lingering'],
      on: {
        'socket.ended': { target: '#session.closed', actions: 'closeSocket' },
        'session.drain': 'lingering',
        'session.linger': 'lingering',
        'exception.clear': { target: '#session.connected.lingering', actions: 'clearException' },
        'deadline.expired': { target: '#session.closed', actions: 'closeSocket' },
      },
    },
  },
});

const fatal = sessionSetup.createStateConfig({
  description: 'The connection is gone; the exception says why.',
  tags: ['faulty', 'gone'],
  on: {
    'session.connect': {
      target: '#session.unconnected.connecting',
      actions: ['clearException', 'clearBuffer'],
    },
    'socket.attach': { target: '#session.connected', actions: ['clearException', 'attachSocket'] },
    'exception.set': { actions: 'setException' },
    'exception.clear': { target: '#session.unconnected.idle', actions: 'clearException' },
    'session.close': '#session.closed',
    'session.abort': '#session.closed',
  },
});

const errored = sessionSetup.createStateConfig({
  description: 'An exception is stored; it decides the outcome of every operation that needs the socket.',
  meta: { poco: 'networkException() is not null' },
  initial: 'fatal',
  states: { recoverable, fatal },
});

const closed = sessionSetup.createStateConfig({
  description: 'The socket is closed; the reason is kept.',
  meta: { poco: 'after close() or abort()' },
  tags: ['closed', 'gone'],
  on: {
    'session.connect': {
      target: '#session.unconnected.connecting',
      actions: ['clearException', 'clearBuffer'],
    },
    'socket.attach': { target: '#session.connected', actions: ['clearException', 'attachSocket'] },
    'exception.set': { target: '#session.errored.fatal', actions: 'setException' },
    'exception.clear': { actions: 'clearException' },
    'session.close': 'closed',
    'session.abort': 'closed',
  },
});

/**
 * The session chart: the five lifecycle states of a connection.
 *
 * @example
 * ```ts
 * import { initialTransition } from 'xstate';
 *
 * const [state] = initialTransition(sessionMachine);
 * console.log(state.value); // { unconnected: 'idle' }
 * ```
 */
export const sessionMachine = sessionSetup.createMachine({
  id: 'session',
  description: 'One HTTP connection over its whole life.',
  initial: 'unconnected',
  on: {
    // A service that was stopped may still report its failure. XState ends an actor for an error that no state
    // handles, so ignoring it has to be written down.
    'xstate.error.actor.connector': {},
    'xstate.error.actor.bufferService': {},
  },
  states: { unconnected, connected, detached, errored, closed },
});
