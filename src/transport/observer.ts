import type { Duplex } from 'node:stream';

import type { SocketAddress } from './addresses.js';

/** What a transport is made of; `duplex` is any other stream. */
export type TransportKind = 'tcp' | 'tls' | 'unix' | 'memory' | 'duplex';

/** A transport as JSON. */
export interface TransportDescription {
  readonly id: number;
  readonly kind: TransportKind;
  readonly local: SocketAddress | undefined;
  readonly remote: SocketAddress | undefined;
}

/** What `Transport.release` returns. */
export interface ReleasedSocket {
  readonly socket: Duplex;
  /** Bytes that could not be put back because the socket had ended already. Usually empty. */
  readonly unread: Buffer;
}

/** Is called about what happens on a transport. `onEnded`, `onClosed` and `onFailed` come at most once each. */
export interface TransportObserver {
  /** Bytes arrived. A borrowed chunk is valid during the call only: its memory is about to be read into again. */
  onBytes(chunk: Buffer, borrowed: boolean): void;
  /**
   * Memory to read the next bytes into, so that they need no copy. They are handed to `onBytes` as a view of it, as a
   * borrowed chunk: until the next call of this method it may be written to.
   */
  roomAhead?(): Buffer | null;
  /** The peer finished sending (FIN, or TLS `close_notify`); all its bytes were handed on before. */
  onEnded(): void;
  /** The socket closed without an error. Nothing follows. */
  onClosed(): void;
  /** The socket failed. Comes in place of `onClosed`; nothing follows. */
  onFailed(error: Error): void;
  /** After `write` returned `false`: the system has all output. Does not come once `end` was called. */
  onDrained(): void;
}
