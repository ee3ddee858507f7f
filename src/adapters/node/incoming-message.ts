import { IncomingMessage } from 'node:http';

import { describeValue } from '../../errors/index.js';
import { HTTPServerRequest } from '../../session/index.js';
import { incomingOn, listenersReturned } from './listener/incoming.js';

const Message = incomingOn(IncomingMessage);

/** One for each request: libraries leave notes on it. */
const messages = new WeakMap<HTTPServerRequest, IncomingMessage>();

/**
 * Returns a request as an `IncomingMessage` of node:http, for libraries that take one: `ws`, `engine.io`, `socket.io`.
 * Head, socket and body are those of the request. Read the body here or there, not in both places. The same request
 * always gives the same message.
 *
 * @throws TypeError for what is not a request of this package.
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
  if (!(request instanceof HTTPServerRequest)) {
    throw new TypeError(`asIncomingMessage(): not an HTTPServerRequest (got ${describeValue(request)})`);
  }
  let message = messages.get(request);
  if (message === undefined) {
    const adapted = new Message(request, request.socket);
    listenersReturned(adapted);
    message = adapted;
    messages.set(request, message);
  }
  return message;
}
