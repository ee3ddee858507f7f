/** The longest delay that a timer of Node.js can have. */
const FOR_EVER = 2_147_483_647;

/**
 * Keeps this process alive. A pool has moments without a worker process and without anything else that would: between
 * the end of one worker and the start of the next.
 */
export class ProcessHold {
  #timer: NodeJS.Timeout | null = null;

  hold(isHeld: boolean): void {
    if (isHeld) this.#timer ??= setInterval(() => undefined, FOR_EVER);
    else if (this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }
}
