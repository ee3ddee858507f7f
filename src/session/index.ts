export type { ConnectAddress, SourceAddress } from './address.js';
export { HTTPSession, type DetachedSocket, type HTTPSessionOptions } from './http-session.js';
export type { ReadOptions } from './raw-reader.js';
export type { WriteEncoding } from './raw-writer.js';
export type { SessionEventName, SessionListener, SessionTransition } from './session-observers.js';
export { HTTPClientSession, type HTTPClientSessionOptions } from './http-client-session.js';
export { HTTPSClientSession, type HTTPSClientSessionOptions } from './https-client-session.js';
export { HTTPClientResponse } from './http-client-response.js';
export { RequestBody } from './request-body.js';
export type { RequestInit, RequestPayload } from './request-init.js';
export {
  HTTPServerSession,
  type HTTPServerSessionOptions,
  type RequestHandler,
} from './http-server-session.js';
export { HTTPServerRequest } from './http-server-request.js';
export { HTTPServerResponse } from './http-server-response.js';
export type { ServerExchange } from './request-queue.js';
export { IncomingBody, type CollectOptions } from './incoming-body.js';
