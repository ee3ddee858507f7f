import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { HTTPServerRequest, HTTPSession } from '../../session/index.js';

/** A server that takes connections: of node:http, or whatever else listens for `connection`. */
export interface ConnectionTakingServer {
  /** Returns whether anybody listened. */
  emit(event: 'connection', socket: Duplex): boolean;
}

/**
 * Gives the connection of a session to another server, with every byte that was read and not consumed.
 *
 * @returns the socket.
 * @throws InvalidStateError when the session has no socket to give; Error when the server does not listen for connections.
 */
export function handOver(session: HTTPSession, server: ConnectionTakingServer): Duplex {
  const { socket, head } = session.detachSocket();
  if (head.length > 0) socket.unshift(head);
  if (!server.emit('connection', socket)) {
    socket.destroy();
    throw new Error('the server does not listen for connections');
  }
  return socket;
}

/**
 * A request in the place of one of node:http, for libraries that only read its head: `headers`, `method`, `url` and
 * `socket`, which is what `ws` does in `handleUpgrade`. It is the same object; what else an `IncomingMessage` has, it has
 * not.
 */
export function asIncomingMessage(request: HTTPServerRequest): IncomingMessage {
  return request as unknown as IncomingMessage;
}
