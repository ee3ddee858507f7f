import type { HTTPSessionError } from '../../errors/index.js';
import type { Place } from './place.js';
import type { PooledSession } from './pooled-session.js';
import type { Waiter } from './wait-queue.js';

/** What limits a pool, complete and checked. Durations in milliseconds; 0 means none. */
export interface PoolLimits {
  readonly maxConnections: number;
  readonly maxIdleConnections: number;
  readonly maxQueued: number;
  readonly connectTimeout: number;
  readonly connectionAge: number;
  readonly connectionRequests: number;
}

/** A call as a pool sees it: it waits for a session, and gets one or an error. */
export interface PoolCaller extends Waiter {
  /** Milliseconds that a connection for it may take to open; 0 for no limit. */
  readonly connectTimeout: number;
  /** It waits for a connection; nothing of it was sent. */
  queued(): void;
  /** A session is reserved for it, which listens for one turn of the event loop. */
  assigned(): void;
  /** The session takes its request. @param now - monotonic time in milliseconds. */
  begin(session: PooledSession, place: Place, now: number): void;
  /** It gets no session. */
  refused(error: HTTPSessionError): void;
}
