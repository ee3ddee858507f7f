import { channel, type Channel } from 'node:diagnostics_channel';

import type { ExchangeEventType, ExchangeState, SessionEvent, SessionState } from '../machines/index.js';
import type { HTTPSessionError } from './errors/index.js';

/** A fault that could not be thrown to anybody: a user's listener threw, an implementation did, a worker ended. */
export interface FaultMessage {
  /** Whose code threw: a listener, a handler of requests, or this package; or a `worker` process ended unasked. */
  readonly where: 'listener' | 'handler' | 'implementation' | 'worker';
  /** What was thrown. */
  readonly error: unknown;
  /** The session it happened on; `undefined` for a server or a pool. */
  readonly sessionId: number | undefined;
}

/** `diagnostics_channel` for faults; subscribe to it to log them. Without a subscriber a fault is a process warning. */
export const FAULT_CHANNEL = 'http-session-machine:fault';

/** `diagnostics_channel` for every transition of every session: the lifecycle and the message cycle. */
export const TRANSITION_CHANNEL = 'http-session-machine:transition';

/** `diagnostics_channel` for every exchange: one message when a request begins, one when its response is over. */
export const EXCHANGE_CHANNEL = 'http-session-machine:exchange';

/** `diagnostics_channel` for every error that testifies, when it is made. */
export const ERROR_CHANNEL = 'http-session-machine:error';

/** A transition of a session. */
export interface TransitionMessage {
  /** The session's number within this process. */
  readonly sessionId: number;
  /** Which end of the connection the session is. */
  readonly role: 'client' | 'server';
  /** Which chart: the connection's or the message cycle's. */
  readonly chart: 'session' | 'exchange';
  /** The event that led there. */
  readonly event: SessionEvent['type'] | ExchangeEventType;
  /** The state before, dotted; parallel regions are joined by commas. */
  readonly from: SessionState | ExchangeState;
  /** The state now, in the same form. */
  readonly to: SessionState | ExchangeState;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** How long the state before was held, in milliseconds; of the connection's chart only. */
  readonly heldFor: number | undefined;
}

/** The begin or the end of an exchange. */
export interface ExchangeMessage {
  /** `begin`: the head of a request is complete. `end`: the response is, or it never will be. */
  readonly phase: 'begin' | 'end';
  /** The session's number within this process. */
  readonly sessionId: number;
  /** Which end of the connection the session is. */
  readonly role: 'client' | 'server';
  /** Which request on this connection, counted from 1. */
  readonly number: number;
  /** The method of the request. */
  readonly method: string;
  /** Its request target, as in the request line. */
  readonly target: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The status of the response; `undefined` before there is one. */
  readonly status: number | undefined;
  /** Milliseconds since its begin, at the end; `undefined` where nobody had subscribed by then. */
  readonly duration: number | undefined;
  /** How it ended; `replayed` is sent once more on another connection. */
  readonly outcome: 'completed' | 'failed' | 'replayed' | undefined;
  /** What it failed with, where the session has an exception. */
  readonly error: HTTPSessionError | null;
}

/** An error, at the moment in which it was given its testimony. */
export interface ErrorMessage {
  /** The session's number within this process. */
  readonly sessionId: number;
  /** The error; `error.testimony` tells the circumstances. */
  readonly error: HTTPSessionError;
}

/** The channels themselves, for those who publish; a message is made only where somebody has subscribed. */
export const transitions = channel(TRANSITION_CHANNEL) as Channel<unknown, TransitionMessage>;
/** See `EXCHANGE_CHANNEL`. */
export const exchanges = channel(EXCHANGE_CHANNEL) as Channel<unknown, ExchangeMessage>;
/** See `ERROR_CHANNEL`. */
export const errors = channel(ERROR_CHANNEL) as Channel<unknown, ErrorMessage>;

const faults = channel(FAULT_CHANNEL);

/**
 * Reports a fault where nobody can be thrown to. A throw in one user's listener must not reach another session or
 * end the process, and must not be silent either.
 */
export function reportFault(where: FaultMessage['where'], error: unknown, sessionId?: number): void {
  if (faults.hasSubscribers) {
    faults.publish({ where, error, sessionId } satisfies FaultMessage);
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(text, { type: 'HTTPSessionFault', code: `HTTP_SESSION_FAULT_${where.toUpperCase()}` });
}

/** Calls a user's listener; what it throws, or rejects with when it is an async function, is reported as a fault. */
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
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}
