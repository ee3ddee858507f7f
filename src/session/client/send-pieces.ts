import type { BodyContent } from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { RequestBody } from './request-body.js';
import type { UploadSource } from './upload-source.js';

/**
 * So many bytes of a body are handed over in the first turn of the event loop at the most, and twice as many in each
 * further one: an early answer comes early, and each turn costs as much as a hundred kilobytes.
 */
const FIRST_TURN_BYTES = 65_536;
const MOST_TURN_BYTES = 1_048_576;

/**
 * Lets the event loop turn. A socket may take whatever a fast source has, and meanwhile timers would stand still, and an
 * answer that comes before the end of the request would not be read (RFC 9112 section 9.5).
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Sends a body piece by piece, each when the socket is ready for it; stops when the server has answered. Waits only where
 * the source or the socket lets it wait.
 *
 * @throws what the source throws, and what `RequestBody.write` rejects with.
 */
export async function sendPieces(core: SessionCore, body: RequestBody, source: UploadSource): Promise<void> {
  let sentBefore = core.bytesOut;
  let turnBytes = FIRST_TURN_BYTES;
  for (;;) {
    const next = source.next();
    const piece = next instanceof Promise ? await next : next;
    if (piece.done === true || body.finished) break;
    const isFree = body.joinPiece(piece.value as BodyContent);
    if (isFree && core.bytesOut - sentBefore < turnBytes) continue;
    await (isFree ? nextTurn() : core.drained());
    sentBefore = core.bytesOut;
    turnBytes = Math.min(2 * turnBytes, MOST_TURN_BYTES);
  }
  source.letGo();
  if (!body.finished && !body.joinEnd()) await core.drained();
}
