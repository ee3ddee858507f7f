/**
 * The timers that states name in their `meta`, one for each state in which one side waits for the other. The charts
 * have no delays: what a timer is set to belongs to the session, and its expiry is an event.
 */
export const TIMERS = [
  'connect',
  'firstByte',
  'head',
  'bodyProgress',
  'continue',
  'sendProgress',
  'keepAlive',
  'halfClosed',
  'drain',
  'grace',
  'linger',
] as const;

/** The name of a timer that a state declares. */
export type TimerName = (typeof TIMERS)[number];

/**
 * A timer that can expire: one that a state declares, or one that no single state does: `send` and `receive` of a client,
 * `unread` of a
 * client's response, `queue` of a client's pool, `message`, `handler` and `connectionAge` of a server, `workerStart` and
 * `workerHeartbeat` of a pool of processes.
 */
export type ExpiredTimer =
  | TimerName
  | 'send'
  | 'receive'
  | 'unread'
  | 'queue'
  | 'message'
  | 'handler'
  | 'connectionAge'
  | 'workerStart'
  | 'workerHeartbeat';

/** What states say of themselves beside their tags. */
export interface TimerMeta {
  /** What limits the time in the state. */
  readonly timer: TimerName;
}
