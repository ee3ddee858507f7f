export { HTTPServer } from './http-server.js';
export type { HTTPServerParams, OverloadPolicy, ServerLimits } from './server-params.js';
export type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';
export type { ConnectionCounts } from './connection-registry.js';
export { PortDemultiplexer, type ConnectionSource } from './port-demultiplexer.js';
export type { PortDemultiplexerOptions, ProxyProtocolOptions } from './demultiplexer-options.js';
export type {
  ConnectionAcceptor,
  ConnectionEmitter,
  ConnectionRoute,
  ConnectionTaker,
  RoutedConnection,
  RoutedProtocol,
} from './connection-route.js';
export * from './cluster/index.js';
export { checkTimeouts, type Surroundings, type TimeoutFinding } from './check-timeouts.js';
