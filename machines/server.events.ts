/** Names of all events that the server chart understands. */
export const SERVER_EVENTS = [
  'server.listen',
  'server.drain',
  'server.stop',
  'server.full',
  'server.free',
  'listener.failed',
  'drain.confirmed',
  'grace.over',
  'deadline.expired',
  'sessions.gone',
] as const;

/** Every event that the server chart understands; none has a payload. */
export interface ServerEvent {
  /** The name of the event. */
  readonly type: (typeof SERVER_EVENTS)[number];
}

/** Names of the actions; what they do is implemented by the server. */
export const SERVER_ACTIONS = [
  'stopAccepting',
  'pauseAccepting',
  'resumeAccepting',
  'drainSessions',
  'closeIdleSessions',
  'abortSessions',
] as const;

/** The name of an action of the server chart. */
export type ServerAction = (typeof SERVER_ACTIONS)[number];

/**
 * Tags answer questions about a state. Code asks tags, never names of states.
 *
 * - `serving`: the server serves a connection that reaches it.
 * - `listening`: the server accepts connections, or will when there is room again.
 * - `full`: as many connections are live as the server may have.
 * - `ending`: a drain has asked every session to end; a new one is asked as well.
 * - `reading`: a drain still reads connections that have no request.
 */
export type ServerTag = 'serving' | 'listening' | 'full' | 'ending' | 'reading';
