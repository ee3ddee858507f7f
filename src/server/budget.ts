import type { OutputBudget, SessionCore } from '../session/core/session-core.js';

/**
 * The output that all sessions of a server have queued for slow readers. Counted only where a socket was full, so that
 * it costs nothing where peers read. Beyond the limit the session that has most queued is given up.
 */
export class ServerOutputBudget implements OutputBudget {
  readonly #limit: number;
  readonly #blocked = new Set<SessionCore>();
  #total = 0;

  /** @param limit - in bytes; 0 for none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes queued on all sessions together. */
  get total(): number {
    return this.#total;
  }

  changed(session: SessionCore, difference: number): void {
    this.#total += difference;
    if (session.queuedOutput > 0) this.#blocked.add(session);
    else this.#blocked.delete(session);
    if (difference > 0 && this.#limit > 0 && this.#total > this.#limit) this.#shed();
  }

  /** Sessions give their bytes back when they are given up, and so this comes to an end. */
  #shed(): void {
    let most: SessionCore | undefined;
    for (const session of this.#blocked) {
      if (most === undefined || session.queuedOutput > most.queuedOutput) most = session;
    }
    most?.outputExceeded('maxServerSessionCore', this.#limit);
  }
}
