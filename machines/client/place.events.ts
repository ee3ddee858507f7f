/** Names of all events that the place chart understands. */
export const PLACE_EVENTS = [
  'session.opened',
  'session.available',
  'session.switched',
  'session.ended',
  'place.reserve',
  'place.release',
  'request.begin',
  'response.head',
  'body.read',
  'age.reached',
  'requests.spent',
  'place.unwanted',
  'pool.drain',
  'pool.close',
] as const;

/** Every event that the place chart understands; none has a payload. */
export interface PlaceEvent {
  /** The name of the event. */
  readonly type: (typeof PLACE_EVENTS)[number];
}

/** Names of the actions; what they do is implemented by the pool. */
export const PLACE_ACTIONS = ['closeSession', 'abortSession', 'freePlace'] as const;

/** The name of an action of the place chart. */
export type PlaceAction = (typeof PLACE_ACTIONS)[number];

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `seated`: it counts against the caps of its pool.
 * - `connecting`, `idle`, `reserved`, `busy`, `unread`, `retiring`: what the numbers of a pool call it.
 * - `serving`: a call has the session.
 * - `gone`: nothing happens here any more.
 */
export type PlaceTag =
  'seated' | 'connecting' | 'idle' | 'reserved' | 'busy' | 'unread' | 'retiring' | 'serving' | 'gone';
