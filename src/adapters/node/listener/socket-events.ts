import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { reportFault } from '../../../diagnostics.js';
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
  const methods = methodsOf(socket);
  for (const name of FLUSHING) if (!Object.hasOwn(socket, name)) methods[name] = OWN[name];
}

const watched = new WeakSet<OpenSocket>();

/** The socket is another owner's now. */
export function leaveSocketEvents(socket: OpenSocket): void {
  socket.off('timeout', timedOut);
  socket.off('error', failed);
  const methods = methodsOf(socket);
  // Put back, not deleted: an object that loses properties becomes a slow one.
  for (const name of FLUSHING) if (methods[name] === OWN[name]) methods[name] = classMethod(socket, name);
}

/** Methods by which a handler reaches its socket past the response. */
const FLUSHING = ['write', 'end', 'destroy'] as const;

type Name = (typeof FLUSHING)[number];
type Method = (this: OpenSocket, first?: unknown, second?: unknown, third?: unknown) => unknown;

const OWN = { write: flushingFirst('write'), end: flushingFirst('end'), destroy: flushingFirst('destroy') };

function methodsOf(socket: OpenSocket): Record<Name, Method> {
  return socket as unknown as Record<Name, Method>;
}

function classMethod(socket: OpenSocket, name: Name): Method {
  return (Object.getPrototypeOf(socket) as Record<Name, Method>)[name];
}

/** What was written to the response before leaves before, as it would on node:http. */
function flushingFirst(name: Name): Method {
  return function (first, second, third) {
    const response = this._httpMessage;
    if (response && !this.destroyed) flushOutgoing(response);
    return classMethod(this, name).call(this, first, second, third);
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
  emitClientError(this.server as Server, error, this);
}

/** What a listener throws is a fault: here, an exception would end the process, and every other connection. */
export function emitClientError(server: Server, error: Error, socket: Duplex): void {
  try {
    server.emit('clientError', error, socket);
  } catch (thrown) {
    reportFault('listener', thrown);
    socket.destroy();
  }
}
