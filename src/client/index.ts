/* The entry point `./client`: pools, calls, and what stands between them. */
export { HTTPClient, type ClientUpgradeInit, type HTTPClientOptions } from './http-client.js';
export { HTTPPool, type ClientDrainOptions, type PoolRequestInit } from './http-pool.js';
export {
  checkClientTimeouts,
  type ClientSurroundings,
  type ClientTimeoutFinding,
} from './check-client-timeouts.js';
export type { HTTPPoolOptions, SessionFactory } from './client-options.js';
export type { ClientStats } from './client-pools.js';
export type { PoolStats } from './pool/pool-stats.js';
export type { ClientDrainReport } from './pool/pool-drain.js';
export type { SwitchedConnection } from './call/switch-over.js';
export type {
  CallTimeouts,
  ClientRequest,
  ClientRequestInit,
  Interceptor,
  RequestFunction,
} from './request.js';
export { compose } from './interceptors/compose.js';
export { retry, type RetryOptions } from './interceptors/retry.js';
export { redirect, type RedirectOptions } from './interceptors/redirect.js';
export { authenticate, type AuthenticateOptions } from './interceptors/authenticate.js';
export { HTTPCredentials } from './credentials/http-credentials.js';
export type { Challenge } from './credentials/challenges.js';
export type { Credentials } from './credentials/answer-challenge.js';
export {
  CALL_CHANNEL,
  CLIENT_TRANSITION_CHANNEL,
  POOL_CHANNEL,
  type CallDurations,
  type CallMessage,
  type ClientTransitionMessage,
  type ConnectionCloser,
  type ConnectionMessage,
  type FindingMessage,
  type IdleFinding,
  type PoolMessage,
} from './diagnostics.js';
export {
  prepareRequest,
  PreparedRequest,
  type RequestProgress,
  type RequestTaker,
  type RequestTimeouts,
  type SessionHolder,
} from '../session/index.js';
