import { LIMITS, TIMEOUTS } from '../constants.js';

/**
 * The young deaths of a pool. A worker that ends after a while is replaced at once; one that ends as soon as it
 * serves, or before, would most likely do so again, for ever and at full speed.
 */
export class Deaths {
  readonly #workers: number;
  #times: number[] = [];

  /** @param workers - how many the pool has: its deaths come in rounds of so many. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  /** Whether a worker that has served for so long, in milliseconds, died young. */
  static isYoung(served: number): boolean {
    return served < TIMEOUTS.workerYouth.value;
  }

  /** Notes a young death; returns the delay of the replacement in milliseconds, `null` when there is to be none. */
  note(now: number): number | null {
    this.#times = this.#times.filter((time) => now - time < TIMEOUTS.workerCrashWindow.value);
    this.#times.push(now);
    const round = Math.ceil(this.#times.length / this.#workers);
    if (round > LIMITS.maxYoungDeaths.value) return null;
    return round === 1 ? 0 : TIMEOUTS.workerBackoff.value * 2 ** (round - 2);
  }

  /** Forgets them: the pool begins anew. */
  clear(): void {
    this.#times = [];
  }
}
