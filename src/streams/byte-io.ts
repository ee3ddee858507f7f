import type { BodyReader, ReceiveBuffer } from '../protocol/index.js';

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

/** Where the output streams of this folder write to; every `HTTPSession` is one. */
export interface ByteSink {
  /**
   * Accepts bytes, or a string that stands for them, in the order of the calls; resolves once it is ready for more.
   * POCO: `HTTPSession::write`.
   */
  write(data: string | Uint8Array, encoding?: 'latin1' | 'utf8'): Promise<number>;
}

/** A body length that was declared. @throws RangeError unless it is an integer that a Content-Length can state. */
export function checkedLength(length: number): number {
  // Negative numbers stand for other framings inside this package, and must not slip in from outside.
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new RangeError(`a body length must be an integer, 0 or more, not ${String(length)}`);
}

/**
 * The next piece of a body, or `null` when it is complete; not a byte beyond its end is consumed.
 *
 * @throws IncompleteMessageError, RemoteProtocolError; and what `refill` of the source rejects with.
 */
export async function nextPiece(
  source: ByteSource,
  reader: BodyReader,
  signal: AbortSignal,
): Promise<Buffer | null> {
  for (;;) {
    const piece = reader.read(source.receiveBuffer);
    if (piece !== undefined) return piece;
    if (reader.complete) return null;
    // The reader may leave bytes that it has looked at, such as half a trailer section: more of them is progress.
    const before = source.receiveBuffer.length;
    if ((await source.refill({ signal })) === before) reader.ended();
  }
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Finds where a head ends: behind the first empty line that comes after one that is not empty. It judges line ends and
 * nothing else.
 */
export class HeadBoundary {
  readonly #badLineEnd: () => Error;
  /** Bytes of the present line, without its CR. */
  #lineBytes = 0;
  #isAfterCR = false;
  #hasLine = false;
  /** Empty lines before the first line; an empty line there ends no head, as a head has a start line. */
  leadingEmptyLines = 0;
  /** Bytes that were passed, all of them of the head. */
  length = 0;
  complete = false;

  /** @param badLineEnd - the error for a CR or LF that does not stand in a CRLF. */
  constructor(badLineEnd: () => Error) {
    this.#badLineEnd = badLineEnd;
  }

  /** Whether some of the head has been seen. */
  get begun(): boolean {
    return this.#hasLine || this.#lineBytes > 0 || this.#isAfterCR;
  }

  /** Passes over bytes, `max` of the head at the most; returns how many of them belong to the head. */
  pass(bytes: Uint8Array, max = Infinity): number {
    let at = 0;
    while (at < bytes.length && !this.complete && this.length < max) {
      this.#step(bytes[at] as number);
      this.length++;
      at++;
    }
    return at;
  }

  #step(byte: number): void {
    // RFC 9112 section 2.2: neither a bare CR nor a bare LF is to be tolerated, as readers disagree about both.
    if (this.#isAfterCR !== (byte === LF)) throw this.#badLineEnd();
    if (byte === LF) this.#endLine();
    else if (byte !== CR) this.#lineBytes++;
    this.#isAfterCR = byte === CR;
  }

  #endLine(): void {
    if (this.#lineBytes > 0) this.#hasLine = true;
    else if (this.#hasLine) this.complete = true;
    else this.leadingEmptyLines++;
    this.#lineBytes = 0;
  }
}
