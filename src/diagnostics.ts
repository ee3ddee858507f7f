import { channel, type Channel } from 'node:diagnostics_channel';

import type { ExchangeEventType, ExchangeState, SessionEvent, SessionState } from '../machines/index.js';
import { describeValue, type HTTPSessionError } from './errors/index.js';

/**
 * A fault without a caller to throw to: a listener or an implementation threw, a handler threw or has not begun its
 * response for `slowHandler` milliseconds (a `TimeoutError`), or a worker ended.
 */
export interface FaultMessage {
  /** What threw: a listener, a request handler, or this package; or a `worker` process exited unexpectedly. */
  readonly where: 'listener' | 'handler' | 'implementation' | 'worker';
  /** What was thrown. */
  readonly error: unknown;
  /** The session it happened on; `undefined` for a server or a pool. */
  readonly sessionId: number | undefined;
}

/** `diagnostics_channel` for faults. Subscribe to log them; without a subscriber a fault is a process warning. */
export const FAULT_CHANNEL = 'http-session-machine:fault';

/** `diagnostics_channel` for every transition of every session: the lifecycle and the message cycle. */
export const TRANSITION_CHANNEL = 'http-session-machine:transition';

/** `diagnostics_channel` for every exchange: one message when a request begins, one when its response ends. */
export const EXCHANGE_CHANNEL = 'http-session-machine:exchange';

/** `diagnostics_channel` for every error of a session, when it is created. */
export const ERROR_CHANNEL = 'http-session-machine:error';

/** A transition of a session. */
export interface TransitionMessage {
  /** The session's number within this process. */
  readonly sessionId: number;
  /** Which end of the connection the session is. */
  readonly role: 'client' | 'server';
  /** The chart: of the connection (`session`) or of the message cycle (`exchange`). */
  readonly chart: 'session' | 'exchange';
  /** The event that led there. */
  readonly event: SessionEvent['type'] | ExchangeEventType;
  /** The state before, dotted; parallel regions are joined by commas. */
  readonly from: SessionState | ExchangeState;
  /** The state now, in the same form. */
  readonly to: SessionState | ExchangeState;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** How long the session was in the state before, in milliseconds; for the chart of the connection only. */
  readonly heldFor: number | undefined;
}

/**
 * The start or the end of an exchange. A request that a server refuses by itself is one as well, with what is known of
 * it: both messages come at once, and the second one has the status that was sent.
 */
export interface ExchangeMessage {
  /** `begin`: the head of a request is complete. `end`: the response is complete, or never will be. */
  readonly phase: 'begin' | 'end';
  /** The session's number within this process; 0 for a connection that ended before it was a session. */
  readonly sessionId: number;
  /** Which end of the connection the session is. */
  readonly role: 'client' | 'server';
  /** The number of the request on this connection, from 1. */
  readonly number: number;
  /** The method of the request; empty if a refused one did not get that far. */
  readonly method: string;
  /** Its request target, as in the request line; as far as it came, if the request was refused. */
  readonly target: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The status of the response; `undefined` before there is one. */
  readonly status: number | undefined;
  /** At the end, milliseconds since its start; `undefined` if nothing had subscribed by then. */
  readonly duration: number | undefined;
  /** How it ended; `replayed` means a retry on another connection. */
  readonly outcome: 'completed' | 'failed' | 'replayed' | undefined;
  /** What it failed with, if the session has an exception. */
  readonly error: HTTPSessionError | null;
  /** The address of the peer, also when it is gone; `undefined` for transports without addresses. */
  readonly address: PeerAddress | undefined;
}

/** An error, at the moment it got its testimony. */
export interface ErrorMessage {
  /** The session's number within this process; 0 for a connection that ended before it was a session. */
  readonly sessionId: number;
  /** The error; `error.testimony` says where and when it happened, unless there was no session. */
  readonly error: HTTPSessionError;
  /** The address of the peer, also when it is gone; `undefined` for transports without addresses. */
  readonly address: PeerAddress | undefined;
}

/** The address of a peer, as of `SocketAddress`. */
type PeerAddress = Readonly<{ address: string; port: number; family: string }>;

