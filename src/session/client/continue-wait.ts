import type { SessionCore } from '../core/session-core.js';

/** The wait for the server's answer to whether it wants the body: 100 Continue, or a final response. */
export class ContinueWait {
  readonly #core: SessionCore;
  readonly #timeout: number;
  readonly #resolve: (isWanted: boolean) => void;

  /** @param timeout - in milliseconds; 0 for the receive timeout. */
  constructor(core: SessionCore, timeout: number, resolve: (isWanted: boolean) => void) {
    this.#core = core;
    this.#timeout = timeout;
    this.#resolve = resolve;
  }

  /** Arms its timer, which no interim response starts again. */
  arm(): void {
    const core = this.#core;
    if (this.#timeout === 0) core.arm('receive', core.receiveTimeout);
    else if (core.timer !== 'continue') core.arm('continue', this.#timeout);
  }

  settle(isWanted: boolean): void {
    this.#resolve(isWanted);
  }
}
