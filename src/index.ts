export * from './errors/index.js';
export { LIMITS, TIMEOUTS, HTTP_PORT, HTTPS_PORT, type Bound } from './constants.js';
export {
  ERROR_CHANNEL,
  EXCHANGE_CHANNEL,
  FAULT_CHANNEL,
  TRANSITION_CHANNEL,
  type ErrorMessage,
  type ExchangeMessage,
  type FaultMessage,
  type TransitionMessage,
} from './diagnostics.js';
export {
  HTTPMessage,
  HTTPRequest,
  HTTPResponse,
  MessageHeader,
  ReceiveBuffer,
  type HeaderInit,
  type HTTPMessageInit,
  type HTTPVersion,
} from './protocol/index.js';
export {
  createMemoryPair,
  MemorySocket,
  systemClock,
  VirtualClock,
  type Clock,
  type ClockTimer,
  type ConnectionAddresses,
  type ListenTarget,
  type MemoryPair,
  type MemoryPairOptions,
  type Segmentation,
  type ProtocolRoute,
  type SocketAddress,
  type TLSListenOptions,
  type TLSOptions,
} from './transport/index.js';
export * from './streams/index.js';
export * from './session/index.js';
export * from './server/index.js';
export * from './cluster/index.js';
export { provideChart, sharedSystem, type ChartActor } from './chart/index.js';
