// Generated from pool.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the pool chart, dotted. */
export const POOL_STATES = [
  'draining',
  'idle',
  'restarting',
  'running',
  'starting',
  'stopped',
] as const;

/** The name of a state of the pool chart. */
export type PoolState = (typeof POOL_STATES)[number];
