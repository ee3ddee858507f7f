import type { Clock, ClockTimer } from '../../transport/index.js';

/** More than 30 updates a second are not visible. */
const SHORTEST_PAUSE = 1_000 / 30;
/** Bytes and timers change without a transition, and silence looks like a dead connection. */
const LONGEST_PAUSE = 1_000;

/** Calls back soon after changes, however many: for the first at once, then at most 30 times a second. */
export class Pace {
  readonly #clock: Clock;
  readonly #beat: () => void;
  #last = -Infinity;
  #timer: ClockTimer | null = null;
  #isHurried = false;
  #isStopped = false;

  constructor(clock: Clock, beat: () => void) {
    this.#clock = clock;
    this.#beat = beat;
    this.#wait(LONGEST_PAUSE);
  }

  /** Something has changed. */
  hurry(): void {
    if (this.#isHurried || this.#isStopped) return;
    this.#isHurried = true;
    const since = this.#clock.now() - this.#last;
    this.#wait(Math.max(SHORTEST_PAUSE - since, 0));
  }

  #wait(pause: number): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      this.#isHurried = false;
      this.#last = this.#clock.now();
      this.#wait(LONGEST_PAUSE);
      this.#beat();
    }, pause);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
