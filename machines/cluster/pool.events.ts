/** Names of all events that the pool chart understands. */
export const POOL_EVENTS = [
  'pool.start',
  'pool.restart',
  'pool.drain',
  'pool.stop',
  'workers.serving',
  'workers.renewed',
  'renewal.failed',
  'workers.failing',
  'workers.gone',
] as const;

/** Every event that the pool chart understands; none has a payload. */
export interface PoolEvent {
  /** The name of the event. */
  readonly type: (typeof POOL_EVENTS)[number];
}

/** Names of the actions; what they do is implemented by the pool. */
export const POOL_ACTIONS = ['startWorkers', 'renewWorkers', 'drainWorkers', 'stopWorkers'] as const;

/** The name of an action of the pool chart. */
export type PoolAction = (typeof POOL_ACTIONS)[number];

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `starting`: `start()` has not resolved yet.
 * - `keeping`: a worker that ends unasked is replaced.
 * - `alive`: the pool has workers.
 * - `over`: the pool was stopped, and no worker is left.
 */
export type PoolTag = 'starting' | 'keeping' | 'alive' | 'over';
