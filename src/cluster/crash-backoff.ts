import { LIMITS, TIMEOUTS } from '../constants.js';

/**
 * Delays the replacement of workers that crash early. A worker that has served for a while is replaced at once. One that
 * ends before it serves, or soon after, would probably crash again, without end and at full speed.
 */
export class CrashBackoff {
  readonly #workers: number;
  #crashes: number[] = [];

  /** @param workers - how many workers the pool has: that many early crashes are one round. */
  constructor(workers: number) {
    this.#workers = workers;
  }

  /**
   * Records the end of a worker that had served for so long, in milliseconds.
   *
   * @returns the delay of its replacement in milliseconds; `null` when there must be no further one.
   */
  delayAfter(served: number, now: number): number | null {
    if (served >= TIMEOUTS.workerEarlyCrash.value) return 0;
    this.#crashes = this.#crashes.filter((time) => now - time < TIMEOUTS.workerCrashWindow.value);
    this.#crashes.push(now);
    const round = Math.ceil(this.#crashes.length / this.#workers);
    if (round > LIMITS.maxEarlyCrashes.value) return null;
    return round === 1 ? 0 : TIMEOUTS.workerBackoff.value * 2 ** (round - 2);
  }

  /** Forgets all crashes: the pool starts again. */
  clear(): void {
    this.#crashes = [];
  }
}
