import { RemoteProtocolError, type HTTPSessionError } from '../../errors/index.js';
import type { BodyReader, ReceiveBuffer } from '../../protocol/index.js';

/**
 * A way to consume a body. There are three, and each is an object of its own, so that the byte path never asks which
 * one it is in.
 */
export interface BodyConsumer {
  /** Takes what is there; returns whether it wants no more for now. Throws what the body reader throws. */
  take(reader: BodyReader, buffer: ReceiveBuffer): boolean;
  /** The body is complete. */
  finish(): void;
  fail(error: HTTPSessionError): void;
}

type Reject = (error: HTTPSessionError) => void;

/** Hands out one piece. */
export class PieceConsumer implements BodyConsumer {
  readonly #resolve: (piece: Buffer | null) => void;
  readonly fail: Reject;

  constructor(resolve: (piece: Buffer | null) => void, reject: Reject) {
    this.#resolve = resolve;
    this.fail = reject;
  }

  take(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    const piece = reader.read(buffer);
    if (piece === undefined) return false;
    this.#resolve(piece);
    return true;
  }

  finish(): void {
    this.#resolve(null);
  }
}

/** Up to this many bytes are allocated because a Content-Length says so; beyond it, memory grows with what arrives. */
const TRUSTED_LENGTH = 1_048_576;

/** Collects everything, straight into one piece of memory where the length is known. */
export class CollectConsumer implements BodyConsumer {
  readonly #maxBytes: number;
  readonly #resolve: (bytes: Buffer) => void;
  readonly fail: Reject;
  #pieces: Buffer[] | null = null;
  #target: Buffer | null = null;
  #length = 0;

  constructor(reader: BodyReader, maxBytes: number, resolve: (bytes: Buffer) => void, reject: Reject) {
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.fail = reject;
    if (reader.remaining > 0 && reader.remaining <= Math.min(TRUSTED_LENGTH, maxBytes)) {
      this.#target = Buffer.allocUnsafe(reader.remaining);
    }
  }

  take(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    if (this.#length + Math.max(reader.remaining, 0) > this.#maxBytes) throw this.#tooLarge();
    if (this.#target !== null) {
      this.#length += reader.readInto(buffer, this.#target, this.#length);
      return false;
    }
    this.#pieces ??= [];
    for (let piece = reader.read(buffer); piece !== undefined; piece = reader.read(buffer)) {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length > this.#maxBytes) throw this.#tooLarge();
    }
    return false;
  }

  finish(): void {
    const pieces = this.#pieces ?? [];
    if (this.#target !== null) this.#resolve(this.#target);
    else this.#resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, this.#length));
  }

  #tooLarge(): RemoteProtocolError {
    return new RemoteProtocolError(
      `the body is longer than ${String(this.#maxBytes)} bytes`,
      'ERR_HTTP_SESSION_BODY_TOO_LARGE',
      413,
    );
  }
}

/** Throws everything away, up to a bound. */
export class DiscardConsumer implements BodyConsumer {
  #left: number;
  readonly #done: (complete: boolean) => void;

  constructor(maxBytes: number, done: (complete: boolean) => void) {
    this.#left = maxBytes;
    this.#done = done;
  }

  take(reader: BodyReader, buffer: ReceiveBuffer): boolean {
    for (let piece = reader.read(buffer); piece !== undefined; piece = reader.read(buffer)) {
      this.#left -= piece.length;
      if (this.#left < 0) {
        this.#done(false);
        return true;
      }
    }
    return false;
  }

  finish(): void {
    this.#done(true);
  }

  fail(): void {
    this.#done(false);
  }
}
