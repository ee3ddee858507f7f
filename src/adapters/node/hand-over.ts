import type { Duplex } from 'node:stream';

import type { HTTPSession } from '../../session/index.js';

/** A server that takes connections: of node:http, or another emitter with a `connection` listener. */
export interface ConnectionTakingServer {
  /** Returns whether there was a listener. */
  emit(event: 'connection', socket: Duplex): boolean;
  /** How many listeners there are; without it, only `emit` says so. */
  listenerCount?(event: 'connection'): number;
}

/**
 * Hands the connection of a session over to another server, with every byte that was read and not consumed.
 *
 * @returns the socket.
 * @throws InvalidStateError when the session has no socket, or the peer has finished sending and what it sent cannot be put
 * back into the socket; Error when the server has no `connection` listener. The session keeps its socket then.
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
  if (server.listenerCount?.('connection') === 0) throw noListener();
  const { core } = session;
  const unread = core.buffer.length + core.arrivedBytes + (core.role.untakenHead?.().length ?? 0);
  if (unread > 0 && core.transport?.socket.readableEnded === true) {
    throw core.illegal(
      'handOver()',
      'the peer has finished sending, so what was read cannot be put back; use detachSocket()',
    );
  }
  const { socket, head } = session.detachSocket();
  if (head.length > 0) socket.unshift(head);
  if (!server.emit('connection', socket)) {
    socket.destroy();
    throw noListener();
  }
  return socket;
}

function noListener(): Error {
  return new Error("handOver(): the server has no 'connection' listener");
}
