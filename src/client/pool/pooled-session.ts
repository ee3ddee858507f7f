import type { Duplex } from 'node:stream';

import type { EndedBy } from '../../errors/index.js';
import type { SessionHolder } from '../../session/index.js';

/**
 * What a pool needs of a session. `HTTPClientSession` is one; all of it is public, so other pools can be built on it as
 * well.
 */
export interface PooledSession {
  /** The number of the session within the process. */
  readonly id: number;
  /** Whether a request could be sent now. */
  readonly available: boolean;
  /** What ended its connection; `null` before that. */
  readonly endedBy: EndedBy | null;
  /** Reserves it for one request; settles with `false` when the connection proves to be gone. */
  reserve(settled: (isReserved: boolean) => void): void;
  /** Gives a reservation back. */
  release(): void;
  /** Notifies a holder of what becomes of it. */
  setHolder(holder: SessionHolder | null): void;
  /** Sets how long an idle connection is kept, in milliseconds; 0 for no limit. */
  setKeepAliveTimeout(timeout: number): void;
  /** The socket, or `null` when none is attached. */
  socket(): Duplex | null;
  /** Closes in an orderly way. */
  close(): void;
  /** Resets the connection, and ends the session object. */
  dispose(): void;
}
