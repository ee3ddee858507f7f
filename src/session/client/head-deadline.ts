import type { SessionCore } from '../core/session-core.js';

/**
 * The deadline of a response head that comes in pieces. However many interim responses or slow bytes it consists of, it
 * has one as a whole, from its first byte on; until then, and between two pieces, the receive timeout holds.
 */
export class HeadDeadline {
  readonly #core: SessionCore;
  readonly #timeout: number;
  readonly #due: number;

  /** @param timeout - in milliseconds; 0 for no limit. */
  constructor(core: SessionCore, timeout: number) {
    this.#core = core;
    this.#timeout = timeout;
    this.#due = core.clock.now() + timeout;
  }

  /** Limits the time until the head is complete, however its pieces come; for a request with a timeout of its own. */
  armWhole(): void {
    if (this.#timeout === 0) this.#core.suspend();
    else this.#arm(Math.max(this.#due - this.#core.clock.now(), 1));
  }

  #arm(left: number): void {
    this.#core.arm('head', left);
    this.#core.timeout = this.#timeout;
  }

  /** Limits the time until the next piece: by what is left of the whole, or by the receive timeout if that is shorter. */
  arm(): void {
    const core = this.#core;
    const { receiveTimeout } = core;
    const left = Math.max(this.#due - core.clock.now(), 1);
    if (this.#timeout === 0 || (receiveTimeout > 0 && receiveTimeout < left)) {
      core.arm('receive', receiveTimeout);
    } else {
      this.#arm(left);
    }
  }
}
