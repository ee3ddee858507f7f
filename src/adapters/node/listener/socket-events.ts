import type { Server } from 'node:http';

import type { OpenSocket } from './node-internals.js';
import { flushOutgoing } from './outgoing.js';

/** Listens to the sockets of a server for what node:http passes on of them: timeouts, and failures. */
export function watchSockets(server: Server, event: 'connection' | 'secureConnection'): void {
  server.on(event, (socket: OpenSocket) => {
    // Also for a connection that other code hands over.
    socket.server = server;
    if (server.timeout > 0) socket.setTimeout?.(server.timeout);
    socket.on('error', failed);
    watchSocket(socket);
  });
}

/** The same of one socket, without a server; called again, it changes nothing. */
export function watchSocket(socket: OpenSocket): void {
  if (watched.has(socket)) return;
  watched.add(socket);
  socket.on('timeout', timedOut);
  for (const name of FLUSHING) if (!Object.hasOwn(socket, name)) takeTurns(socket, name);
}

const watched = new WeakSet<OpenSocket>();

/** The socket is another owner's now. */
export function leaveSocketEvents(socket: OpenSocket): void {
  socket.off('timeout', timedOut);
  socket.off('error', failed);
  for (const name of FLUSHING) {
    const own = Object.getOwnPropertyDescriptor(socket, name);
    if (own?.value === OWN[name]) Reflect.deleteProperty(socket, name);
  }
}

/** Methods by which a handler reaches its socket past the response. */
const FLUSHING = ['write', 'end', 'destroy'] as const;

type Method = (this: OpenSocket, ...values: unknown[]) => unknown;

const OWN = { write: flushingFirst('write'), end: flushingFirst('end'), destroy: flushingFirst('destroy') };

function takeTurns(socket: OpenSocket, name: (typeof FLUSHING)[number]): void {
  (socket as unknown as Record<string, Method>)[name] = OWN[name];
}

/** What was written to the response before leaves before, as it would on node:http. */
function flushingFirst(name: (typeof FLUSHING)[number]): Method {
  return function (...values) {
    const response = this._httpMessage;
    if (response && !this.destroyed) flushOutgoing(response);
    const own = Object.getPrototypeOf(this) as Record<string, Method>;
    return (own[name] as Method).apply(this, values);
  };
}

/** As in node:http: the request, its response and the server hear of it, and without a listener the connection ends. */
function timedOut(this: OpenSocket): void {
  const response = this._httpMessage ?? null;
  const request = response?.req ?? null;
  const heard = [
    request !== null && !request.complete && request.emit('timeout', this),
    response?.emit('timeout', this) ?? false,
    (this.server as Partial<Server> | undefined)?.emit?.('timeout', this) ?? false,
  ];
  if (!heard.includes(true)) this.destroy();
}

/** A reset. Its session keeps the testimony; the listeners of `clientError` get what node:http gives them. */
function failed(this: OpenSocket, error: Error): void {
  (this.server as Server).emit('clientError', error, this);
}
