import type { BodyContent } from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { RequestBody } from './request-body.js';
import type { UploadSource } from './upload-source.js';

/**
 * Sends a body piece by piece, each when the socket is ready for it; stops when the server has answered. Waits only where
 * the source or the socket lets it wait.
 *
 * @throws what the source throws, and what `RequestBody.write` rejects with.
 */
export async function sendPieces(core: SessionCore, body: RequestBody, source: UploadSource): Promise<void> {
  for (;;) {
    const next = source.next();
    const piece = next instanceof Promise ? await next : next;
    if (piece.done === true || body.finished) break;
    if (!body.joinPiece(piece.value as BodyContent)) await core.drained();
  }
  source.letGo();
  if (!body.finished && !body.joinEnd()) await core.drained();
}
