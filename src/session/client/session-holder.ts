import type { HTTPClientSession } from './http-client-session.js';

/**
 * Holds a session, as a pool does, and is notified of what becomes of it. All calls are direct, and none is made while the
 * session is in the middle of a transition: each may close, reserve or use the session.
 */
export interface SessionHolder {
  /** The exchange is over, and the connection can take another request. */
  sessionAvailable(session: HTTPClientSession): void;
  /** A response was handed out whose body is not complete. Not called for a response without a body. */
  responseUnread(session: HTTPClientSession): void;
  /** The body of that response is being read. */
  bodyRead(session: HTTPClientSession): void;
  /**
   * The session takes no further request on this connection: it is closed, was lost, switched to another protocol or handed
   * over, or an exception is stored. Called once for each connection.
   */
  sessionEnded(session: HTTPClientSession): void;
}
