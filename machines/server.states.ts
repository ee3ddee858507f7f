// Generated from server.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the server chart, dotted. */
export const SERVER_STATES = [
  'draining.finishing',
  'draining.reading',
  'draining.waiting',
  'idle',
  'listening.accepting',
  'listening.full',
  'stopped',
] as const;

/** The name of a state of the server chart. */
export type ServerState = (typeof SERVER_STATES)[number];
