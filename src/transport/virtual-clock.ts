import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import type { Clock, ClockTimer } from './clock.js';

interface VirtualTimer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to advance: time as a test wants it.
 *
 * Monotonic time begins at 0. Timers fire in the order of their due times, and timers of the same due time in the
 * order in which they were set.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #advancing = false;
  readonly #startsAt: number;
  readonly #timers = new Set<VirtualTimer>();

  /** @param startsAt - Wall time at the beginning, in milliseconds since the Unix epoch. Default: 0. */
  constructor(startsAt = 0) {
    this.#startsAt = startsAt;
  }

  /** Monotonic time in milliseconds, from 0 on. */
  now(): number {
    return this.#now;
  }

  /** Milliseconds since the Unix epoch. */
  wallTime(): number {
    return this.#startsAt + this.#now;
  }

  /** Calls back once time was advanced by so many milliseconds. */
  setTimeout(callback: () => void, ms: number): ClockTimer {
    const timer: VirtualTimer = { due: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return timer;
  }

  /** Forgets a timer; one that has fired is left alone. */
  clearTimeout(timer: ClockTimer): void {
    this.#timers.delete(timer as VirtualTimer);
  }

  /** How many timers wait to fire. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /**
   * Advances time by `ms` milliseconds (0 only lets pending work run) and fires what comes due on the way, each
   * timer at exactly its due time. Microtasks, `nextTick` callbacks and immediates run before the first timer,
   * after each timer, and at the end.
   *
   * @throws Error when time is advancing already; whatever a timer's callback throws.
   */
  async advance(ms: number): Promise<void> {
    if (this.#advancing) throw new Error('this clock is advancing already');
    this.#advancing = true;
    const target = this.#now + ms;
    try {
      await nextLoopTurn();
      for (let timer = this.#nextDue(target); timer !== undefined; timer = this.#nextDue(target)) {
        this.#timers.delete(timer);
        this.#now = Math.max(this.#now, timer.due);
        timer.callback();
        await nextLoopTurn();
      }
      this.#now = target;
    } finally {
      this.#advancing = false;
    }
  }

  #nextDue(limit: number): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= limit && (first === undefined || timer.due < first.due)) first = timer;
    }
    return first;
  }
}
