import { IncompleteMessageError } from '../../errors/index.js';
import type { MessageHeader } from '../message/message-header.js';
import { bodyTooLarge, type BodyLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { ChunkedBodyReader } from './chunked.js';
import { CHUNKED, UNTIL_CLOSE } from '../head/framing.js';

/** Takes the content of one body out of a buffer, and leaves what comes after it. */
export interface BodyReader {
  /**
   * The next piece of content, never empty, at most `max` bytes; `undefined` if there is none now: more bytes are
   * needed, or the body is complete.
   *
   * @throws RemoteProtocolError when the framing is malformed, after all content before that place; again at each
   * further call.
   */
  read(buffer: ReceiveBuffer, max?: number): Buffer | undefined;
  /** Copies content into `target` from `offset` on, as much as there is and fits; returns how many bytes. Throws as `read`. */
  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number;
  /** Is the end of the body read? */
  readonly complete: boolean;
  /** Bytes of content that are still to come, -1 if nobody knows. */
  readonly remaining: number;
  /** The trailer section of a complete chunked body; `undefined` if it had no fields, and for other bodies. */
  readonly trailer: MessageHeader | undefined;
  /**
   * The peer will send no more. To be called when `read` has found nothing more in the buffer. A body that lasts until
   * then becomes complete.
   *
   * @throws IncompleteMessageError for any other body that is not complete.
   */
  ended(): void;
}

const NO_BODY: BodyReader = Object.freeze({
  read: () => undefined,
  readInto: () => 0,
  complete: true,
  remaining: 0,
  trailer: undefined,
  ended: () => undefined,
});

/**
 * The reader for a body of this length, `CHUNKED` or `UNTIL_CLOSE`. That for no body is one for all.
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

/** A body whose length Content-Length declared. POCO: `HTTPFixedLengthStreamBuf`. */
class FixedBodyReader implements BodyReader {
  readonly trailer = undefined;
  #left: number;

  constructor(length: number) {
    this.#left = length;
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

  ended(): void {
    if (!this.complete) throw new IncompleteMessageError();
  }
}

/** The body of a response that lasts until the server closes the connection (RFC 9112 section 6.3). */
class UntilCloseBodyReader implements BodyReader {
  readonly trailer = undefined;
  complete = false;
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
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    this.#checkAllowed(buffer);
    const copied = buffer.takeInto(target, offset, this.#allowed);
    this.#allowed -= copied;
    return copied;
  }

  ended(): void {
    this.complete = true;
  }

  #checkAllowed(buffer: ReceiveBuffer): void {
    if (this.#allowed === 0 && buffer.length > 0) throw bodyTooLarge();
  }
}
