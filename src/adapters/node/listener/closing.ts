import type { Server } from 'node:http';

import { TIMEOUTS } from '../../../constants.js';
import type { HTTPServer } from '../../../server/index.js';
import type { OpenSocket } from './node-internals.js';

/** What a server does differently once its connections are sessions. */
export interface ClosingMembers {
  close(callback?: (error?: Error) => void): Server;
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/**
 * The ends of a server of node:http, by the sessions of its connections: `close` is a drain without a deadline. A request
 * that is on its way while the port closes is answered. So is the next one on a connection that is in use: as in node:http,
 * `close` does not change what the responses in progress say of their connections, and the drain begins behind them.
 */
export function closingMembers(server: Server, sessions: HTTPServer): ClosingMembers {
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
      if (!server.listening || !sessions.is('listening')) {
        closePort(callback);
        return server;
      }
      if (callback !== undefined) server.once('close', callback);
      // It closes the port in this turn, by the same call.
      void sessions.drain({ deadline: 0, after: responsesInProgress(sessions) });
      if (server.listening) closePort();
      return server;
    },
    closeIdleConnections() {
      before.closeIdleConnections?.();
      if (isClosing) return;
      for (const session of [...sessions.sessions]) {
        if (session.activity === 'idle' || session.activity === 'silent') session.close();
      }
    },
    closeAllConnections() {
      before.closeAllConnections?.();
      // As in node:http, a socket that was handed over is its owner's.
      for (const session of [...sessions.sessions]) if (session.activity !== 'detached') session.abort();
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

/** Resolves when the responses that are in progress now have left, or the grace of a drain is over. */
function responsesInProgress(sessions: HTTPServer): Promise<void> | undefined {
  const responses = [...sessions.sessions].flatMap((session) => {
    const { _httpMessage: response } = (session.socket() ?? {}) as Partial<OpenSocket>;
    return response ? [response] : [];
  });
  if (responses.length === 0) return undefined;
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, TIMEOUTS.drainGrace.value);
    let left = responses.length;
    for (const response of responses) {
      response.once('close', () => {
        left--;
        if (left > 0) return;
        clearTimeout(patience);
        resolve();
      });
    }
  });
}
