import type { Server } from 'node:http';

import type { OpenSocket } from './node-internals.js';
import { flushOutgoing } from './outgoing.js';

/** Listens to the sockets of a server for what node:http passes on of them: timeouts, and failures. */
export function watchSockets(server: Server, event: 'connection' | 'secureConnection'): void {
  server.on(event, (socket: OpenSocket) => {
    // Also for a connection that other code hands over.
    socket.server ??= server;
    if (server.timeout > 0) socket.setTimeout?.(server.timeout);
    socket.on('timeout', timedOut);
    socket.on('error', failed);
    if (!Object.hasOwn(socket, 'destroy')) socket.destroy = destroyFlushed;
  });
}

/** The socket is another owner's now. */
export function leaveSocketEvents(socket: OpenSocket): void {
  socket.off('timeout', timedOut);
  socket.off('error', failed);
  const own = Object.getOwnPropertyDescriptor(socket, 'destroy');
  if (own?.value === destroyFlushed) delete (socket as Partial<OpenSocket>).destroy;
}

/** What was written before a handler destroys the socket leaves, as it would on node:http. */
function destroyFlushed(this: OpenSocket, error?: Error): OpenSocket {
  const response = this._httpMessage;
  if (response && !this.destroyed) flushOutgoing(response);
  const { destroy } = Object.getPrototypeOf(this) as { readonly destroy: typeof destroyFlushed };
  return destroy.call(this, error);
}

/** As in node:http: the request, its response and the server hear of it, and without a listener the connection ends. */
function timedOut(this: OpenSocket): void {
  const response = this._httpMessage ?? null;
  const request = response?.req ?? null;
  const heard = [
    request !== null && !request.complete && request.emit('timeout', this),
    response?.emit('timeout', this) ?? false,
    (this.server as Server).emit('timeout', this),
  ];
  if (!heard.includes(true)) this.destroy();
}

/** A reset. Its session keeps the testimony; the listeners of `clientError` get what node:http gives them. */
function failed(this: OpenSocket, error: Error): void {
  (this.server as Server).emit('clientError', error, this);
}
