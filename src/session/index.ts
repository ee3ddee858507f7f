export type { ConnectAddress, SourceAddress } from './core/address.js';
export { HTTPSession, type HTTPSessionOptions } from './http-session.js';
export type { DetachedSocket, UpgradedSocket } from './core/session-core.js';
export type { ReadOptions, WriteEncoding } from './bytes/raw-bytes.js';
export type { ExchangeState, SessionState } from '../../machines/index.js';
export type {
  SessionEventName,
  SessionListener,
  SessionStatePath,
  SessionTransition,
} from './core/observers.js';
export { HTTPClientSession, type HTTPClientSessionOptions } from './client/http-client-session.js';
export { HTTPSClientSession, type HTTPSClientSessionOptions } from './client/https-client-session.js';
export { HTTPClientResponse } from './client/http-client-response.js';
export { RequestBody } from './client/request-body.js';
export type { RequestInit, RequestPayload } from './client/client-request.js';
export { HTTPServerSession, type SessionActivity } from './server/http-server-session.js';
export type { ServerTimers } from './server/server-timers.js';
export type { HTTPServerSessionOptions } from './server/server-settings.js';
export { HTTPServerRequest } from './server/http-server-request.js';
export { HTTPServerResponse } from './server/http-server-response.js';
export type { RequestHandler, ServerExchange } from './server/request-sinks.js';
export { IncomingBody, ReceivedMessage, type CollectOptions } from './message/incoming-body.js';

/* What the inspector shares with sessions: no entry point of the package passes it on. */
export { exchangeChart, sessionChart } from './core/charts.js';
export type { SessionCore } from './core/session-core.js';
export type { SessionLedger } from './core/ledger.js';
