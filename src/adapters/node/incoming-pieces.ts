import type { IncomingMessage } from 'node:http';

/**
 * The body of a request of node:http, read piece by piece as it is asked for. The iterator of the stream itself would
 * destroy the connection where the reading ends early, or leave the stream unable to flow.
 */
export class IncomingPieces implements AsyncIterable<Buffer>, AsyncIterator<Buffer, undefined> {
  readonly #request: IncomingMessage;
  readonly #arrived: Buffer[] = [];
  /** Resumes the reader that waits. */
  #wake: () => void = () => undefined;
  readonly #took = (piece: Buffer): void => {
    this.#arrived.push(piece);
    this.#request.pause();
    this.#wake();
  };
  readonly #ended = (): void => {
    this.#wake();
  };

  constructor(request: IncomingMessage) {
    this.#request = request;
    request.on('data', this.#took).on('end', this.#ended).on('close', this.#ended);
    request.pause();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    const request = this.#request;
    while (this.#arrived.length === 0 && !request.readableEnded && !request.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        request.resume();
      });
    }
    const value = this.#arrived.shift();
    if (value !== undefined) return { value, done: false };
    if (!request.complete)
      throw request.errored ?? new Error('the client has left in the middle of its request');
    return { value: undefined, done: true };
  }

  /** Nothing more is wanted: what still comes is thrown away, as it is in front of the next request. */
  return(): Promise<IteratorResult<Buffer, undefined>> {
    const request = this.#request;
    request.off('data', this.#took).off('end', this.#ended).off('close', this.#ended);
    request.resume();
    return Promise.resolve({ value: undefined, done: true });
  }
}
