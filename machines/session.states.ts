// Generated from session.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the session chart, dotted. */
export const SESSION_STATES = [
  'closed',
  'connected.draining',
  'connected.halfClosed',
  'connected.lingering',
  'connected.open',
  'detached',
  'errored.fatal',
  'errored.recoverable.draining',
  'errored.recoverable.halfClosed',
  'errored.recoverable.lingering',
  'errored.recoverable.open',
  'unconnected.connecting',
  'unconnected.idle',
] as const;

/** The name of a state of the session chart. */
export type SessionState = (typeof SESSION_STATES)[number];
