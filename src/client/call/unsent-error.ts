import { errors } from '../../diagnostics.js';
import { HTTPSessionError, type EndedBy, type Testimony } from '../../errors/index.js';
import type { Call } from './call.js';

/**
 * Gives an error of a call its testimony: of the call, where no session had the request, and of the session's connect,
 * where that failed. Nothing of the request was sent, so it may be sent again.
 *
 * @param wallTime - milliseconds since the Unix epoch.
 */
export function testifyToUnsent(
  error: HTTPSessionError,
  call: Call,
  wallTime: number,
  endedBy: EndedBy | null = null,
): HTTPSessionError {
  const own = error.testimony;
  error.testimony = {
    ...(own ?? noSession(wallTime, endedBy)),
    request: { number: 1, method: call.method, target: call.target },
    replay: 'safe',
    headSent: false,
    responseBegun: false,
  };
  if (own === undefined && errors.hasSubscribers) {
    errors.publish({ sessionId: 0, error, address: undefined });
  }
  return error;
}

function noSession(since: number, endedBy: EndedBy | null): Omit<Testimony, 'request' | 'replay'> {
  return {
    sessionId: 0,
    state: 'unconnected.idle',
    exchange: 'idle.fresh',
    since,
    endedBy,
    bytesIn: 0,
    bytesOut: 0,
    headSent: false,
    responseBegun: false,
    history: [],
  };
}

/** Adds an attempt that failed to what the error of its call testifies to. */
export function recordAttempt(call: Call, error: unknown): void {
  const testimony = error instanceof HTTPSessionError ? error.testimony : undefined;
  if (testimony === undefined) return;
  const { sessionId, state, endedBy, replay } = testimony;
  (call.failures ??= []).push({ sessionId, code: (error as HTTPSessionError).code, state, endedBy, replay });
  (error as HTTPSessionError).testimony = { ...testimony, attempts: call.failures.slice() };
}
