import { LocalProtocolError } from '../errors/index.js';
import {
  CHUNKED,
  UNTIL_CLOSE,
  createBodyWriter,
  type BodyWriter,
  type MessageHeader,
} from '../protocol/index.js';
import { PieceWritable } from './bridges.js';
import { HeadBoundary, checkedLength, type ByteSink } from './byte-io.js';

/**
 * The base of output streams for bodies.
 *
 * The content goes to the sink piece by piece. `end` completes the body and leaves the sink open. `destroy` before that
 * aborts the sink, as the peer must not take what it got for the whole body. Strings are utf-8.
 */
class BodyOutputStream extends PieceWritable {
  protected constructor(sink: ByteSink, writer: BodyWriter, trailer?: MessageHeader) {
    super(
      async (piece) => {
        const encoded = writer.encode(piece);
        if (encoded instanceof Uint8Array) await sink.write(encoded);
        else for (const part of encoded) await sink.write(part);
      },
      async () => {
        const last = writer.finish(trailer);
        if (last !== undefined) await sink.write(last, 'latin1');
      },
      () => {
        abort(sink);
      },
    );
  }
}

/** A sink that has nothing to abort any more refuses. */
function abort(sink: ByteSink): void {
  try {
    sink.abort?.();
  } catch {
    // What was declared cannot look complete: the connection is gone, or has another owner.
  }
}

/**
 * Any number of bytes, sent as they are. The body ends with the connection (RFC 9112 section 6.3): close the session once
 * the stream has emitted `finish`. POCO: `HTTPOutputStream`.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { pipeline } from 'node:stream/promises';
 *
 * await session.write('HTTP/1.0 200 OK\r\n\r\n');
 * await pipeline(createReadStream('page.html'), new HTTPOutputStream(session));
 * session.close();
 * ```
 */
export class HTTPOutputStream extends BodyOutputStream {
  /** @param sink - the destination, which stays open. */
  constructor(sink: ByteSink) {
    super(sink, createBodyWriter(UNTIL_CLOSE));
  }
}

/**
 * A body of a declared length.
 *
 * Emits `error` with LocalProtocolError (`ERR_HTTP_SESSION_BODY_LENGTH`) for a piece that goes beyond the length, of
 * which nothing is sent, and for an `end` that comes too early; and with what the sink rejects with.
 *
 * POCO: `HTTPFixedLengthOutputStream`, which drops what is too much.
 *
 * @example
 * ```ts
 * await session.write('PUT /greeting HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n');
 * const body = new HTTPFixedLengthOutputStream(session, 5);
 * body.end('hello');
 * ```
 */
export class HTTPFixedLengthOutputStream extends BodyOutputStream {
  /** @param length - in bytes. @throws RangeError unless it is an integer, 0 or more. */
  constructor(sink: ByteSink, length: number) {
    super(sink, createBodyWriter(checkedLength(length)));
  }
}

/**
 * A body in chunks (RFC 9112 section 7.1): each piece becomes a chunk, except an empty one. `end` sends the last chunk
 * and the trailer section.
 *
 * Emits `error` with LocalProtocolError at `end` when a field is not allowed in a trailer section, and with what the
 * sink rejects with.
 *
 * POCO: `HTTPChunkedOutputStream`.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { pipeline } from 'node:stream/promises';
 *
 * await session.write('PUT /log HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
 * await pipeline(createReadStream('app.log'), new HTTPChunkedOutputStream(session));
 * ```
 */
export class HTTPChunkedOutputStream extends BodyOutputStream {
  /** @param trailer - read at `end`, so that you can set fields such as a digest while you write the body. */
  constructor(sink: ByteSink, trailer?: MessageHeader) {
    super(sink, createBodyWriter(CHUNKED), trailer);
  }
}

/**
 * One head, sent in one write once its blank line was written. Strings are latin1.
 *
 * Emits `error` with LocalProtocolError, and sends nothing of the head, when a line ends in anything but CRLF, when an
 * empty line precedes the start line, when bytes follow the blank line in its piece, and when `end` comes before it;
 * also for pieces after the head. Emits `error` with what the sink rejects with as well.
 *
 * POCO: `HTTPHeaderOutputStream`.
 *
 * @example
 * ```ts
 * const head = new HTTPHeaderOutputStream(session);
 * head.write('GET / HTTP/1.1\r\n');
 * head.end('Host: localhost\r\n\r\n');
 * ```
 */
export class HTTPHeaderOutputStream extends PieceWritable {
  /** @param sink - the destination, which stays open. */
  constructor(sink: ByteSink) {
    const boundary = new HeadBoundary(badLineEnd);
    const pieces: Buffer[] = [];
    super(
      async (piece) => {
        if (piece.length === 0) return;
        if (boundary.pass(piece) < piece.length) {
          throw new LocalProtocolError('head: bytes after its blank line');
        }
        if (boundary.leadingEmptyLines > 0) {
          // RFC 9112 section 2.2 asks readers to tolerate these lines, not senders to send them.
          throw new LocalProtocolError('head: empty line before the start line');
        }
        pieces.push(piece);
        if (boundary.complete) await sink.write(Buffer.concat(pieces.splice(0)));
      },
      () => {
        if (!boundary.complete) throw new LocalProtocolError('head: must end with a blank line');
      },
      // Nothing leaves before the head is complete, and then it is what it looks like.
      () => undefined,
      { defaultEncoding: 'latin1' },
    );
  }
}

function badLineEnd(): LocalProtocolError {
  return new LocalProtocolError('line: must end in CRLF', 'ERR_HTTP_SESSION_BAD_LINE_END');
}
