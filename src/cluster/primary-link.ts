import type { Worker } from 'node:cluster';

import type { DrainReport } from '../server/drain-report.js';
import { marked, type WorkerNotice } from './messages.js';
import type { DrainableServer, Primary } from './member.js';

/** The primary of a worker that does not belong to a pool. */
export class PrimaryLink implements Primary {
  readonly #worker: Worker;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  portClosed(): Promise<void> {
    // node:cluster has reported that, and the primary does not answer.
    return Promise.resolve();
  }

  /**
   * Leaves the cluster. A connection that the primary handed over before it knew that this worker no longer listens may
   * still be on its way; node:cluster sends it back, and another worker gets it. The primary reads in order: once it
   * has answered the disconnect, it has handled everything before.
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

/** The primary of a worker of a pool. */
export class PoolLink extends PrimaryLink {
  readonly #server: DrainableServer;
  #release: () => void = () => undefined;

  constructor(worker: Worker, server: DrainableServer) {
    super(worker);
    this.#server = server;
  }

  override async portClosed(): Promise<void> {
    if (!process.connected) return;
    await new Promise<void>((resolve) => {
      this.#release = resolve;
      this.send({ kind: 'unreachable' });
    });
  }

  /** The pool permits to ask connections to end, or is gone. */
  released(): void {
    this.#release();
  }

  override async drained(report: DrainReport): Promise<void> {
    this.send({ kind: 'drained', served: this.#served, report });
    await super.drained(report);
  }

  /** Reports how many connections there were, and so that the event loop runs. */
  report(): void {
    this.send({ kind: 'counted', served: this.#served });
  }

  send(notice: WorkerNotice): void {
    if (!process.connected) return;
    // With a callback, a message that cannot be sent does not emit an error.
    process.send?.(marked(notice), undefined, undefined, () => undefined);
  }

  get #served(): number {
    return this.#server.totalConnections ?? 0;
  }
}
