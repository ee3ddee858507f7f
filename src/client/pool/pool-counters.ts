import type { ConnectionCloser } from '../diagnostics.js';

/** What a pool has counted since it was made. */
export class PoolCounters {
  /** Connections that were opened. */
  opened = 0;
  /** Requests that were sent on a connection that had served before. */
  reused = 0;
  /** Requests that were sent again, because the server's close crossed them on the way. */
  replayed = 0;
  /** Connections that could not be opened. */
  refused = 0;
  /** Responses whose bodies were not read in time, and were too large to be read away. */
  abandoned = 0;
  /** Connections by what closed them. */
  readonly closed: Record<ConnectionCloser, number> = {
    server: 0,
    surplus: 0,
    idle: 0,
    age: 0,
    requests: 0,
    unread: 0,
    unwanted: 0,
    drain: 0,
    aborted: 0,
    failed: 0,
  };
}
