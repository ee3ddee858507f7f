/**
 * The vocabulary of the exchange chart: the facts of one request/response cycle, the same for both roles.
 *
 * A message head that says several things is several events, one fact each, in this order: `request.head`,
 * then `request.expect`, `request.offer` and `connection.close` as far as they apply. So no event needs a guard.
 * `request.begin` comes before `request.head` only where the head does not arrive in one piece.
 *
 * `request.prepare`, `request.cancel` and `request.prepared` concern a client alone: it makes the connection ready, its
 * user closes the session meanwhile, and the preparation ends, with a connection or without one. `request.reserve` keeps a
 * connection that is ready for one request, and `request.release` gives it back unused.
 */
export const EXCHANGE_EVENTS = [
  'connection.opened',
  'connection.close',
  'connection.closed',
  'request.prepare',
  'request.cancel',
  'request.prepared',
  'request.reserve',
  'request.release',
  'request.begin',
  'request.head',
  'request.expect',
  'request.offer',
  'request.stream',
  'request.end',
  'request.abandon',
  'request.replay',
  'response.interim',
  'response.continue',
  'response.switch',
  'response.head',
  'response.end',
  'exchange.fail',
] as const;

/** The name of an event of the exchange chart. */
export type ExchangeEventType = (typeof EXCHANGE_EVENTS)[number];

/** Every event that the exchange chart understands; none has a payload. */
export interface ExchangeEvent {
  /** The name of the event. */
  readonly type: ExchangeEventType;
}

/**
 * Tags answer questions about an exchange. Code asks tags, never names of states.
 *
 * - `idle`: no request is on the connection; one may begin, unless another one is being prepared.
 * - `reused`: the connection has completed an exchange before.
 * - `preparing`: a client makes the connection ready for a request.
 * - `cancelled`: the user has closed the session meanwhile, so the request is not sent.
 * - `reserved`: the connection is kept for one request, which can be sent at once.
 * - `receiving`: a request has begun, and its head is not complete.
 * - `requesting`: the request is not complete.
 * - `awaitingContinue`: the body of the request waits for 100 Continue.
 * - `continued`: 100 Continue was sent, and nothing of the body has come.
 * - `responding`: the response is not complete.
 * - `unanswered`: the final response has not begun.
 * - `replayable`: should the connection die now, the request may be retried on a new one.
 * - `finishing`: the connection ends with this exchange.
 * - `over`: no further request can follow on this connection.
 * - `past`: no exchange is in progress, and the last one was not broken off: an error belongs to no request.
 */
export type ExchangeTag =
  | 'idle'
  | 'reused'
  | 'preparing'
  | 'cancelled'
  | 'reserved'
  | 'receiving'
  | 'requesting'
  | 'awaitingContinue'
  | 'continued'
  | 'responding'
  | 'unanswered'
  | 'replayable'
  | 'finishing'
  | 'over'
  | 'past';
