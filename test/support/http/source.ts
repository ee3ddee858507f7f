import { settled } from '../transport/sockets.js';

/** A source of pieces that the test gives one by one. */
export class Source implements AsyncIterable<string> {
  /** How many pieces were asked for. */
  asked = 0;
  /** The reader has stopped before the end. */
  isLeft = false;
  #give: ((result: IteratorResult<string, undefined>) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return {
      next: () => {
        this.asked++;
        return new Promise((resolve, reject) => {
          this.#give = resolve;
          this.#fail = reject;
        });
      },
      return: () => {
        this.isLeft = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  async give(value: string): Promise<void> {
    this.#give?.({ done: false, value });
    await settled();
  }

  async end(): Promise<void> {
    this.#give?.({ done: true, value: undefined });
    await settled();
  }

  async fail(error: Error): Promise<void> {
    this.#fail?.(error);
    await settled();
  }
}
