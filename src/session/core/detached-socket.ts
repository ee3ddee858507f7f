import type { Duplex } from 'node:stream';

/** What `detachSocket` hands over. */
export interface DetachedSocket {
  /** The socket; nothing of the session listens to it any more. */
  readonly socket: Duplex;
  /** Bytes that were read from the socket and not consumed. */
  readonly head: Buffer;
}

/** What `upgrade` hands over. */
export interface UpgradedSocket extends DetachedSocket {
  /**
   * Aborts when the server drains: whoever has the socket is to bring its protocol to an end. At the deadline of the
   * drain the socket is destroyed.
   */
  readonly signal: AbortSignal;
}
