import type { Duplex } from 'node:stream';

import { reportFault } from '../../diagnostics.js';
import type { ConnectionAddresses } from '../../transport/index.js';

/** What a connection was recognised as; `unknown` is everything that has no name here. */
export type RoutedProtocol = 'http' | 'http2' | 'tls' | 'unknown';

/** What a route that is a function is told of a connection. */
export interface RoutedConnection {
  /** What it speaks. */
  readonly protocol: RoutedProtocol;
  /** Its ends: those of its PROXY header, or the socket's own. */
  readonly addresses: ConnectionAddresses;
}

/** Takes connections over: an `HTTPServer`, or another `PortDemultiplexer`. */
export interface ConnectionAcceptor {
  /** `addresses` hold instead of the socket's own; `undefined` when there was no PROXY header. */
  accept(connection: Duplex, addresses?: ConnectionAddresses): unknown;
}

/** Takes connections over as its own: a server of `node:net`, `node:tls`, `node:http` or `node:http2`. */
export interface ConnectionEmitter {
  /** Returns whether anybody listened. */
  emit(event: 'connection', socket: Duplex): boolean;
}

/** Takes a connection over. What it throws or rejects with is reported as a fault, and the socket is destroyed. */
export type ConnectionTaker = (socket: Duplex, connection: RoutedConnection) => unknown;

/** Where connections go. */
export type ConnectionRoute = ConnectionAcceptor | ConnectionEmitter | ConnectionTaker;

/** What is known of the ends of a connection. */
export interface KnownAddresses {
  /** What holds instead of the socket's own. */
  readonly proxied: ConnectionAddresses | undefined;
  /** What holds. */
  readonly addresses: ConnectionAddresses;
}

/** Checks a route. @throws TypeError */
export function checkRoute(route: unknown, name: string): ConnectionRoute {
  if (typeof route === 'function') return route as ConnectionTaker;
  const { accept, emit } = (route ?? {}) as Record<string, unknown>;
  if (typeof accept === 'function' || typeof emit === 'function') return route as ConnectionRoute;
  throw new TypeError(`the route ${name} must be a server or a function`);
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
  // What `net.Server` itself would have made of the connection.
  const { allowHalfOpen } = server as { allowHalfOpen?: unknown };
  if (typeof allowHalfOpen === 'boolean') socket.allowHalfOpen = allowHalfOpen;
  if (proxied !== undefined) showAddresses(socket, proxied);
  if (!server.emit('connection', socket)) throw new Error('the server does not listen for connections');
}

/** Such servers ask the socket for its addresses; properties of its own hide those that it has from the system. */
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
