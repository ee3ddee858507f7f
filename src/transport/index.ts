export { Transport } from './transport.js';
export type { TransportDescription, TransportObserver } from './observer.js';
export {
  openTransport,
  type ConnectOptions,
  type ConnectTarget,
  type LookupFunction,
  type TLSOptions,
} from './connect.js';
export {
  Listener,
  requireNamedPort,
  type ListenerObserver,
  type ListenTarget,
  type TLSListenOptions,
} from './listener.js';
export type { Handshake } from './handshakes.js';
export {
  keepAddresses,
  localAddressOf,
  remoteAddressOf,
  TrustList,
  type ConnectionAddresses,
  type SocketAddress,
} from './addresses.js';
export { guardErrors, keepEnd, NO_BYTES } from './release.js';
export { askSilentPeer, isPeerGone } from './peer.js';
export { Deadline, deadlinesOf, holdProcess, systemClock, type Clock, type ClockTimer } from './deadlines.js';
export { clusterWorker, net, nodeCluster } from './node-modules.js';
export { createMemoryPair, type MemoryPair, type MemoryPairOptions } from './memory/pair.js';
export { MemorySocket } from './memory/socket.js';
export { VirtualClock } from './memory/virtual-clock.js';
export type { Segmentation } from './memory/line.js';
