import { Writable } from 'node:stream';

/** Takes one piece; resolves once there is room for more. */
export type WritePiece = (piece: Buffer) => Promise<unknown>;

/** Ends what the pieces belong to. */
export type EndPieces = () => unknown;

/** Options of a stream to write to. */
export interface PieceWritableOptions {
  /** What a string that comes without an encoding is taken for. @defaultValue 'utf8' */
  readonly defaultEncoding?: BufferEncoding;
}

/**
 * A Node.js stream that hands on piece after piece, each when the one before it was taken, so that back-pressure is
 * that of the receiver. `destroy` ends nothing: what was declared stays incomplete.
 */
export class PieceWritable extends Writable {
  readonly #write: WritePiece;
  readonly #end: EndPieces;

  constructor(write: WritePiece, end: EndPieces, options: PieceWritableOptions = {}) {
    super(options);
    this.#write = write;
    this.#end = end;
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    report(this.#write(piece), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    report(this.#finish(), done);
  }

  async #finish(): Promise<void> {
    await this.#end();
  }
}

/** A Node.js stream over something that takes pieces and an end. */
export function pieceWritable(write: WritePiece, end: EndPieces): Writable {
  return new PieceWritable(write, end);
}

function report(result: Promise<unknown>, done: (error?: Error | null) => void): void {
  result.then(() => {
    done();
  }, done);
}
