/** Names of all events that the server chart understands. */
export const SERVER_EVENTS = [
  'server.listen',
  'server.drain',
  'server.stop',
  'server.full',
  'server.free',
  'listener.failed',
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
  'abortSessions',
] as const;

/** The name of an action of the server chart. */
export type ServerAction = (typeof SERVER_ACTIONS)[number];
