import type { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';

import type { WebSocket } from 'ws';

const HANDSHAKE_TIMEOUT = 5_000;

/** What is used of the optional peer `ws`. */
export interface WebSocketPackage {
  readonly WebSocket: typeof WebSocket;
}

/**
 * Loads the optional peer `ws` when it is needed: the page of the inspector and everything else work without it.
 *
 * @param caller - what needs it, for the error.
 * @throws Error that says what to install.
 */
export function loadWebSocketPackage(caller: string): WebSocketPackage {
  try {
    return createRequire(import.meta.url)('ws') as WebSocketPackage;
  } catch (error) {
    throw new Error(`${caller}: the package ws is not installed; run npm install ws`, { cause: error });
  }
}

/**
 * Opens a WebSocket that never keeps the process alive: not while it connects, not while the other end says nothing, and
 * not once it is open.
 *
 * @throws SyntaxError for an invalid URL
 */
export function openQuietly({ WebSocket }: WebSocketPackage, url: string): WebSocket {
  const socket = new WebSocket(url, {
    ...{ perMessageDeflate: false, handshakeTimeout: HANDSHAKE_TIMEOUT },
    finishRequest: (request: ClientRequest) => {
      request.on('socket', (connection) => {
        connection.unref();
      });
      request.end();
    },
  });
  socket.on('upgrade', (response) => response.socket.unref());
  return socket;
}
