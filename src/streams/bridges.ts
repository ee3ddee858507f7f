import { Readable, Writable } from 'node:stream';

import { reportFault } from '../diagnostics.js';
import { AbortedError, HTTPSessionError, InvalidStateError, LocalProtocolError } from '../errors/index.js';

/**
 * The listener that every stream of ours has for `error`, so that a peer that leaves does not end the process of one who
 * pipes and listens to nothing. Any other error without a listener is reported as a fault.
 */
export function unheardError(this: Readable | Writable, error: unknown): void {
  if (this.listenerCount('error') === 1 && !isOfPeer(error)) reportFault('listener', error);
}

function isOfPeer(error: unknown): boolean {
  const isMistake = error instanceof InvalidStateError || error instanceof LocalProtocolError;
  return error instanceof HTTPSessionError && !isMistake;
}

/**
 * Gets the next piece, never empty, or `null` at the end. When `signal` aborts while it waits, it rejects and consumes
 * nothing.
 */
type Pull = (signal: AbortSignal) => Promise<Buffer | null>;

/**
 * A Node.js stream that asks for a piece only when it is read. It reads nothing ahead, so that back-pressure reaches the
 * source at once, and `destroy` leaves in the source whatever was not handed out.
 */
export class PullReadable extends Readable {
  readonly #pull: Pull;
  readonly #stop = new AbortController();
  #isPulling = false;

  constructor(pull: Pull) {
    super({ highWaterMark: 0 });
    this.on('error', unheardError);
    this.#pull = pull;
  }

  override _read(): void {
    this.#isPulling = true;
    this.#pull(this.#stop.signal).then(this.#hand, this.#fail);
  }

  readonly #hand = (piece: Buffer | null): void => {
    this.#isPulling = false;
    if (this.destroyed) return;
    try {
      this.push(piece);
    } catch (error) {
      // An exception of a `data` listener ends this stream, and nothing else.
      this.destroy(error as Error);
    }
  };

  readonly #fail = (error: unknown): void => {
    this.#isPulling = false;
    this.destroy(error as Error);
  };

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#isPulling) this.#stop.abort(error ?? new AbortedError('the stream was destroyed'));
    done(error);
  }
}

/** Takes one piece. Resolves once there is room for more. */
type WritePiece = (piece: Buffer) => Promise<unknown>;

/** Ends what the pieces belong to. */
type EndPieces = () => unknown;

/** What the pieces belong to will never end: gives it up, so that the receiver cannot take it for complete. */
type AbandonPieces = (error: Error | null) => void;

/** Options of a `PieceWritable`. */
interface PieceWritableOptions {
  /** The encoding of a string that comes without one. @defaultValue 'utf8' */
  readonly defaultEncoding?: BufferEncoding;
}

/**
 * A Node.js stream that hands on one piece after the other, each when the one before was taken, so that back-pressure is
 * that of the receiver. `destroy` before the end abandons what the pieces belong to.
 */
export class PieceWritable extends Writable {
  readonly #write: WritePiece;
  readonly #end: EndPieces;
  readonly #abandon: AbandonPieces;

  constructor(write: WritePiece, end: EndPieces, abandon: AbandonPieces, options: PieceWritableOptions = {}) {
    super(options);
    this.on('error', unheardError);
    this.#write = write;
    this.#end = end;
    this.#abandon = abandon;
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    report(this.#write(piece), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    report(this.#finish(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.writableFinished) this.#abandon(error);
    done(error);
  }

  async #finish(): Promise<void> {
    await this.#end();
  }
}

function report(result: Promise<unknown>, done: (error?: Error | null) => void): void {
  result.then(() => {
    done();
  }, done);
}
