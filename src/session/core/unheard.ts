import { reportFault } from '../../diagnostics.js';

function ignore(): void {
  // A caller who awaits the promise still gets the error.
}

/**
 * Marks a promise as handled, so that its rejection does not end the process where it is not awaited. For what fails for
 * the peer's sake: `signal` and the error channel report it in any case.
 */
export function quietly<TResult>(promise: Promise<TResult>): Promise<TResult> {
  promise.then(undefined, ignore);
  return promise;
}

/** A rejection that knows whether anybody asked for it. `await` asks, as this is not a plain `Promise`. */
class Misuse extends Promise<never> {
  #askers = 0;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  get askers(): number {
    return this.#askers;
  }

  override then<TResult = never, TReason = never>(
    onFulfilled?: ((value: never) => TResult | PromiseLike<TResult>) | null,
    onRejected?: ((reason: unknown) => TReason | PromiseLike<TReason>) | null,
  ): Promise<TResult | TReason> {
    this.#askers++;
    return super.then(onFulfilled, onRejected);
  }
}

/**
 * A promise that rejects because a call was wrong. It does not end the process either; where it was not asked for by the
 * end of this turn of the event loop, the error is reported as a fault.
 */
export function misuse(error: unknown, sessionId: number): Promise<never> {
  const promise = new Misuse((_resolve, reject) => {
    reject(error);
  });
  void quietly(promise);
  setImmediate(() => {
    // The first to ask is the mark.
    if (promise.askers === 1) reportFault('handler', error, sessionId);
  });
  return promise;
}
