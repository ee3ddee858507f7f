import { channel } from 'node:diagnostics_channel';

/** A fault that could not be thrown to anybody: a user's listener threw, or an implementation did. */
export interface FaultMessage {
  /** Whose code threw: a listener of a session, a handler of requests, or this package. */
  readonly where: 'listener' | 'handler' | 'implementation';
  /** What was thrown. */
  readonly error: unknown;
  /** The session it happened on; `undefined` for a server. */
  readonly sessionId: number | undefined;
}

/** `diagnostics_channel` for faults; subscribe to it to log them. Without a subscriber a fault is a process warning. */
export const FAULT_CHANNEL = 'http-session-machine:fault';

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
