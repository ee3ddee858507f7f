import type { OutputBudget } from '../session/core/output-budget.js';
import type { SessionOutput } from '../session/core/output.js';

/**
 * Limits the output that all sessions of a server together have queued for slow peers. Only sessions with a full socket
 * are counted, so peers that read cost nothing. Beyond the limit, the session with the most queued output fails.
 */
export class ServerOutputBudget implements OutputBudget {
  readonly #limit: number;
  readonly #blocked = new Set<SessionOutput>();
  #total = 0;

  /** @param limit - in bytes; 0 for none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes queued on all sessions together. */
  get total(): number {
    return this.#total;
  }

  changed(session: SessionOutput, difference: number): void {
    this.#total += difference;
    if (session.queuedOutput > 0) this.#blocked.add(session);
    else this.#blocked.delete(session);
    if (difference > 0 && this.#limit > 0 && this.#total > this.#limit) this.#shed();
  }

  /** A session that fails gives its bytes back, which brings the total down. */
  #shed(): void {
    let most: SessionOutput | undefined;
    for (const session of this.#blocked) {
      if (most === undefined || session.queuedOutput > most.queuedOutput) most = session;
    }
    most?.outputExceeded('maxServerQueuedOutput', this.#limit);
  }
}
