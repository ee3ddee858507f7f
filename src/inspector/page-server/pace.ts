import type { Clock, ClockTimer } from '../../transport/index.js';

/** More than 30 updates a second are not visible. */
const SHORTEST_PAUSE = 1_000 / 30;
/** Bytes and timers change without a transition, and silence looks like a dead connection. */
const LONGEST_PAUSE = 1_000;

/** What takes long is done less often: it rests this many times as long as it took. */
const REST = 9;

/** Calls back soon after changes, however many: for the first at once, then at most 30 times a second. */
export class Pace {
  readonly #clock: Clock;
  readonly #beat: () => void;
  #last = -Infinity;
  #timer: ClockTimer | null = null;
  #pause = SHORTEST_PAUSE;
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
    this.#wait(Math.max(this.#pause - since, 0));
  }

  #wait(pause: number): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      this.#isHurried = false;
      const begun = this.#clock.now();
      this.#wait(LONGEST_PAUSE);
      this.#beat();
      this.#last = this.#clock.now();
      this.#pause = Math.max(SHORTEST_PAUSE, (this.#last - begun) * REST);
    }, pause);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
