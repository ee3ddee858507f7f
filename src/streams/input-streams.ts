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
 * What the input streams for bodies have in common.
 *
 * A piece is taken from the source when somebody asks for it, and never a byte beyond the body. `destroy` before the
 * end leaves the source usable and the rest of the body in it; what was handed out, and what `read(size)` left in the
 * stream's own buffer, is gone.
 */
export class BodyInputStream extends PullReadable {
  protected constructor(source: ByteSource, reader: BodyReader) {
    super((signal) => nextPiece(source, reader, signal));
  }
}

/**
 * Everything until the peer has finished sending, such as the body of a response without a length (RFC 9112
 * section 6.3). That the body is whole is more than anybody can know. POCO: `HTTPInputStream`.
 *
 * Emits `error` with RemoteProtocolError (413) beyond `maxBodyBytes`, and with what the source rejects with.
 */
export class HTTPInputStream extends BodyInputStream {
  /** @param limits - `maxBodyBytes`: bytes that are let through. @defaultValue no limit */
  constructor(source: ByteSource, limits: Pick<BodyLimits, 'maxBodyBytes'> = {}) {
    super(source, createBodyReader(UNTIL_CLOSE, { ...DEFAULT_BODY_LIMITS, ...limits }));
  }
}

/**
 * A body of a known length. POCO: `HTTPFixedLengthInputStream`.
 *
 * Emits `error` with IncompleteMessageError when the peer leaves before the last byte, and with what the source
 * rejects with.
 */
export class HTTPFixedLengthInputStream extends BodyInputStream {
  /** @param length - in bytes. @throws RangeError unless it is an integer, 0 or more. */
  constructor(source: ByteSource, length: number) {
    super(source, createBodyReader(checkedLength(length), DEFAULT_BODY_LIMITS));
  }
}

/**
 * A body in chunks (RFC 9112 section 7.1), read to the end of its trailer section. POCO: `HTTPChunkedInputStream`.
 *
 * Emits `error` with RemoteProtocolError when the framing is malformed or beyond a limit, with IncompleteMessageError
 * when the peer leaves before the end, and with what the source rejects with.
 */
export class HTTPChunkedInputStream extends BodyInputStream {
  readonly #reader: BodyReader;

  /**
   * @param limits - those that differ from the defaults of the package.
   * @throws RangeError for more than 13 digits of a chunk size, as sizes would not be exact.
   */
  constructor(source: ByteSource, limits: Partial<BodyLimits> = {}) {
    const all = { ...DEFAULT_BODY_LIMITS, ...limits };
    const maxDigits = LIMITS.maxChunkSizeDigits.value;
    if (all.maxChunkSizeDigits > maxDigits) {
      throw new RangeError(`maxChunkSizeDigits must be ${maxDigits} at the most`);
    }
    const reader = createBodyReader(CHUNKED, all);
    super(source, reader);
    this.#reader = reader;
  }

  /** The trailer fields once the stream has ended; `null` when there are none. POCO: the trailer of the stream. */
  get trailer(): MessageHeader | null {
    return this.#reader.trailer ?? null;
  }
}

/**
 * One head as it was sent, in one piece; ends with its blank line, and leaves the body in the source. POCO:
 * `HTTPHeaderInputStream`.
 *
 * Line ends and the size are judged here, the grammar by whoever parses the text. Empty lines before the start line
 * belong to the head (RFC 9112 section 2.2). Nothing is consumed before the head is complete, so that `destroy` until
 * then leaves the source as it was.
 *
 * Emits `error` with RemoteProtocolError when a line ends in anything but CRLF (400) or the head is too large (431),
 * with NoMessageError when the peer leaves before a head began, with IncompleteMessageError when it leaves within,
 * and with what the source rejects with.
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

/** Looks at what has come since the last look; whether the whole head is in the buffer. */
function isHeadBuffered(source: ByteSource, boundary: HeadBoundary, maxBytes: number): boolean {
  const buffer = source.receiveBuffer;
  while (!boundary.complete) {
    const run = buffer.from(boundary.length);
    if (run === undefined) return false;
    boundary.pass(run, maxBytes);
    if (!boundary.complete && boundary.length >= maxBytes) throw tooLarge();
  }
  return true;
}

function badLineEnd(): RemoteProtocolError {
  return new RemoteProtocolError('a line must end in CRLF', 'ERR_HTTP_SESSION_BAD_LINE_END');
}

function tooLarge(): RemoteProtocolError {
  return new RemoteProtocolError('the head is too large', 'ERR_HTTP_SESSION_HEAD_TOO_LARGE', 431);
}
