import type { SessionEvent } from '../../machines/index.js';

/*
 * The specification of the session chart, cell by cell and by hand.
 *
 * `target | effects`: effects in order, `-service` stops, `+service` starts, any other word is an action.
 * `stays`: legal, the state does not change. `illegal`: a command that the session refuses with
 * `InvalidStateError`. `ignored`: a notice that comes too late or too early and means nothing there.
 */

export type Row = Readonly<Record<SessionEvent['type'], string>>;

/** No socket and no connector: nothing can be reported. */
const noNotices = {
  'socket.ended': 'ignored',
  'socket.closed': 'ignored',
  'socket.failed': 'ignored',
  'deadline.expired': 'ignored',
  'xstate.done.actor.connector': 'ignored',
  'xstate.error.actor.connector': 'ignored',
  'xstate.error.actor.bufferService': 'ignored',
} as const;

/** The connector has ended before there was a socket. */
const noConnector = {
  'xstate.done.actor.connector': 'ignored',
  'xstate.error.actor.connector': 'ignored',
} as const;

/** What every sub-state of `connected` does alike. */
const connected = {
  'session.connect': 'illegal',
  'socket.detach': 'detached | -bufferService detachSocket',
  'exception.clear': 'stays | clearException',
  'session.close': 'closed | -bufferService closeSocket',
  'session.abort': 'closed | -bufferService resetSocket',
  'socket.closed': 'closed | -bufferService destroySocket',
  'socket.failed': 'errored.fatal | -bufferService setException destroySocket',
  ...noConnector,
  'xstate.error.actor.bufferService': 'errored.fatal | -bufferService setException destroySocket',
} as const;

const replaced = '-bufferService destroySocket clearException attachSocket +bufferService';

/** What every sub-state of `errored.recoverable` does alike; a failure that follows does not hide the exception. */
const recoverable = {
  'session.connect': 'illegal',
  'socket.attach': `connected.open | ${replaced}`,
  'socket.detach': 'detached | -bufferService detachSocket',
  'exception.set': 'stays | setException',
  'session.close': 'closed | -bufferService closeSocket',
  'session.abort': 'closed | -bufferService resetSocket',
  'socket.closed': 'errored.fatal | -bufferService destroySocket',
  'socket.failed': 'errored.fatal | -bufferService destroySocket',
  ...noConnector,
  'xstate.error.actor.bufferService': 'errored.fatal | -bufferService destroySocket',
} as const;

