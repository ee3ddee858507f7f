import type { HTTPSessionError } from '../../errors/index.js';

/**
 * Whoever waits for bytes of a session. There is at most one at a time; the buffer service calls it directly, so that
 * no event, promise or stream stands between the socket and the reader.
 */
export interface WaitingReader {
  /** Bytes were added to the session's buffer. */
  bytesArrived(): void;
  /** The peer has finished sending, and everything that arrived is in the buffer. */
  streamEnded(): void;
  /** The session failed or left the state in which it could be read. */
  readFailed(error: HTTPSessionError): void;
}
