/** Names of all events that the worker chart understands. */
export const WORKER_EVENTS = [
  'worker.drain',
  'worker.stop',
  'worker.joined',
  'worker.listening',
  'worker.deafened',
  'worker.release',
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
export const WORKER_ACTIONS = ['tellDrain', 'tellRelease', 'tellStop', 'killProcess'] as const;

/** The name of an action of the worker chart. */
export type WorkerAction = (typeof WORKER_ACTIONS)[number];

/** What a state means to the pool: the worker counts as one that serves or will; connections may reach it. */
export type WorkerTag = 'standing' | 'reachable';
