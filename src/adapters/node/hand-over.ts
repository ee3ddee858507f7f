import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { HTTPServerRequest, HTTPSession } from '../../session/index.js';

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

/**
 * Returns a request in the type of node:http, for libraries that only read its head: `headers`, `method`, `url` and
 * `socket`, as `ws` does in `handleUpgrade`. It is the same object, and has no other members of `IncomingMessage`.
 *
 * @example
 * ```ts
 * import { WebSocketServer } from 'ws';
 *
 * const sockets = new WebSocketServer({ noServer: true });
 * const server = new HTTPServer((request, response) => {
 *   const { socket, head } = response.upgrade();
 *   sockets.handleUpgrade(asIncomingMessage(request), socket, head, (accepted) => accepted.send('hello'));
 * });
 * ```
 */
export function asIncomingMessage(request: HTTPServerRequest): IncomingMessage {
  return request as unknown as IncomingMessage;
}
