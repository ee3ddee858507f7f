import type { Duplex } from 'node:stream';

import { reportFault } from '../../diagnostics.js';
import type { ConnectionAddresses } from '../../transport/index.js';

/** The protocol of a connection; `unknown` stands for all others. */
export type RoutedProtocol = 'http' | 'http2' | 'tls' | 'unknown';

/** What a route that is a function gets to know of a connection. */
export interface RoutedConnection {
  /** The protocol. */
  readonly protocol: RoutedProtocol;
  /** The addresses of the connection: those of its PROXY header, or the socket's own. */
  readonly addresses: ConnectionAddresses;
}

/** Takes connections over: an `HTTPServer`, or another `PortDemultiplexer`. */
export interface ConnectionAcceptor {
  /** Takes a connection. `addresses` replace the socket's own; `undefined` without a PROXY header. */
  accept(connection: Duplex, addresses?: ConnectionAddresses): unknown;
}

/** Takes connections over as its own: a server of `node:net`, `node:tls`, `node:http` or `node:http2`. */
export interface ConnectionEmitter {
  /** Returns whether there was a listener. */
  emit(event: 'connection', socket: Duplex): boolean;
}

/** Takes a connection over. If it throws or rejects, that is reported as a fault and the socket is destroyed. */
export type ConnectionTaker = (socket: Duplex, connection: RoutedConnection) => unknown;

/** Where connections go. */
export type ConnectionRoute = ConnectionAcceptor | ConnectionEmitter | ConnectionTaker;

/** What is known of the addresses of a connection. */
export interface KnownAddresses {
  /** What replaces the socket's own addresses. */
  readonly proxied: ConnectionAddresses | undefined;
  /** What is in effect. */
  readonly addresses: ConnectionAddresses;
}

/** Checks a route. @throws TypeError */
export function checkRoute(route: unknown, name: string): ConnectionRoute {
  if (typeof route === 'function') return route as ConnectionTaker;
  const { accept, emit } = (route ?? {}) as Record<string, unknown>;
  if (typeof accept === 'function' || typeof emit === 'function') return route as ConnectionRoute;
  throw new TypeError(
    `route ${name}: must be a server or a function (got ${route === null ? 'null' : typeof route})`,
  );
}

/** Hands a connection to its route. Nothing is thrown: a socket whose route fails is destroyed. */
export function deliver(
  route: ConnectionRoute,
  socket: Duplex,
  protocol: RoutedProtocol,
  known: KnownAddresses,
): void {
  const failed = (error: unknown): void => {
    reportFault('handler', error);
    socket.destroy();
  };
  try {
    if (typeof route === 'function') {
      const taken = route(socket, { protocol, addresses: known.addresses });
      if (taken instanceof Promise) taken.catch(failed);
    } else if ('accept' in route) {
      route.accept(socket, known.proxied);
    } else {
      emitConnection(route, socket, known.proxied);
    }
  } catch (error) {
    failed(error);
  }
}

function emitConnection(
  server: ConnectionEmitter,
  socket: Duplex,
  proxied: ConnectionAddresses | undefined,
): void {
  // As `net.Server` itself would have set it.
  const { allowHalfOpen } = server as { allowHalfOpen?: unknown };
  if (typeof allowHalfOpen === 'boolean') socket.allowHalfOpen = allowHalfOpen;
  if (proxied !== undefined) showAddresses(socket, proxied);
  if (!server.emit('connection', socket)) throw new Error("route: the server has no 'connection' listener");
}

/** Such servers read the addresses from the socket: own properties hide those of the system. */
function showAddresses(socket: Duplex, { local, remote }: ConnectionAddresses): void {
  const shown = {
    ...(local === undefined
      ? {}
      : { localAddress: local.address, localPort: local.port, localFamily: local.family }),
    ...(remote === undefined
      ? {}
      : { remoteAddress: remote.address, remotePort: remote.port, remoteFamily: remote.family }),
  };
  for (const [name, value] of Object.entries(shown)) {
    Object.defineProperty(socket, name, { value, configurable: true, enumerable: true, writable: true });
  }
}
