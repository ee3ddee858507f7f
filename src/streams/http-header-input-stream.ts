import { IncompleteMessageError, NoMessageError, RemoteProtocolError } from '../errors/index.js';
import { DEFAULT_HEAD_LIMITS, type HeadLimits } from '../protocol/index.js';
import type { ByteSource } from './byte-source.js';
import { HeadBoundary } from './head-boundary.js';
import { PullReadable } from './pull-readable.js';

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
