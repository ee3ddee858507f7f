/* The entry point `./client`: pools, calls, and what stands between them. */
export {
  HTTPClient,
  type ClientConnectInit,
  type ClientUpgradeInit,
  type HTTPClientOptions,
} from './http-client.js';
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
export { answerChallenge } from './credentials/answer-challenge.js';
export type { Challenge } from './credentials/challenges.js';
export type { UserCredentials } from './credentials/user-credentials.js';
export { proxyFromEnvironment } from './proxy/proxy-from-environment.js';
export { bypassProxy } from './proxy/proxy-server.js';
export type { NonProxyHosts } from './proxy/no-proxy.js';
export type { ProxyAddress, ProxyConfig, ProxyOption } from './proxy/proxy-config.js';
export { HTTPSessionFactory, type HTTPSessionInstantiator } from './session-factory.js';
export { ProxyError, type ProxyErrorOptions, type ProxyHop } from '../errors/index.js';
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
  type PreparedRequest,
  type RequestProgress,
  type RequestTaker,
  type RequestTimeouts,
  type SessionHolder,
} from '../session/index.js';
