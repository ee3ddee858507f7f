import type { BodyReader } from '../protocol/index.js';
import type { ByteSource } from './byte-source.js';
import { nextPiece } from './next-piece.js';
import { PullReadable } from './pull-readable.js';

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
