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
 * What the output streams for bodies have in common.
 *
 * The content goes to the sink piece by piece. `end` completes the body and leaves the sink open; `destroy` before it
 * leaves the sink open too, with a body that nothing but the end of the connection can end. Strings are utf-8.
 */
export class BodyOutputStream extends PieceWritable {
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
    );
  }
}

/**
 * Bytes as they are, any number of them. The body ends with the connection (RFC 9112 section 6.3): close the session
 * once the stream has emitted `finish`. POCO: `HTTPOutputStream`.
 */
export class HTTPOutputStream extends BodyOutputStream {
  /** @param sink - where the bytes go; it stays open. */
  constructor(sink: ByteSink) {
    super(sink, createBodyWriter(UNTIL_CLOSE));
  }
}

/**
 * A body of a declared length. POCO: `HTTPFixedLengthOutputStream`, which drops what is too much.
 *
 * Emits `error` with LocalProtocolError (`ERR_HTTP_SESSION_BODY_LENGTH`) at a piece that goes beyond the length, of
 * which nothing is sent, and at an `end` that comes too early; and with what the sink rejects with.
 */
export class HTTPFixedLengthOutputStream extends BodyOutputStream {
  /** @param length - in bytes. @throws RangeError unless it is an integer, 0 or more. */
  constructor(sink: ByteSink, length: number) {
    super(sink, createBodyWriter(checkedLength(length)));
  }
}

/**
 * A body in chunks (RFC 9112 section 7.1): each piece is a chunk, and an empty one is none. `end` sends the last chunk
 * and the trailer section. POCO: `HTTPChunkedOutputStream`.
 *
 * Emits `error` with LocalProtocolError when a field must not stand in a trailer section, at `end`; and with what the
 * sink rejects with.
 */
export class HTTPChunkedOutputStream extends BodyOutputStream {
  /** @param trailer - read at `end`, so that fields can be set while the body is written, such as a digest. */
  constructor(sink: ByteSink, trailer?: MessageHeader) {
    super(sink, createBodyWriter(CHUNKED), trailer);
  }
}

/**
 * One head, which leaves in one write when its blank line has come. Strings are latin1. POCO:
 * `HTTPHeaderOutputStream`.
 *
 * Emits `error` with LocalProtocolError, and sends nothing of the head, when a line ends in anything but CRLF, when an
 * empty line stands before the start line, when bytes follow in the piece with the blank line, and when `end` comes
 * before it; also for pieces after the head. Emits what the sink rejects with as well.
 */
export class HTTPHeaderOutputStream extends PieceWritable {
  /** @param sink - where the head goes; it stays open. */
  constructor(sink: ByteSink) {
    const boundary = new HeadBoundary(badLineEnd);
    const pieces: Buffer[] = [];
    super(
      async (piece) => {
        if (piece.length === 0) return;
        if (boundary.pass(piece) < piece.length) {
          throw new LocalProtocolError('a head ends with its blank line');
        }
        if (boundary.leadingEmptyLines > 0) {
          // RFC 9112 section 2.2: a sender must not do what readers are asked to forgive.
          throw new LocalProtocolError('an empty line must not stand before the start line');
        }
        pieces.push(piece);
        if (boundary.complete) await sink.write(Buffer.concat(pieces.splice(0)));
      },
      () => {
        if (!boundary.complete) throw new LocalProtocolError('a head must end with a blank line');
      },
      { defaultEncoding: 'latin1' },
    );
  }
}

function badLineEnd(): LocalProtocolError {
  return new LocalProtocolError('a line must end in CRLF', 'ERR_HTTP_SESSION_BAD_LINE_END');
}
