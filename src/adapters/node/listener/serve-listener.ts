import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { reportFault } from '../../../diagnostics.js';
import { rawOf, type HTTPServerRequest, type HTTPServerResponse } from '../../../session/index.js';
import { loseIncoming, type IncomingMaker, type SessionIncoming } from './incoming.js';
import { assignSocket, closeOutgoing, type OutgoingMaker, type SessionOutgoing } from './outgoing.js';

const starts = channel('http.server.request.start');

/** What is read of a socket that is gone already. */
const NO_SOCKET = { writableHighWaterMark: 16_384 } as const;

/** A request and the response to it, as node:http has them. */
export interface ListenerExchange {
  readonly incoming: SessionIncoming;
  readonly outgoing: SessionOutgoing;
}

/** Makes the two messages that a listener of node:http gets of a request. */
export function exchangeOf(
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  Incoming: IncomingMaker,
  Outgoing: OutgoingMaker,
  rejectNonStandardBodyWrites: boolean,
): ListenerExchange {
  const socket = request.socket;
  const raw = rawOf(response);
  const incoming = new Incoming(request, socket);
  const { writableHighWaterMark: highWaterMark } = socket ?? NO_SOCKET;
  const outgoing = new Outgoing(incoming, { highWaterMark, rejectNonStandardBodyWrites }, raw);
  // Until 100 Continue is sent, a request that expects it would be the last one.
  outgoing.shouldKeepAlive = !raw.isFinishing || request.expectsContinue;
  if (socket !== null) assignSocket(outgoing, socket);
  raw.onLost = (error) => {
    loseIncoming(incoming, error);
    closeOutgoing(outgoing);
  };
  return { incoming, outgoing };
}

/** Publishes, as node:http does, that a request has come. */
export function publishStart(incoming: SessionIncoming, outgoing: SessionOutgoing): void {
  if (!starts.hasSubscribers) return;
  const { socket } = outgoing;
  starts.publish({ request: incoming, response: outgoing, socket, server: socket?.server });
}

/** A listener for the requests of a server of node:http. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A listener has thrown. It is answered for: an exception here would end the process, and every other connection. */
export function listenerFailed(outgoing: SessionOutgoing, error: unknown, sessionId: number): void {
  reportFault('handler', error, sessionId);
  if (outgoing.headersSent || outgoing.writableEnded) {
    if (!outgoing.writableEnded) outgoing.destroy();
    return;
  }
  for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
  outgoing.statusCode = 500;
  outgoing.statusMessage = 'Internal Server Error';
  outgoing.setHeader('Content-Type', 'text/plain');
  outgoing.end('500 Internal Server Error\n');
}
