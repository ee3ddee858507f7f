import type { Clock, ClockTimer } from '../../../transport/index.js';

interface StepTimer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A clock that advances within one call. Where real sockets are driven no turn of the event loop may pass between two
 * steps, as the kernel would use it; that is what `VirtualClock` cannot do.
 */
export class StepClock implements Clock {
  #now = 0;
  /** In the order in which they were set. */
  readonly #timers = new Set<StepTimer>();

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): ClockTimer {
    const timer: StepTimer = { due: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: ClockTimer): void {
    this.#timers.delete(timer as StepTimer);
  }

  /** Fires what comes due within `ms` milliseconds, each timer at its due time. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (let timer = this.#firstDue(target); timer !== null; timer = this.#firstDue(target)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
    }
    this.#now = target;
  }

  #firstDue(limit: number): StepTimer | null {
    let first: StepTimer | null = null;
    for (const timer of this.#timers) {
      if (timer.due <= limit && (first === null || timer.due < first.due)) first = timer;
    }
    return first;
  }
}
