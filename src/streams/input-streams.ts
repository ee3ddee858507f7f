import { LIMITS } from '../constants.js';
import { IncompleteMessageError, NoMessageError, RemoteProtocolError } from '../errors/index.js';
import {
  CHUNKED,
  DEFAULT_BODY_LIMITS,
  DEFAULT_HEAD_LIMITS,
  UNTIL_CLOSE,
  createBodyReader,
  type BodyLimits,
  type BodyReader,
  type HeadLimits,
  type MessageHeader,
} from '../protocol/index.js';
import { PullReadable } from './bridges.js';
import { HeadBoundary, checkedLength, nextPiece, type ByteSource } from './byte-io.js';

/**
 * The base of input streams for bodies.
 *
 * It takes a piece from the source when you read, and never a byte beyond the body. `destroy` before the end leaves the
 * source usable, with the rest of the body in it. What was handed out, and what `read(size)` left in the stream's own
 * buffer, is gone.
 */
class BodyInputStream extends PullReadable {
  protected constructor(source: ByteSource, reader: BodyReader) {
    super((signal) => nextPiece(source, reader, signal));
  }
}

/**
 * Everything until the peer has finished sending, such as the body of a response without a length (RFC 9112
 * section 6.3). A truncated body looks the same as a complete one.
 *
 * Emits `error` with RemoteProtocolError (413) beyond `maxBodyBytes`, and with what the source rejects with.
 *
 * POCO: `HTTPInputStream`.
 *
 * @example
 * ```ts
 * import { buffer, text } from 'node:stream/consumers';
 *
 * await session.write('GET / HTTP/1.0\r\n\r\n');
 * const head = await buffer(new HTTPHeaderInputStream(session));
 * const body = await text(new HTTPInputStream(session));
 * ```
 */
export class HTTPInputStream extends BodyInputStream {
  /** @param limits - `maxBodyBytes`: the largest body. @defaultValue no limit */
  constructor(source: ByteSource, limits: Pick<BodyLimits, 'maxBodyBytes'> = {}) {
    super(source, createBodyReader(UNTIL_CLOSE, { ...DEFAULT_BODY_LIMITS, ...limits }));
  }
}

/**
 * A body of a known length.
 *
 * Emits `error` with IncompleteMessageError when the peer leaves before the last byte, and with what the source
 * rejects with.
 *
 * POCO: `HTTPFixedLengthInputStream`.
 *
 * @example
 * ```ts
 * import { text } from 'node:stream/consumers';
 *
 * // The head has been read, and its Content-Length is 5.
 * const body = await text(new HTTPFixedLengthInputStream(session, 5));
 * ```
 */
export class HTTPFixedLengthInputStream extends BodyInputStream {
  /** @param length - in bytes. @throws RangeError unless it is an integer, 0 or more. */
  constructor(source: ByteSource, length: number) {
    super(source, createBodyReader(checkedLength(length), DEFAULT_BODY_LIMITS));
  }
}

/**
 * A body in chunks (RFC 9112 section 7.1), read to the end of its trailer section.
 *
 * Emits `error` with RemoteProtocolError when the framing is malformed or beyond a limit, with IncompleteMessageError
 * when the peer leaves before the end, and with what the source rejects with.
 *
 * POCO: `HTTPChunkedInputStream`.
 *
 * @example
 * ```ts
 * import { text } from 'node:stream/consumers';
 *
 * // The head has been read, and its Transfer-Encoding is chunked.
 * const body = await text(new HTTPChunkedInputStream(session));
 * ```
 */
export class HTTPChunkedInputStream extends BodyInputStream {
  readonly #reader: BodyReader;

  /**
   * @param limits - overrides of the default limits.
   * @throws RangeError for more than 13 digits of a chunk size, as sizes would not be exact.
   */
  constructor(source: ByteSource, limits: Partial<BodyLimits> = {}) {
    const all = { ...DEFAULT_BODY_LIMITS, ...limits };
    const maxDigits = LIMITS.maxChunkSizeDigits.value;
    if (all.maxChunkSizeDigits > maxDigits) {
      throw new RangeError(
        `maxChunkSizeDigits: must be at most ${maxDigits} (got ${String(all.maxChunkSizeDigits)})`,
      );
    }
    const reader = createBodyReader(CHUNKED, all);
    super(source, reader);
    this.#reader = reader;
  }

  /** The trailer fields once the stream has ended; `null` if there are none. POCO: the trailer of the stream. */
  get trailer(): MessageHeader | null {
    return this.#reader.trailer ?? null;
  }
}

/**
 * One head as it was sent, in one piece. It ends with the blank line, and leaves the body in the source.
 *
 * It checks line ends and size; the grammar is up to the parser of the text. Empty lines before the start line belong
 * to the head (RFC 9112 section 2.2). Nothing is consumed before the head is complete, so that `destroy` until then
 * leaves the source as it was.
 *
 * Emits `error` with RemoteProtocolError when a line ends in anything but CRLF (400) or the head is too large (431),
 * with NoMessageError when the peer leaves before the head, with IncompleteMessageError when it leaves within, and with
 * what the source rejects with.
 *
 * POCO: `HTTPHeaderInputStream`.
 *
 * @example
 * ```ts
 * import { buffer } from 'node:stream/consumers';
 *
 * await session.write('HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n');
 * const head = await buffer(new HTTPHeaderInputStream(session));
 * console.log(head.toString('latin1'));
 * ```
 */
export class HTTPHeaderInputStream extends PullReadable {
  /** @param limits - `maxHeadBytes`: bytes of the head, blank line included. @defaultValue 64 KiB */
  constructor(source: ByteSource, limits: Pick<HeadLimits, 'maxHeadBytes'> = DEFAULT_HEAD_LIMITS) {
    const boundary = new HeadBoundary(badLineEnd);
    let isTaken = false;
    super(async (signal) => {
      if (isTaken) return null;
      while (!isHeadBuffered(source, boundary, limits.maxHeadBytes)) {
        const before = source.receiveBuffer.length;
        if ((await source.refill({ signal })) === before) {
          throw boundary.begun ? new IncompleteMessageError() : new NoMessageError();
        }
      }
      isTaken = true;
      return source.receiveBuffer.take(boundary.length);
    });
  }
}

/** Whether the whole head is in the buffer. Scans what has come since the last call. */
function isHeadBuffered(source: ByteSource, boundary: HeadBoundary, maxBytes: number): boolean {
  const buffer = source.receiveBuffer;
  while (!boundary.complete) {
    const run = buffer.from(boundary.length);
    if (run === undefined) return false;
    boundary.pass(run, maxBytes);
    if (!boundary.complete && boundary.length >= maxBytes) throw tooLarge(maxBytes);
  }
  return true;
}

function badLineEnd(): RemoteProtocolError {
  return new RemoteProtocolError('line: must end in CRLF', 'ERR_HTTP_SESSION_BAD_LINE_END');
}

function tooLarge(limit: number): RemoteProtocolError {
  const text = `head: too large (limit ${limit} bytes)`;
  return new RemoteProtocolError(text, 'ERR_HTTP_SESSION_HEAD_TOO_LARGE', 431);
}
