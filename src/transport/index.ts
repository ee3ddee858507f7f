export { systemClock, type Clock, type ClockTimer } from './clock.js';
export { VirtualClock } from './memory/virtual-clock.js';
export { Deadline, Deadlines, deadlinesOf, type ExpiryCallback } from './deadlines.js';
export {
  Transport,
  type ReleasedSocket,
  type TransportDescription,
  type TransportKind,
  type TransportObserver,
} from './transport.js';
export { type ConnectionAddresses, type SocketAddress, TrustList } from './addresses.js';
export { openTransport, type ConnectOptions, type ConnectTarget, type TLSOptions } from './connect.js';
export { createMemoryPair, type MemoryPair, type MemoryPairOptions } from './memory/pair.js';
export { MemorySocket } from './memory/socket.js';
export type { Segmentation } from './memory/line.js';
export {
  Listener,
  stopListening,
  type ListenerObserver,
  type ListenTarget,
  type ProtocolRoute,
  type TLSListenOptions,
  requireNamedPort,
} from './listener.js';
export { clusterWorker, nodeCluster } from './node-modules.js';
