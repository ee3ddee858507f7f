/** Names of all events that the worker chart understands. */
export const WORKER_EVENTS = [
  'worker.drain',
  'worker.stop',
  'worker.joined',
  'worker.listening',
  'worker.unreachable',
  'worker.release',
  'worker.heard',
  'worker.drained',
  'worker.exited',
  'deadline.expired',
] as const;

/** Every event that the worker chart understands; none has a payload. */
export interface WorkerEvent {
  /** The name of the event. */
  readonly type: (typeof WORKER_EVENTS)[number];
}

/** Names of the actions; what they do is implemented by the pool. */
export const WORKER_ACTIONS = ['sendAsk', 'sendDrain', 'sendRelease', 'sendStop', 'killProcess'] as const;

/** The name of an action of the worker chart. */
export type WorkerAction = (typeof WORKER_ACTIONS)[number];

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `standing`: the worker serves, or is about to.
 * - `serving`: the worker serves.
 * - `reachable`: connections may reach the worker.
 * - `releasable`: the worker waits until it may ask its connections to end.
 * - `moving`: the clients of the worker are about to connect to others.
 * - `drained`: the worker has reported; only its process is left.
 * - `overdue`: the worker was killed because it did not serve in time.
 * - `silent`: the worker serves, but was asked whether it still answers.
 * - `hung`: the worker was killed because it did not answer.
 * - `gone`: the process has ended.
 * - `lost`: the process ended unasked.
 * - `failed`: the process ended before the worker served.
 */
export type WorkerTag =
  | 'standing'
  | 'serving'
  | 'reachable'
  | 'releasable'
  | 'moving'
  | 'drained'
  | 'overdue'
  | 'silent'
  | 'hung'
  | 'gone'
  | 'lost'
  | 'failed';
