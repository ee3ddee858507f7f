import type { BodyReader } from '../protocol/index.js';
import type { ByteSource } from './byte-source.js';

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
