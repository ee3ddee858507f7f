import { TIMEOUTS } from '../constants.js';
import type { DrainOptions, DrainReport } from '../server/drain-report.js';

/** What can be a member of a pool: an `HTTPServer`, or whatever drains like one. */
export interface DrainableServer {
  /** Stops accepting before it returns, and lets what is in progress finish. */
  drain(options?: DrainOptions): Promise<DrainReport>;
  /** Aborts what is in progress. */
  stop(): Promise<unknown>;
  /** Connections so far. */
  readonly totalConnections?: number;
}

/** Who has to know that a server goes. */
export interface Primary {
  /** The server does not accept any more. Resolves when its connections may be asked to end. */
  portClosed(): Promise<void>;
  /** Nothing is in progress any more. Resolves once the primary can do without this process. */
  drained(report: DrainReport): Promise<void>;
}

/** A server on its way to the end of its process, which is taken once. */
export class Member {
  /** Resolves when the server has drained and its primary knows. */
  readonly left: Promise<DrainReport>;
  readonly #server: DrainableServer;
  readonly #primary: Primary | null;
  #begin!: (departure: Promise<DrainReport>) => void;
  #begunAt: number | null = null;

  /** @param primary - `null` for a process that stands alone. */
  constructor(server: DrainableServer, primary: Primary | null) {
    this.left = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#server = server;
    this.#primary = primary;
  }

  /** Drains the server; without effect when that has begun already. */
  leave(options: DrainOptions): void {
    if (this.#begunAt !== null) return;
    this.#begunAt = performance.now();
    this.#begin(this.#depart(options));
  }

  /** The same for a signal: a further one, unless it is the echo of the first, does not wait any longer. */
  leaveAtSignal(options: DrainOptions): void {
    if (this.#begunAt === null) this.leave(options);
    else if (performance.now() - this.#begunAt >= TIMEOUTS.signalEcho.value) void this.#server.stop();
  }

  /** Leaves at once: what is in progress is aborted. */
  abandon(): void {
    this.leave({});
    void this.#server.stop();
  }

  async #depart(options: DrainOptions): Promise<DrainReport> {
    const report = await this.#drained(options);
    await this.#primary?.drained(report);
    return report;
  }

  async #drained(options: DrainOptions): Promise<DrainReport> {
    if (this.#primary === null) return await this.#server.drain(options);
    let release!: (portClosed: Promise<void>) => void;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    const drained = this.#server.drain({ ...options, after });
    // The port is closed by now, and node:cluster has told so.
    release(this.#primary.portClosed());
    return await drained;
  }
}
