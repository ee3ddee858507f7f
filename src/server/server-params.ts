import type { HTTPServerSessionOptions } from '../session/index.js';

/**
 * How a server behaves towards all of its sessions. POCO: `HTTPServerParams`. Durations are in milliseconds, 0 means
 * none: `timeout` (60 s), `keepAlive` (true), `keepAliveTimeout` (65 s), `maxKeepAliveRequests` (any number),
 * `softwareVersion` (no Server field), `sendTimeout` and `receiveTimeout` (60 s each).
 */
export type HTTPServerParams = Omit<HTTPServerSessionOptions, 'engine' | 'connectTimeout'>;

/** How long a stop waits. */
export interface DrainOptions {
  /** Milliseconds after which sessions that are still busy are aborted; 0 for any time. @defaultValue 30000 */
  readonly deadline?: number | undefined;
}

/** What a drain came to. */
export interface DrainReport {
  /** Sessions that came to their end in order. */
  readonly finished: number;
  /** Sessions that were aborted at the deadline. */
  readonly aborted: number;
}
