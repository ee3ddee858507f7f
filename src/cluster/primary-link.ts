import type { Worker } from 'node:cluster';

import type { DrainReport } from '../server/drain-report.js';
import { marked, type WorkerNotice } from './messages.js';
import type { DrainableServer, Primary } from './member.js';

/** The primary of a worker, whichever program that is. */
export class PrimaryLink implements Primary {
  readonly #worker: Worker;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  portClosed(): Promise<void> {
    // node:cluster has told it, and it has nothing to say to that.
    return Promise.resolve();
  }

  /**
   * Leaves the cluster. A connection that the primary handed over before it heard that this worker does not listen
   * any more may still be on its way here; node:cluster sends it back, and it is given to another worker. The primary
   * reads in order: once it has answered to the good-bye, everything that came before has been dealt with.
   */
  async drained(_report: DrainReport): Promise<void> {
    if (!this.#worker.isConnected()) return;
    await new Promise<void>((resolve) => {
      this.#worker.once('disconnect', () => {
        resolve();
      });
      this.#worker.disconnect();
    });
  }
}

/** The primary of a worker, when that is a pool. */
export class PoolLink extends PrimaryLink {
  readonly #server: DrainableServer;
  #release: () => void = () => undefined;
  #counted = 0;

  constructor(worker: Worker, server: DrainableServer) {
    super(worker);
    this.#server = server;
  }

  override async portClosed(): Promise<void> {
    if (!process.connected) return;
    await new Promise<void>((resolve) => {
      this.#release = resolve;
      this.tell({ kind: 'unreachable' });
    });
  }

  /** The pool has nothing against it any more, or cannot say so. */
  released(): void {
    this.#release();
  }

  override async drained(report: DrainReport): Promise<void> {
    this.tell({ kind: 'drained', served: this.#served, report });
    await super.drained(report);
  }

  /** Tells how many connections there were, if it is news. */
  count(): void {
    if (this.#served === this.#counted) return;
    this.#counted = this.#served;
    this.tell({ kind: 'counted', served: this.#counted });
  }

  tell(notice: WorkerNotice): void {
    if (!process.connected) return;
    // With a callback, what cannot be sent is no event that somebody has to listen for.
    process.send?.(marked(notice), undefined, undefined, () => undefined);
  }

  get #served(): number {
    return this.#server.totalConnections ?? 0;
  }
}
