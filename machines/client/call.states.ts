// Generated from call.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the call chart, dotted. */
export const CALL_STATES = [
  'answered',
  'assigned',
  'complete',
  'delivered',
  'idle',
  'over',
  'pausing',
  'queued',
  'sent',
] as const;

/** The name of a state of the call chart. */
export type CallState = (typeof CALL_STATES)[number];
