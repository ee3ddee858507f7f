// Generated from origin.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the origin chart, dotted; parallel regions are joined by commas. */
export const ORIGIN_STATES = [
  'pool.closed,reach.failing',
  'pool.closed,reach.unknown',
  'pool.closed,reach.up',
  'pool.draining,reach.failing',
  'pool.draining,reach.unknown',
  'pool.draining,reach.up',
  'pool.open.full,reach.failing',
  'pool.open.full,reach.unknown',
  'pool.open.full,reach.up',
  'pool.open.hasRoom,reach.failing',
  'pool.open.hasRoom,reach.unknown',
  'pool.open.hasRoom,reach.up',
  'pool.quiet,reach.failing',
  'pool.quiet,reach.unknown',
  'pool.quiet,reach.up',
] as const;

/** The name of a state of the origin chart. */
export type OriginState = (typeof ORIGIN_STATES)[number];
