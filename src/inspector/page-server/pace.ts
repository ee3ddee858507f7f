import type { Clock, ClockTimer } from '../../transport/index.js';

/** Thirty updates a second are what the eye can use. */
const SHORTEST_PAUSE = 1_000 / 30;
/** Bytes and timers change without a transition; and who hears nothing at all cannot tell that from a dead line. */
const LONGEST_PAUSE = 1_000;

/** Calls back soon after changes, however many there are: the first at once, then thirty times a second at the most. */
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
