import type { BodyReader, ReceiveBuffer } from '../protocol/index.js';

/**
 * What input streams read from; every `HTTPSession` is one.
 *
 * Use one reader at a time: two streams over one source would take each other's bytes. What a stream does not consume
 * stays in `receiveBuffer`, for the next stream or message.
 */
export interface ByteSource {
  /** Bytes that were received and not consumed. */
  readonly receiveBuffer: ReceiveBuffer;
  /**
   * Adds what has arrived, or will arrive next, to `receiveBuffer`. Resolves with the number of bytes in it; the same
   * number as before means the end of the stream. POCO: `HTTPSession::refill`.
   *
   * @param options - `signal` cancels the call; bytes that arrive later stay for the next one.
   */
  refill(options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
}

/** What output streams write to; every `HTTPSession` is one. */
export interface ByteSink {
  /**
   * Accepts bytes or a string, in the order of the calls. Resolves once it is ready for more. POCO:
   * `HTTPSession::write`.
   */
  write(data: string | Uint8Array, encoding?: 'latin1' | 'utf8'): Promise<number>;
  /** Resets the connection: called when a body is destroyed before its end. POCO: `HTTPSession::abort`. */
  abort?(): void;
}

/** Returns a declared body length. @throws RangeError unless it is an integer that a Content-Length can state. */
export function checkedLength(length: number): number {
  // Negative numbers mean other framings inside this package, and must not come in from outside.
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new RangeError(`body length: must be an integer, 0 or more (got ${String(length)})`);
}

/**
 * The next piece of a body, or `null` when it is complete. Consumes no byte beyond its end.
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
    // The reader may leave bytes that it has scanned, such as half a trailer section: more of them is progress.
    const before = source.receiveBuffer.length;
    if ((await source.refill({ signal })) === before) reader.ended();
  }
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Finds the end of a head: the first empty line after a line that is not empty. It checks line ends and nothing else.
 */
export class HeadBoundary {
  readonly #badLineEnd: () => Error;
  /** Bytes of the current line, without its CR. */
  #lineBytes = 0;
  #isAfterCR = false;
  #hasLine = false;
  /** Empty lines before the first line. They do not end a head, as a head has a start line. */
  leadingEmptyLines = 0;
  /** Bytes of the head so far. */
  length = 0;
  complete = false;

  /** @param badLineEnd - creates the error for a CR or LF outside of a CRLF. */
  constructor(badLineEnd: () => Error) {
    this.#badLineEnd = badLineEnd;
  }

  /** Whether some of the head has been seen. */
  get begun(): boolean {
    return this.#hasLine || this.#lineBytes > 0 || this.#isAfterCR;
  }

  /** Scans bytes, up to `max` bytes of the head in total. Returns how many of them belong to the head. */
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
    // RFC 9112 section 2.2: neither a bare CR nor a bare LF is tolerated, as readers disagree about both.
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
