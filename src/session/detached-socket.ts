import type { Duplex } from 'node:stream';

/** What `detachSocket` hands over. */
export interface DetachedSocket {
  /** The socket; nothing of the session listens to it any more. */
  readonly socket: Duplex;
  /** Bytes that were read from the socket and not consumed. */
  readonly head: Buffer;
}
