/** One promise for all who wait for the same thing; it comes again and again, and so do they. */
export class Waiter<TResult> {
  #promise: Promise<TResult> | null = null;
  #resolve: (result: TResult) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  /** The promise of the next time. */
  wait(): Promise<TResult> {
    return (this.#promise ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    }));
  }

  /** Nothing happens where nobody waits. */
  resolve(result: TResult): void {
    this.#promise = null;
    this.#resolve(result);
  }

  /** Nothing happens where nobody waits. */
  reject(error: Error): void {
    this.#promise = null;
    this.#reject(error);
  }
}
