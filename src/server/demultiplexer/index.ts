/* The entry point `./demultiplexer`: several protocols at one port. */
export { PortDemultiplexer, type ConnectionSource } from './port-demultiplexer.js';
export type { PortDemultiplexerOptions, ProxyProtocolOptions } from './options.js';
export type {
  ConnectionAcceptor,
  ConnectionEmitter,
  ConnectionRoute,
  ConnectionTaker,
  RoutedConnection,
  RoutedProtocol,
} from './route.js';
