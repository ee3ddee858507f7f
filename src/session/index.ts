export type { ConnectAddress, SourceAddress } from './core/address.js';
export { HTTPSession } from './http-session.js';
export type { HTTPSessionOptions } from './core/session-options.js';
export type { DetachedSocket, UpgradedSocket } from './core/session-core.js';
export type { ReadOptions, WriteEncoding } from './bytes/raw-bytes.js';
export type { ExchangeState, SessionState } from '../../machines/index.js';
export type {
  SessionEventName,
  SessionListener,
  SessionStatePath,
  SessionTransition,
} from './core/observers.js';
export { HTTPClientSession } from './client/http-client-session.js';
export type { HTTPClientSessionOptions } from './client/client-session-options.js';
export type { SessionHolder } from './client/session-holder.js';
export { HTTPSClientSession, type HTTPSClientSessionOptions } from './client/https-client-session.js';
export { HTTPClientResponse } from './client/http-client-response.js';
export { RequestBody } from './client/request-body.js';
export {
  isIdempotent,
  prepareRequest,
  PreparedRequest,
  type RequestInit,
  type RequestPayload,
} from './client/prepared-request.js';
export type { RequestProgress, RequestTimeouts } from './client/request-options.js';
export type { RequestTaker } from './client/response-taker.js';
export { HTTPServerSession, type SessionActivity } from './server/http-server-session.js';
export type { ServerTimers } from './server/server-timers.js';
export type { HTTPServerSessionOptions } from './server/server-settings.js';
export { HTTPServerRequest } from './server/http-server-request.js';
export { HTTPServerResponse, rawOf } from './server/http-server-response.js';
export type { RefusalTaker } from './server/refusal-taker.js';
export type { RawResponse } from './server/raw-response.js';
export type { RequestHandler, ServerExchange } from './server/request-sinks.js';
export type { CollectOptions } from './message/collecting.js';
export { IncomingBody, ReceivedMessage } from './message/incoming-body.js';

/*
 * For the adapters, which run the charts of a session over other sockets, for the dispatcher, which hands bodies on, and for
 * the inspector, which reads what a session is. No entry point of the package passes any of it on.
 */
export { nextPiece, type BodyConsumer } from './message/body-consumers.js';
export type { BodyFeed } from './message/body-feed.js';
export { feedOf } from './message/incoming-body.js';
export { checkSocket } from './core/attaching.js';
export { EXCHANGE, exchangeChart, sessionChart } from './core/charts.js';
export { NO_MOMENT, SessionLedger } from './core/ledger.js';
export { networkError } from './core/network-errors.js';
export { isInState, observersOf, waitForState } from './core/observers.js';
export { SMALL_PIECE } from './core/output.js';
export type { SessionRole } from './core/role.js';
export type { SessionCore } from './core/session-core.js';
export { testify } from './core/testify.js';
export { quietly } from './core/unheard.js';
export { sessionWatch, watchSessions, type SessionWatch, type WatcherSeat } from './core/watch.js';

/* For the client layer, which checks options in the same words and reports misuse the same way. */
export { checkBoolean, checkClock, checkSource, checkTimeout, resolveAddress } from './core/address.js';
export {
  checkCount,
  provideSettings,
  serverSettings,
  type ServerSettings,
} from './server/server-settings.js';
export { misuse } from './core/unheard.js';
