import type { SessionActivity } from '../session/index.js';

/** How a server drains. Durations are in milliseconds. */
export interface DrainOptions {
  /**
   * How long connections without a request are read on, because one may be on its way; it is answered with
   * `Connection: close`. A connection that has been silent for longer than that is closed at once. @defaultValue 1000
   */
  readonly grace?: number | undefined;
  /** After what time what is left is aborted, sockets that were handed over included; 0 for never. @defaultValue 30000 */
  readonly deadline?: number | undefined;
  /**
   * Closes the port at once, but asks connections to end only when this has resolved: until then somebody else may still
   * accept what their clients open next, in this server's name.
   * @internal
   */
  readonly after?: Promise<unknown> | undefined;
}

/**
 * What became of a connection: `closed` without a request, `answered` its last requests, `released` by whoever had taken
 * its socket, `failed` by itself before it was answered, or `aborted` at the deadline.
 */
export type DrainOutcome = 'closed' | 'answered' | 'released' | 'failed' | 'aborted';

/** What one connection did during a drain. */
export interface DrainedConnection {
  /** The number of its session. */
  readonly id: number;
  /** What it was doing when the drain reached it. */
  readonly was: SessionActivity;
  /** What became of it. */
  readonly outcome: DrainOutcome;
  /** How many requests it answered during the drain. */
  readonly answered: number;
  /** Milliseconds from the begin of the drain to its end. */
  readonly after: number;
}

/** What a drain came to. */
export interface DrainReport {
  /** Connections that came to their end by themselves. */
  readonly finished: number;
  /** Connections that were aborted at the deadline. */
  readonly aborted: number;
  /** Milliseconds that it took. */
  readonly duration: number;
  /** Every connection, in the order of their ends. */
  readonly sessions: readonly DrainedConnection[];
}
