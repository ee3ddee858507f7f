import { TIMEOUTS } from '../constants.js';
import { callListener, reportFault } from '../diagnostics.js';
import type { DrainOptions, DrainReport } from '../server/drain-report.js';

/** A server that can join a pool: an `HTTPServer`, or one that drains like it. */
export interface DrainableServer {
  /** Stops accepting before it returns, and waits for what is in progress. */
  drain(options?: DrainOptions): Promise<DrainReport>;
  /** Aborts what is in progress. */
  stop(): Promise<unknown>;
  /** Connections so far. */
  readonly totalConnections?: number;
}

/** The primary of a process whose server ends. */
export interface Primary {
  /** The server no longer accepts. Resolves when its connections may be asked to end. */
  portClosed(): Promise<void>;
  /** Nothing is in progress any more. Resolves when the process may end. */
  drained(report: DrainReport): Promise<void>;
}

/** Ends the server of a process, once. */
export class Member {
  /** Resolves when the server has drained and the primary knows. */
  readonly left: Promise<DrainReport>;
  readonly #server: DrainableServer;
  readonly #primary: Primary | null;
  #begin!: (departure: Promise<DrainReport>) => void;
  #begunAt: number | null = null;

  /** @param primary - `null` for a process that runs alone. */
  constructor(server: DrainableServer, primary: Primary | null) {
    this.left = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#server = server;
    this.#primary = primary;
  }

  /** Drains the server, unless it drains already. */
  leave(options: DrainOptions): void {
    if (this.#begunAt !== null) return;
    this.#begunAt = performance.now();
    const departure = this.#depart(options);
    departure.catch((error: unknown) => {
      reportFault('implementation', error);
    });
    this.#begin(departure);
  }

  /** Drains at a signal. A further signal, unless it echoes the first one, stops the server. */
  leaveAtSignal(options: DrainOptions): void {
    if (this.#begunAt === null) this.leave(options);
    else if (performance.now() - this.#begunAt >= TIMEOUTS.signalEcho.value) this.#stop();
  }

  /** Aborts what is in progress. */
  abandon(): void {
    this.leave({});
    this.#stop();
  }

  /** The server is yours, and what it throws must not end the process before it has left. */
  #stop(): void {
    callListener(() => this.#server.stop(), []);
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
    // The port is closed by now, and node:cluster has reported that.
    release(this.#primary.portClosed());
    return await drained;
  }
}
