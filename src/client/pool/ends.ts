import { TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import type { ConnectionCloser } from '../diagnostics.js';
import type { Place } from './place.js';
import type { PoolCaller } from './pool-caller.js';
import type { PooledSession } from './pooled-session.js';

/** A connect that was given less time than a call wants is not the answer for that call. */
export function mayTryAgain(caller: PoolCaller, place: Place, error: HTTPSessionError): boolean {
  if (!(error instanceof TimeoutError) || place.connectTimeout === 0) return false;
  return caller.connectTimeout === 0 || caller.connectTimeout > place.connectTimeout;
}

/** What closed a connection that this side has not closed on purpose. */
export function closerOf(session: PooledSession | null): ConnectionCloser {
  switch (session?.endedBy) {
    case 'timeout':
      return 'idle';
    case 'parse':
      return 'surplus';
    case 'local':
      return 'aborted';
    default:
      return 'server';
  }
}
