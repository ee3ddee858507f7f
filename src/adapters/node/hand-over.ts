import type { Duplex } from 'node:stream';

import type { HTTPSession } from '../../session/index.js';

/** A server that takes connections: of node:http, or another emitter with a `connection` listener. */
export interface ConnectionTakingServer {
  /** Returns whether there was a listener. */
  emit(event: 'connection', socket: Duplex): boolean;
}

/**
 * Hands the connection of a session over to another server, with every byte that was read and not consumed.
 *
 * @returns the socket.
 * @throws InvalidStateError when the session has no socket; Error when the server has no `connection` listener.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 *
 * const other = createServer((request, response) => response.end('Hello from node:http'));
 * handOver(session, other);
 * ```
 */
export function handOver(session: HTTPSession, server: ConnectionTakingServer): Duplex {
  const { socket, head } = session.detachSocket();
  if (head.length > 0) socket.unshift(head);
  if (!server.emit('connection', socket)) {
    socket.destroy();
    throw new Error("server: has no 'connection' listener");
  }
  return socket;
}