export const sessionTable: Readonly<Record<string, Row>> = {
  'unconnected.idle': {
    'session.connect': 'unconnected.connecting | clearException clearBuffer +connector',
    'socket.attach': 'connected.open | clearException attachSocket +bufferService',
    'socket.detach': 'illegal',
    'exception.set': 'errored.fatal | setException',
    'exception.clear': 'stays | clearException',
    'session.drain': 'illegal',
    'session.linger': 'illegal',
    'session.close': 'closed',
    'session.abort': 'closed',
    ...noNotices,
  },
  'unconnected.connecting': {
    'session.connect': 'illegal',
    'socket.attach': 'connected.open | -connector clearException attachSocket +bufferService',
    'socket.detach': 'illegal',
    'exception.set': 'errored.fatal | -connector setException',
    'exception.clear': 'stays | clearException',
    'session.drain': 'illegal',
    'session.linger': 'illegal',
    'session.close': 'closed | -connector',
    'session.abort': 'closed | -connector',
    'socket.ended': 'ignored',
    'socket.closed': 'ignored',
    'socket.failed': 'ignored',
    'deadline.expired': 'errored.fatal | -connector setException',
    'xstate.done.actor.connector': 'connected.open | -connector attachSocket +bufferService',
    'xstate.error.actor.connector': 'errored.fatal | -connector setException',
    'xstate.error.actor.bufferService': 'ignored',
  },
  'connected.open': {
    ...connected,
    'socket.attach': `stays | ${replaced}`,
    'exception.set': 'errored.recoverable.open | -bufferService setException +bufferService',
    'session.drain': 'connected.draining',
    'session.linger': 'connected.lingering | endWriting',
    'socket.ended': 'connected.halfClosed',
    'deadline.expired': 'errored.recoverable.open | -bufferService setException +bufferService',
  },
  'connected.halfClosed': {
    ...connected,
    'socket.attach': `connected.open | ${replaced}`,
    'exception.set': 'errored.recoverable.halfClosed | -bufferService setException +bufferService',
    'session.drain': 'stays',
    'session.linger': 'closed | -bufferService closeSocket',
    'socket.ended': 'ignored',
    'deadline.expired': 'errored.recoverable.halfClosed | -bufferService setException +bufferService',
  },
  'connected.draining': {
    ...connected,
    'socket.attach': `connected.open | ${replaced}`,
    'exception.set': 'errored.recoverable.draining | -bufferService setException +bufferService',
    'session.drain': 'stays',
    'session.linger': 'connected.lingering | endWriting',
    'socket.ended': 'connected.halfClosed',
    'deadline.expired': 'errored.recoverable.draining | -bufferService setException +bufferService',
  },
  'connected.lingering': {
    ...connected,
    'socket.attach': `connected.open | ${replaced}`,
    'exception.set': 'errored.recoverable.lingering | -bufferService setException +bufferService',
    'session.drain': 'stays',
    'session.linger': 'stays',
    'socket.ended': 'closed | -bufferService closeSocket',
    'deadline.expired': 'closed | -bufferService closeSocket',
  },
  detached: {
    'session.connect': 'unconnected.connecting | clearException clearBuffer +connector',
    'socket.attach': 'connected.open | clearException attachSocket +bufferService',
    'socket.detach': 'illegal',
    'exception.set': 'errored.fatal | setException',
    'exception.clear': 'stays | clearException',
    'session.drain': 'illegal',
    'session.linger': 'illegal',
    'session.close': 'closed',
    'session.abort': 'closed',
    ...noNotices,
  },
  'errored.recoverable.open': {
    ...recoverable,
    'exception.clear': 'connected.open | -bufferService clearException +bufferService',
    'session.drain': 'errored.recoverable.draining',
    'session.linger': 'errored.recoverable.lingering | endWriting',
    'socket.ended': 'errored.recoverable.halfClosed',
    'deadline.expired': 'ignored',
  },
  'errored.recoverable.halfClosed': {
    ...recoverable,
    'exception.clear': 'connected.halfClosed | -bufferService clearException +bufferService',
    'session.drain': 'stays',
    'session.linger': 'closed | -bufferService closeSocket',
    'socket.ended': 'ignored',
    'deadline.expired': 'ignored',
  },
  'errored.recoverable.draining': {
    ...recoverable,
    'exception.clear': 'connected.draining | -bufferService clearException +bufferService',
    'session.drain': 'stays',
    'session.linger': 'errored.recoverable.lingering | endWriting',
    'socket.ended': 'errored.recoverable.halfClosed',
    'deadline.expired': 'ignored',
  },
  'errored.recoverable.lingering': {
    ...recoverable,
    'exception.clear': 'connected.lingering | -bufferService clearException +bufferService',
    'session.drain': 'stays',
    'session.linger': 'stays',
    'socket.ended': 'closed | -bufferService closeSocket',
    'deadline.expired': 'closed | -bufferService closeSocket',
  },
  'errored.fatal': {
    'session.connect': 'unconnected.connecting | clearException clearBuffer +connector',
    'socket.attach': 'connected.open | clearException attachSocket +bufferService',
    'socket.detach': 'illegal',
    'exception.set': 'stays | setException',
    'exception.clear': 'unconnected.idle | clearException',
    'session.drain': 'illegal',
    'session.linger': 'illegal',
    'session.close': 'closed',
    'session.abort': 'closed',
    ...noNotices,
  },
  closed: {
    'session.connect': 'unconnected.connecting | clearException clearBuffer +connector',
    'socket.attach': 'connected.open | clearException attachSocket +bufferService',
    'socket.detach': 'illegal',
    'exception.set': 'errored.fatal | setException',
    'exception.clear': 'stays | clearException',
    'session.drain': 'illegal',
    'session.linger': 'illegal',
    'session.close': 'stays',
    'session.abort': 'stays',
    ...noNotices,
  },
};

/** Which tags a state has; a state that is not listed has none. */
export const sessionTags: Readonly<Record<string, string>> = {
  'unconnected.connecting': 'connecting',
  'connected.open': 'attached available readable usable writable',
  'connected.halfClosed': 'attached usable writable',
  'connected.draining': 'attached draining readable usable writable',
  'connected.lingering': 'attached lingering readable usable',
  'errored.recoverable.open': 'attached faulty readable writable',
  'errored.recoverable.halfClosed': 'attached faulty writable',
  'errored.recoverable.draining': 'attached draining faulty readable writable',
  'errored.recoverable.lingering': 'attached faulty lingering readable',
  'errored.fatal': 'faulty gone',
  detached: 'detached gone',
  closed: 'closed gone',
};
