import { IncomingMessage, ServerResponse } from 'node:http';

import { isThenable } from '../../../diagnostics.js';
import { describeValue } from '../../../errors/index.js';
import type { RequestHandler } from '../../../session/index.js';
import { incomingOn, listenersReturned } from './incoming.js';
import { checkInternals } from './node-internals.js';
import { outgoingOn } from './outgoing.js';
import { exchangeOf, listenerFailed, publishStart, type RequestListener } from './serve-listener.js';

/**
 * Runs a listener of node:http, such as an Express application or the callback of Koa, as a handler of this package. It gets
 * real messages of node:http; the connection, its timers, caps and errors are those of the server.
 *
 * Upgrades and CONNECT are not passed on, as a listener has no event for them: `onSessions` does that.
 *
 * @throws TypeError for what is not a function; Error where the node:http of the runtime lacks what is needed.
 *
 * @example
 * ```ts
 * import express from 'express';
 *
 * const app = express();
 * const server = new HTTPServer(fromRequestListener(app), { timers: { handler: 30_000 } });
 * await server.listen({ port: 8080 });
 * ```
 */
export function fromRequestListener(listener: RequestListener): RequestHandler {
  if (typeof listener !== 'function') {
    throw new TypeError(
      `fromRequestListener(): the listener must be a function (got ${describeValue(listener)})`,
    );
  }
  checkInternals('fromRequestListener()');
  const Incoming = incomingOn(IncomingMessage);
  const Outgoing = outgoingOn(ServerResponse);
  return (request, response) => {
    const { incoming, outgoing } = exchangeOf(request, response, Incoming, Outgoing, false);
    publishStart(incoming, outgoing);
    const failed = (error: unknown): void => {
      listenerFailed(outgoing, error, request.sessionId);
    };
    try {
      const result = listener(incoming, outgoing as unknown as ServerResponse);
      if (isThenable(result)) result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
    listenersReturned(incoming);
  };
}
