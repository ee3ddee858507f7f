import type { ExpiredTimer } from './timers.js';

/**
 * The vocabulary of the session chart: every event, tag, action and service it can name.
 *
 * Payloads are small and JSON-safe, because any event may be shown by an inspector: a transport is a handle
 * whose socket is private, an exception is an error that knows how to describe itself.
 */

/** What the chart knows of a transport: that it can describe itself. */
export interface TransportHandle {
  /** The handle for inspectors: small, without any content. */
  toJSON(): unknown;
}

/** What the chart knows of an exception: its stable code, its text, and that it can describe itself. */
export interface SessionException {
  /** The stable code. */
  readonly code: string;
  /** The text, for people. */
  readonly message: string;
  /** The exception for inspectors: without stack, bodies and header values. */
  toJSON(): unknown;
}

/** Commands: what the owner of a session asks for. Each is one method of `HTTPSession`. */
export type SessionCommand =
  | { readonly type: 'session.connect' }
  | { readonly type: 'socket.attach'; readonly transport: TransportHandle }
  | { readonly type: 'socket.detach' }
  | { readonly type: 'exception.set'; readonly exception: SessionException }
  | { readonly type: 'exception.clear' }
  | { readonly type: 'session.drain' }
  | { readonly type: 'session.linger' }
  | { readonly type: 'session.close' }
  | { readonly type: 'session.abort' };

/** Notices: what the services report. Each is sent at most once per attached socket. */
export type SessionNotice =
  | { readonly type: 'socket.ended' }
  | { readonly type: 'socket.closed' }
  | { readonly type: 'socket.failed'; readonly exception: SessionException }
  | { readonly type: 'deadline.expired'; readonly timer: ExpiredTimer; readonly exception: SessionException };

/** What the invoked services end with, in XState's own words. */
export type SessionServiceEvent =
  | { readonly type: 'xstate.done.actor.connector'; readonly output: TransportHandle }
  | { readonly type: 'xstate.error.actor.connector'; readonly error: unknown }
  | { readonly type: 'xstate.error.actor.bufferService'; readonly error: unknown };

/** Every event that the session chart understands. */
export type SessionEvent = SessionCommand | SessionNotice | SessionServiceEvent;

/** Names of all events that the session chart understands, for graph traversal and tests. */
export const SESSION_EVENTS = [
  'session.connect',
  'socket.attach',
  'socket.detach',
  'exception.set',
  'exception.clear',
  'session.drain',
  'session.linger',
  'session.close',
  'session.abort',
  'socket.ended',
  'socket.closed',
  'socket.failed',
  'deadline.expired',
  'xstate.done.actor.connector',
  'xstate.error.actor.connector',
  'xstate.error.actor.bufferService',
] as const satisfies readonly SessionEvent['type'][];

/** Names of the actions; what they do is implemented by the session. */
export const SESSION_ACTIONS = [
  'setException',
  'clearException',
  'attachSocket',
  'detachSocket',
  'clearBuffer',
  'endWriting',
  'closeSocket',
  'resetSocket',
  'destroySocket',
] as const;

/** The name of an action of the session chart. */
export type SessionAction = (typeof SESSION_ACTIONS)[number];

/** Names of the services that the session chart invokes. */
export const SESSION_SERVICES = ['connector', 'bufferService'] as const;

/** The name of a service of the session chart. */
export type SessionService = (typeof SESSION_SERVICES)[number];

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `connecting`: a socket is being opened.
 * - `attached`: the session owns a socket, and the buffer service watches it.
 * - `usable`: operations on that socket are allowed (POCO's `connected()`).
 * - `available`: a new exchange may begin: the socket is usable, both directions are open, no drain was requested.
 * - `readable`: the peer may still send.
 * - `writable`: this side may still send.
 * - `draining`: the exchange in progress, or the next one, is the last.
 * - `lingering`: this side has finished sending and discards what still arrives.
 * - `faulty`: an exception is stored and decides the outcome of operations.
 * - `detached`: the socket was handed to the caller.
 * - `closed`: the socket was closed in good order, or aborted on this side.
 * - `gone`: a connection was requested, and there is none any more.
 */
export type SessionTag =
  | 'connecting'
  | 'attached'
  | 'usable'
  | 'available'
  | 'readable'
  | 'writable'
  | 'draining'
  | 'lingering'
  | 'faulty'
  | 'detached'
  | 'closed'
  | 'gone';
