import { finished, type Readable } from 'node:stream';

const ENDED = { done: true, value: undefined } as const;

/** What a stream that has not ended yet holds in the place of its error. */
const PENDING = Symbol('pending');

/**
 * Reads a Node.js stream piece by piece, as its iterator does, without a promise for a piece that is there: the iterator
 * makes three for each.
 */
export class NodeSource {
  readonly #stream: Readable;
  /** `null` for an end in order. */
  #error: Error | null | typeof PENDING = PENDING;
  #stopListening: (() => void) | null = null;
  #wake: (() => void) | null = null;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /** The next piece, or a promise of it. @throws the error of the stream. */
  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>> {
    if (this.#stopListening === null) this.#listen();
    const stream = this.#stream;
    const value: unknown = stream.destroyed ? null : stream.read();
    if (value !== null) return { done: false, value };
    if (this.#error === PENDING) return this.#later();
    this.#stopListening?.();
    if (this.#error !== null) throw this.#error;
    return ENDED;
  }

  async #later(): Promise<IteratorResult<unknown, unknown>> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.next();
  }

  /** The stream is not wanted any more. */
  end(): void {
    // One that is waited for wakes up by its end.
    if (this.#wake === null) this.#stopListening?.();
    this.#stream.destroy();
  }

  #listen(): void {
    const stream = this.#stream;
    const notice = (): void => {
      const wake = this.#wake;
      this.#wake = null;
      wake?.();
    };
    stream.on('readable', notice);
    const forget = finished(stream, { writable: false }, (error) => {
      this.#error = error ?? null;
      notice();
    });
    this.#stopListening = () => {
      stream.off('readable', notice);
      forget();
    };
  }
}
