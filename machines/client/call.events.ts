/** Names of all events that the call chart understands. */
export const CALL_EVENTS = [
  'call.queue',
  'call.assign',
  'request.send',
  'response.head',
  'attempt.fail',
  'call.pause',
  'call.deliver',
  'exchange.end',
  'call.end',
] as const;

/** Every event that the call chart understands; none has a payload. */
export interface CallEvent {
  /** The name of the event. */
  readonly type: (typeof CALL_EVENTS)[number];
}

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `waiting`: no connection has the request yet, so it can be withdrawn without a trace.
 * - `sent`: the server may have the request.
 * - `answered`: the head of a response has come.
 * - `over`: the call has settled, and its exchange is over.
 */
export type CallTag = 'waiting' | 'sent' | 'answered' | 'over';
