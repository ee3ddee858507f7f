/** Names of all events that the origin chart understands. */
export const ORIGIN_EVENTS = [
  'pool.wanted',
  'pool.unused',
  'places.full',
  'places.free',
  'connect.succeeded',
  'connect.failed',
  'pool.drain',
  'pool.close',
] as const;

/** Every event that the origin chart understands; none has a payload. */
export interface OriginEvent {
  /** The name of the event. */
  readonly type: (typeof ORIGIN_EVENTS)[number];
}

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `quiet`: there is neither a connection nor a call; a client forgets the pool.
 * - `full`: as many connections as allowed; calls wait for one of them.
 * - `taking`: new calls are accepted.
 * - `draining`: the calls it has are finished, and no others are accepted.
 * - `closed`: the pool is over.
 * - `failing`: the last attempt to connect failed.
 */
export type OriginTag = 'quiet' | 'full' | 'taking' | 'draining' | 'closed' | 'failing';
