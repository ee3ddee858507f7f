import type { Server } from 'node:http';

import type { Clock } from '../../../transport/index.js';
import { drainOnClose } from './drain-on-close.js';
import type { Takeover } from './takeover.js';

/** What a server does differently once its connections are sessions. */
export interface ClosingMembers {
  close(callback?: (error?: Error) => void): Server;
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/**
 * The ends of a server of node:http, by the sessions of its connections: `close` is a drain without a deadline. A request
 * that is on its way while the port closes is answered.
 */
export function closingMembers(server: Server, takeover: Takeover, clock: Clock): ClosingMembers {
  const close = server.close.bind(server);
  const before = ownMembers(server);
  // `close` of node:http asks for idle connections to be closed, which a drain does at the end of its grace.
  let isClosing = false;
  const closePort = (callback?: (error?: Error) => void): void => {
    isClosing = true;
    close(callback);
    isClosing = false;
  };
  return {
    close(callback) {
      const { sessions } = takeover;
      if (!server.listening || !sessions.is('listening')) {
        closePort(callback);
        return server;
      }
      if (callback !== undefined) server.once('close', callback);
      // It closes the port in this turn, by the same call.
      drainOnClose(sessions, clock);
      if (server.listening) closePort();
      return server;
    },
    closeIdleConnections() {
      before.closeIdleConnections?.();
      if (isClosing) return;
      for (const session of takeover.live()) {
        if (session.activity === 'idle' || session.activity === 'silent') session.close();
      }
    },
    closeAllConnections() {
      before.closeAllConnections?.();
      // As in node:http, a socket that was handed over is its owner's.
      for (const session of takeover.live()) if (session.activity !== 'detached') session.abort();
    },
  };
}

/** What other code has put in the place of the methods of node:http: it is called, too. */
function ownMembers(server: Server): Partial<Omit<ClosingMembers, 'close'>> {
  const own: Partial<Omit<ClosingMembers, 'close'>> = {};
  for (const name of ['closeIdleConnections', 'closeAllConnections'] as const) {
    // Some set them to `null`, to have the server of an old Node.js.
    const isMethod = Object.hasOwn(server, name) && typeof Reflect.get(server, name) === 'function';
    if (isMethod) own[name] = server[name].bind(server);
  }
  return own;
}
