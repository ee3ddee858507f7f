import type { SessionActivity } from '../session/index.js';

/** How a server drains. Durations are in milliseconds. */
export interface DrainOptions {
  /**
   * How long connections without a request are still read, because a request may be on its way; it is answered with
   * `Connection: close`. A connection that has been silent for longer is closed at once. Not more than `deadline`.
   * @defaultValue 1000, or `deadline` if that is less
   */
  readonly grace?: number | undefined;
  /** When the rest is aborted, sockets that were handed over included; 0 for never. @defaultValue 30000 */
  readonly deadline?: number | undefined;
  /**
   * Closes the port at once, but asks connections to end only when this has resolved: until then another process may
   * still accept what their clients open next.
   * @internal
   */
  readonly after?: Promise<unknown> | undefined;
}

/**
 * What became of a connection: `closed` without a request, `answered` its last requests, `released` by the new owner of
 * its socket, `failed` before its request was answered, or `aborted` at the deadline or by `stop()`.
 */
export type DrainOutcome = 'closed' | 'answered' | 'released' | 'failed' | 'aborted';

/** What one connection did during a drain. */
export interface DrainedConnection {
  /** The number of its session. */
  readonly id: number;
  /** What the connection was doing when the drain began, or when it was accepted later. */
  readonly was: SessionActivity;
  /** What became of it. */
  readonly outcome: DrainOutcome;
  /** How many requests were answered on it during the drain. */
  readonly answered: number;
  /** Milliseconds from the start of the drain to the end of the connection. */
  readonly after: number;
}

/** The result of a drain. */
export interface DrainReport {
  /** Connections that ended by themselves. */
  readonly finished: number;
  /** Connections that were aborted. */
  readonly aborted: number;
  /** Milliseconds that the drain took. */
  readonly duration: number;
  /** Every connection, in the order of their ends. */
  readonly sessions: readonly DrainedConnection[];
}
