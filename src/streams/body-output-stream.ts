import type { BodyWriter, MessageHeader } from '../protocol/index.js';
import type { ByteSink } from './byte-sink.js';
import { PieceWritable } from './piece-writable.js';

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
