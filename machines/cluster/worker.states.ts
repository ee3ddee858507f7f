// Generated from worker.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the worker chart, dotted. */
export const WORKER_STATES = [
  'draining.asked',
  'draining.closing',
  'draining.drained',
  'draining.unreachable',
  'gone.crashed',
  'gone.failed',
  'gone.left',
  'hung',
  'killed',
  'overdue',
  'serving',
  'silent',
  'starting.booting',
  'starting.joined',
  'starting.listening',
] as const;

/** The name of a state of the worker chart. */
export type WorkerState = (typeof WORKER_STATES)[number];
