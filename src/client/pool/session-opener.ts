import type { HTTPSessionError } from '../../errors/index.js';
import type { PooledSession } from './pooled-session.js';

/** Hears how opening a session has ended. */
export interface Opening<TSession extends PooledSession = PooledSession> {
  /** Milliseconds until the connection must be open, proxies and TLS included; 0 for no limit. */
  readonly connectTimeout: number;
  /** The session is connected, and can take a request. */
  opened(session: TSession): void;
  /** It could not be connected. */
  failed(error: HTTPSessionError): void;
}

/** Opens the sessions of a pool, directly or through a proxy. */
export interface SessionOpener<TSession extends PooledSession = PooledSession> {
  /**
   * Opens one session. Calls exactly one of `opened` and `failed`, never before this function returns.
   *
   * @returns cancel: gives up; afterwards neither is called, and no socket is left.
   */
  open(opening: Opening<TSession>): () => void;
}