/** The channels themselves, for publishers. A message is created only if there is a subscriber. */
export const transitions = channel(TRANSITION_CHANNEL) as Channel<unknown, TransitionMessage>;
/** See `EXCHANGE_CHANNEL`. */
export const exchanges = channel(EXCHANGE_CHANNEL) as Channel<unknown, ExchangeMessage>;
/** See `ERROR_CHANNEL`. */
export const errors = channel(ERROR_CHANNEL) as Channel<unknown, ErrorMessage>;

/** What is known of a request that was refused before it was an exchange. */
export type RefusedRequest = Pick<
  ExchangeMessage,
  'sessionId' | 'number' | 'method' | 'target' | 'at' | 'address'
> & { readonly status: number; readonly error: HTTPSessionError };

const refusalWatchers = new Set<(refused: RefusedRequest) => void>();

/**
 * Watches requests that a server refuses by itself, for the inspector; returns a function that ends it. It hears
 * transitions anyway, and a subscriber of the exchange channel would cost each request two more messages. The listener
 * must not throw.
 */
export function watchRefusals(listener: (refused: RefusedRequest) => void): () => void {
  refusalWatchers.add(listener);
  return () => refusalWatchers.delete(listener);
}

/** Whether refused requests are published. */
export function hasRefusalSubscribers(): boolean {
  return exchanges.hasSubscribers || refusalWatchers.size > 0;
}

/** Publishes a request that a server refuses by itself as an exchange. Call it only if there is a subscriber. */
export function publishRefused(refused: RefusedRequest): void {
  for (const watcher of refusalWatchers) watcher(refused);
  if (!exchanges.hasSubscribers) return;
  const { status, error, ...request } = refused;
  const begun = { ...request, role: 'server', status: undefined, duration: undefined, error: null } as const;
  exchanges.publish({ ...begun, phase: 'begin', outcome: undefined });
  exchanges.publish({ ...begun, phase: 'end', status, duration: 0, outcome: 'failed', error });
}

const faults = channel(FAULT_CHANNEL);

/** Whether faults have a subscriber; without one each is a warning of the process. */
export function hasFaultSubscribers(): boolean {
  return faults.hasSubscribers;
}

const faultWatchers = new Set<(fault: FaultMessage) => void>();

/**
 * Watches faults, for the inspector; returns a function that ends it. Unlike a subscriber it does not take them: without a
 * subscriber they stay warnings of the process. The listener must not throw.
 */
export function watchFaults(listener: (fault: FaultMessage) => void): () => void {
  faultWatchers.add(listener);
  return () => faultWatchers.delete(listener);
}

/** Shows a fault to those who watch, and reports it to no one else. */
export function noteFault(where: FaultMessage['where'], error: unknown, sessionId?: number): void {
  for (const watcher of faultWatchers) watcher({ where, error, sessionId });
}

/**
 * Reports a fault that has no caller to throw to. An exception in a listener must not reach another session or end the
 * process, and must not be silent either.
 */
export function reportFault(where: FaultMessage['where'], error: unknown, sessionId?: number): void {
  noteFault(where, error, sessionId);
  if (faults.hasSubscribers) {
    faults.publish({ where, error, sessionId } satisfies FaultMessage);
    return;
  }
  const text = textOf(error);
  process.emitWarning(text, { type: 'HTTPSessionFault', code: faultCode(where) });
}

/** The code of a fault whose error has none of its own. */
export function faultCode(where: FaultMessage['where']): string {
  return `HTTP_SESSION_FAULT_${where.toUpperCase()}`;
}

/** The text of what was thrown, which may be anything: its members may throw in turn. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? (error.stack ?? error.message) : error);
  } catch {
    return describeValue(error);
  }
}

/** Calls a listener. What it throws, or rejects with if it is an async function, is reported as a fault. */
export function callListener<TValues extends readonly unknown[]>(
  listener: (...values: TValues) => unknown,
  values: TValues,
  sessionId?: number,
): void {
  const report = (error: unknown): void => {
    reportFault('listener', error, sessionId);
  };
  try {
    const result = listener(...values);
    if (isThenable(result)) result.then(undefined, report);
  } catch (error) {
    report(error);
  }
}

/** Any thenable, as promises of libraries and of other realms are no `Promise` of ours. Throws what its members throw. */
export function isThenable(result: unknown): result is PromiseLike<unknown> {
  return (
    typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
  );
}
