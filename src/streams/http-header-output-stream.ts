import { LocalProtocolError } from '../errors/index.js';
import type { ByteSink } from './byte-sink.js';
import { HeadBoundary } from './head-boundary.js';
import { PieceWritable } from './piece-writable.js';

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
