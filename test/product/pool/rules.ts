/** How much is explored. Every bound is on what the environment may do; what the pool makes of it is not bounded. */
export interface PoolBounds {
  /** Calls that the application makes, 1 to 6. @defaultValue 2 */
  readonly calls: number;
  /** Places of the pool, 1 to 6. @defaultValue 2 */
  readonly places: number;
  /** How often the server or the network may refuse, close, reset, send what it was not asked for, or be slow. @defaultValue 2 */
  readonly faults: number;
}

/** The bounds unless others are given. */
export const DEFAULT_BOUNDS: PoolBounds = { calls: 2, places: 2, faults: 2 };

/**
 * What the code around the charts decides, as the pool does it (`src/client/pool`). Replaced one by one, they show that
 * the checker finds what it is for.
 */
export interface PoolRules {
  /** Whether a reserved session is listened to before a request is sent on it. */
  readonly listens: boolean;
  /** Whether calls are served, and connections opened for them, after a connect has failed. */
  readonly worksAfterRefusal: boolean;
  /** Whether the same happens after a connection has ended. */
  readonly worksAfterEnd: boolean;
  /** Whether a call whose reserved session was lost waits again. */
  readonly putsBack: boolean;
  /** Whether a call that leaves passes the connection that is being opened for it to another one. */
  readonly passesOn: boolean;
  /** Whether a reservation whose call has left is given back. */
  readonly releases: boolean;
  /** Whether a session that is free serves a waiting call before it rests. */
  readonly servesBeforeResting: boolean;
  /** Whether a call is served first that was made first. */
  readonly isFirstInFirstOut: boolean;
  /** Whether a call opens a connection only while there are places. */
  readonly heedsCap: boolean;
  /** Whether a call that is answered cannot be sent again. */
  readonly replaysUnansweredOnly: boolean;
  /** Whether a drain waits for the calls that wait. */
  readonly drainsWaiting: boolean;
  /** Whether the connections that are left once no call waits any more are closed in a drain. */
  readonly closesLeftOver: boolean;
  /** Whether a call learns that its exchange has failed before the pool learns that the connection has ended. */
  readonly reportsFailureFirst: boolean;
  /** Whether `close()` settles the calls that wait. */
  readonly refusesWaiting: boolean;
}

/** The rules of the pool. */
export const POOL_RULES: PoolRules = {
  listens: true,
  worksAfterRefusal: true,
  worksAfterEnd: true,
  putsBack: true,
  passesOn: true,
  releases: true,
  servesBeforeResting: true,
  isFirstInFirstOut: true,
  heedsCap: true,
  replaysUnansweredOnly: true,
  drainsWaiting: true,
  closesLeftOver: true,
  reportsFailureFirst: true,
  refusesWaiting: true,
};
