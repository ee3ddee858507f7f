import type { PlaceTag } from '../../../machines/client/place.events.js';
import type { OriginState } from '../../../machines/client/origin.states.js';
import type { ConnectionPool } from './connection-pool.js';
import type { ConnectionCloser, IdleFinding } from '../diagnostics.js';

/** What a pool does at one moment, and what it has counted. */
export interface PoolStats {
  /** Where it leads to: `https://api.example`. */
  readonly origin: string;
  /** Its state in the origin chart, dotted. */
  readonly state: OriginState;
  /** Connections that are being opened. */
  readonly connecting: number;
  /** Connections that wait for a request. */
  readonly idle: number;
  /** Connections that are listened to once more before they get a request. */
  readonly reserved: number;
  /** Connections with a request in progress. */
  readonly busy: number;
  /** Connections with a response that its caller has not begun to read. */
  readonly unread: number;
  /** Connections with their last request in progress. */
  readonly retiring: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
  /** How long the oldest of them has waited, in milliseconds; 0 for none. */
  readonly oldestWait: number;
  /** Connections that were opened. */
  readonly opened: number;
  /** Connections that could not be opened. */
  readonly refused: number;
  /** Requests that were sent on a connection that had served before. */
  readonly reused: number;
  /** Requests that were sent again, because a close crossed them. */
  readonly replayed: number;
  /** Responses that were not read in time, and whose connections were closed for it. */
  readonly abandoned: number;
  /** Connections by what closed them. */
  readonly closed: Readonly<Record<ConnectionCloser, number>>;
  /** How long an idle connection is kept, in milliseconds, as the server's hints and closes have it; 0 for no limit. */
  readonly idleTimeout: number;
  /** The server closes idle connections before the client does; `null` when nothing suggests it. */
  readonly finding: IdleFinding | null;
}

/** Counts the places of a pool; takes time in proportion to their number. */
export function statsOf(pool: ConnectionPool, origin: string): PoolStats {
  const count = (tag: PlaceTag): number => [...pool.places].filter((place) => place.is(tag)).length;
  const { counters, oracle, oldest } = pool;
  return {
    origin,
    state: pool.state,
    connecting: count('connecting'),
    idle: count('idle'),
    reserved: count('reserved'),
    busy: count('busy'),
    unread: count('unread'),
    retiring: count('retiring'),
    waiting: pool.waiting,
    oldestWait: oldest === null ? 0 : pool.clock.now() - oldest.waitingSince,
    opened: counters.opened,
    refused: counters.refused,
    reused: counters.reused,
    replayed: counters.replayed,
    abandoned: counters.abandoned,
    closed: { ...counters.closed },
    idleTimeout: oracle.idleTimeout,
    finding: oracle.finding,
  };
}
