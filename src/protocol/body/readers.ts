import { IncompleteMessageError } from '../../errors/index.js';
import type { MessageHeader } from '../message/message-header.js';
import { bodyTooLarge, type BodyLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { ChunkedBodyReader } from './chunked.js';
import { CHUNKED, UNTIL_CLOSE } from '../head/framing.js';

/** Reads the content of one body from a buffer, and leaves what comes after it. */
export interface BodyReader {
  /**
   * The next piece of content, never empty, at most `max` bytes; `undefined` if more bytes are needed or the body is
   * complete.
   *
   * @throws RemoteProtocolError when the framing is malformed, after all content before that place, and again at each
   * further call.
   */
  read(buffer: ReceiveBuffer, max?: number): Buffer | undefined;
  /** Copies as much content as there is and fits into `target` from `offset` on. Returns how many bytes. Throws as `read`. */
  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number;
  /**
   * The whole rest of a body of known length, without a copy, if the buffer holds that in one chunk and nothing else;
   * `undefined` otherwise.
   */
  takeChunk?(buffer: ReceiveBuffer): Buffer | undefined;
  /** A number that changes with each byte of content that is read, and with nothing else. */
  readonly taken: number;
  /** Whether the end of the body was read. */
  readonly complete: boolean;
  /** Bytes of content still to come; -1 if unknown. */
  readonly remaining: number;
  /** The trailer section of a complete chunked body; `undefined` without fields, and for other bodies. */
  readonly trailer: MessageHeader | undefined;
  /**
   * Reports that the peer will send no more. Call it when `read` has found nothing more in the buffer. A body that ends
   * with the connection becomes complete.
   *
   * @throws IncompleteMessageError for any other body that is not complete.
   */
  ended(): void;
}

const NO_BODY: BodyReader = Object.freeze({
  read: () => undefined,
  readInto: () => 0,
  taken: 0,
  complete: true,
  remaining: 0,
  trailer: undefined,
  ended: () => undefined,
});

/**
 * The reader for a body of this length, `CHUNKED` or `UNTIL_CLOSE`. All empty bodies share one.
 *
 * @throws RemoteProtocolError if the length is more than `maxBodyBytes` allows.
 */
export function createBodyReader(bodyLength: number, limits: BodyLimits): BodyReader {
  if (bodyLength === 0) return NO_BODY;
  if (bodyLength === CHUNKED) return new ChunkedBodyReader(limits);
  if (bodyLength === UNTIL_CLOSE) return new UntilCloseBodyReader(limits);
  if (bodyLength > (limits.maxBodyBytes ?? Infinity)) throw bodyTooLarge();
  return new FixedBodyReader(bodyLength);
}

/** A body with the length that Content-Length declared. POCO: `HTTPFixedLengthStreamBuf`. */
class FixedBodyReader implements BodyReader {
  readonly trailer = undefined;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get taken(): number {
    return -this.#left;
  }

  get complete(): boolean {
    return this.#left === 0;
  }

  get remaining(): number {
    return this.#left;
  }

  read(buffer: ReceiveBuffer, max = Infinity): Buffer | undefined {
    const piece = buffer.takeContiguous(Math.min(this.#left, max));
    this.#left -= piece.length;
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    const copied = buffer.takeInto(target, offset, this.#left);
    this.#left -= copied;
    return copied;
  }

  takeChunk(buffer: ReceiveBuffer): Buffer | undefined {
    const chunk = buffer.takeChunk(this.#left);
    if (chunk !== undefined) this.#left = 0;
    return chunk;
  }

  ended(): void {
    if (!this.complete) throw new IncompleteMessageError();
  }
}

/** The body of a response that ends when the server closes the connection (RFC 9112 section 6.3). */
class UntilCloseBodyReader implements BodyReader {
  readonly trailer = undefined;
  complete = false;
  taken = 0;
  /** Bytes that are still allowed. */
  #allowed: number;

  constructor(limits: BodyLimits) {
    this.#allowed = limits.maxBodyBytes ?? Infinity;
  }

  get remaining(): number {
    return this.complete ? 0 : -1;
  }

  read(buffer: ReceiveBuffer, max = Infinity): Buffer | undefined {
    this.#checkAllowed(buffer);
    const piece = buffer.takeContiguous(Math.min(this.#allowed, max));
    this.#allowed -= piece.length;
    this.taken += piece.length;
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    this.#checkAllowed(buffer);
    const copied = buffer.takeInto(target, offset, this.#allowed);
    this.#allowed -= copied;
    this.taken += copied;
    return copied;
  }

  ended(): void {
    this.complete = true;
  }

  #checkAllowed(buffer: ReceiveBuffer): void {
    if (this.#allowed === 0 && buffer.length > 0) throw bodyTooLarge();
  }
}
