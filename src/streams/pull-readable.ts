import { Readable } from 'node:stream';

import { AbortedError } from '../errors/index.js';

/**
 * Gets the next piece, never empty, or `null` at the end. When `signal` is aborted while it waits, it is to reject and
 * to consume nothing.
 */
export type Pull = (signal: AbortSignal) => Promise<Buffer | null>;

/**
 * A Node.js stream that asks for a piece only when somebody asks it: it reads nothing ahead, so that back-pressure
 * reaches the source at once, and `destroy` leaves there whatever was not handed out.
 */
export class PullReadable extends Readable {
  readonly #pull: Pull;
  readonly #stop = new AbortController();
  #isPulling = false;

  constructor(pull: Pull) {
    super({ highWaterMark: 0 });
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
      // What a `data` listener throws ends this stream, and nothing else.
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

/** A Node.js stream over something that gives pieces on demand. */
export function pullReadable(pull: Pull): Readable {
  return new PullReadable(pull);
}
