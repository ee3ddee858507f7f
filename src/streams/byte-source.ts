import type { ReceiveBuffer } from '../protocol/index.js';

/**
 * Where the input streams of this folder read from; every `HTTPSession` is one.
 *
 * One reader at a time: two streams over one source would take each other's bytes. What a stream does not consume stays
 * in `receiveBuffer`, for the stream or the message that comes next.
 */
export interface ByteSource {
  /** Bytes that were received and not consumed. */
  readonly receiveBuffer: ReceiveBuffer;
  /**
   * Adds what has arrived, or will next, to `receiveBuffer`. Resolves with the number of bytes in it then: the same as
   * before means the end of the stream. POCO: `HTTPSession::refill`.
   *
   * @param options - `signal` withdraws the call; bytes that arrive later stay for the next one.
   */
  refill(options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
}
