/** Hears what happens on a transport. Each of `onEnded`, `onClosed` and `onFailed` comes at most once per transport. */
export interface TransportObserver {
  /** Bytes arrived. A borrowed chunk is valid during the call only: its memory is about to be read into again. */
  onBytes(chunk: Buffer, borrowed: boolean): void;
  /** The peer finished sending (FIN, or TLS `close_notify`); all its bytes were handed on before. */
  onEnded(): void;
  /** The socket closed without an error. Nothing follows. */
  onClosed(): void;
  /** The socket failed. Comes instead of `onClosed`; nothing follows. */
  onFailed(error: Error): void;
  /** After `write` returned `false`: all output was handed to the system. Does not come once `end` was called. */
  onDrained(): void;
}
