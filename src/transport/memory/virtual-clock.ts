import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { describeValue } from '../../errors/index.js';
import type { Clock, ClockTimer } from '../deadlines.js';

interface VirtualTimer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A clock for tests: time stands still until you advance it.
 *
 * Monotonic time starts at 0. Timers fire in the order of their due times; timers with the same due time fire in the
 * order in which they were set.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const server = new HTTPServer(handler, { clock, timers: { keepAlive: 5_000 } });
 * await clock.advance(5_000);
 * console.log(clock.now()); // 5000
 * ```
 */
export class VirtualClock implements Clock {
  #now = 0;
  #advancing = false;
  readonly #startsAt: number;
  /** In the order in which they will fire. */
  readonly #timers: VirtualTimer[] = [];

  /** @param startsAt - The initial wall time, in milliseconds since the Unix epoch. Default: 0. */
  constructor(startsAt = 0) {
    checkTime('startsAt', startsAt);
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

  /** Calls `callback` once time was advanced by `ms` milliseconds. */
  setTimeout(callback: () => void, ms: number): ClockTimer {
    const timer: VirtualTimer = { due: this.#now + Math.max(0, ms), callback };
    this.#timers.splice(this.#placeOf(timer.due), 0, timer);
    return timer;
  }

  /** Cancels a timer. Has no effect on one that has fired. */
  clearTimeout(timer: ClockTimer): void {
    const place = this.#timers.indexOf(timer as VirtualTimer);
    if (place !== -1) this.#timers.splice(place, 1);
  }

  /** The number of timers that have not fired yet. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /**
   * Advances time by `ms` milliseconds (0 only lets pending work run) and fires each timer on the way at exactly its due
   * time. Microtasks, `nextTick` callbacks and immediates run before the first timer,
   * after each timer, and at the end.
   *
   * @throws TypeError for what is not a number, RangeError for time that does not go forward; Error when time is already
   * advancing; and what a timer's callback throws.
   */
  async advance(ms: number): Promise<void> {
    checkStep('advance()', ms);
    if (this.#advancing) throw new Error('virtual clock: already advancing');
    this.#advancing = true;
    const target = this.#now + ms;
    try {
      await nextLoopTurn();
      for (let timer = this.#takeDue(target); timer !== undefined; timer = this.#takeDue(target)) {
        this.#now = Math.max(this.#now, timer.due);
        timer.callback();
        await nextLoopTurn();
      }
      this.#now = target;
    } finally {
      this.#advancing = false;
    }
  }

  /**
   * The same within this one call: nothing else runs meanwhile. For tests over real sockets, where the kernel would use
   * a turn of the event loop between two timers.
   *
   * @throws TypeError, RangeError as `advance` does; and whatever a timer's callback throws.
   */
  advanceAtOnce(ms: number): void {
    checkStep('advanceAtOnce()', ms);
    const target = this.#now + ms;
    for (let timer = this.#takeDue(target); timer !== undefined; timer = this.#takeDue(target)) {
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
    }
    this.#now = target;
  }

  #takeDue(limit: number): VirtualTimer | undefined {
    const first = this.#timers[0];
    return first !== undefined && first.due <= limit ? this.#timers.shift() : undefined;
  }

  /** The place after all timers that are due then or before. */
  #placeOf(due: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle] as VirtualTimer).due <= due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function checkTime(subject: string, ms: unknown): void {
  if (typeof ms !== 'number') {
    throw new TypeError(`${subject}: must be a number of milliseconds (got ${describeValue(ms)})`);
  }
  if (!Number.isFinite(ms)) {
    throw new RangeError(`${subject}: must be a finite number of milliseconds (got ${String(ms)})`);
  }
}

/** Time goes forward only. */
function checkStep(call: string, ms: number): void {
  checkTime(call, ms);
  if (ms < 0) throw new RangeError(`${call}: must be 0 or more milliseconds (got ${String(ms)})`);
}
