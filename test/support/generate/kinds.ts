import type {
  CallEvent,
  PlaceEvent,
  PoolEvent,
  ServerEvent,
  SessionEvent,
  WorkerEvent,
} from '../../../machines/index.js';

/** The owner sends a command, a service sends a notice. */
export type EventKind = 'command' | 'notice';

/** Kinds of the session chart's events. */
export const SESSION_KINDS: Readonly<Record<SessionEvent['type'], EventKind>> = {
  'session.connect': 'command',
  'socket.attach': 'command',
  'socket.detach': 'command',
  'exception.set': 'command',
  'exception.clear': 'command',
  'session.drain': 'command',
  'session.linger': 'command',
  'session.close': 'command',
  'session.abort': 'command',
  'socket.ended': 'notice',
  'socket.closed': 'notice',
  'socket.failed': 'notice',
  'deadline.expired': 'notice',
  'xstate.done.actor.connector': 'notice',
  'xstate.error.actor.connector': 'notice',
  'xstate.error.actor.bufferService': 'notice',
};

/** Kinds of the server chart's events. */
export const SERVER_KINDS: Readonly<Record<ServerEvent['type'], EventKind>> = {
  'server.listen': 'command',
  'server.drain': 'command',
  'server.stop': 'command',
  'server.full': 'notice',
  'server.free': 'notice',
  'listener.failed': 'notice',
  'drain.confirmed': 'notice',
  'grace.over': 'notice',
  'deadline.expired': 'notice',
  'sessions.gone': 'notice',
};

/** Kinds of the pool chart's events. */
export const POOL_KINDS: Readonly<Record<PoolEvent['type'], EventKind>> = {
  'pool.start': 'command',
  'pool.restart': 'command',
  'pool.drain': 'command',
  'pool.stop': 'command',
  'workers.serving': 'notice',
  'workers.renewed': 'notice',
  'renewal.failed': 'notice',
  'workers.failing': 'notice',
  'workers.gone': 'notice',
};

/** Kinds of the worker chart's events. */
export const WORKER_KINDS: Readonly<Record<WorkerEvent['type'], EventKind>> = {
  'worker.drain': 'command',
  'worker.stop': 'command',
  'worker.release': 'command',
  'worker.heard': 'notice',
  'worker.joined': 'notice',
  'worker.listening': 'notice',
  'worker.unreachable': 'notice',
  'worker.drained': 'notice',
  'worker.exited': 'notice',
  'deadline.expired': 'notice',
};

/** Kinds of the place chart's events. */
export const PLACE_KINDS: Readonly<Record<PlaceEvent['type'], EventKind>> = {
  'session.opened': 'notice',
  'session.available': 'notice',
  'session.switched': 'notice',
  'session.ended': 'notice',
  'place.reserve': 'command',
  'place.release': 'command',
  'request.begin': 'command',
  'response.head': 'notice',
  'body.read': 'notice',
  'age.reached': 'notice',
  'requests.spent': 'notice',
  'place.unwanted': 'command',
  'pool.drain': 'command',
  'pool.close': 'command',
};

/** Kinds of the call chart's events. */
export const CALL_KINDS: Readonly<Record<CallEvent['type'], EventKind>> = {
  'call.queue': 'command',
  'call.assign': 'command',
  'request.send': 'command',
  'response.head': 'notice',
  'attempt.fail': 'notice',
  'call.pause': 'command',
  'call.deliver': 'command',
  'exchange.end': 'notice',
  'call.end': 'command',
};
