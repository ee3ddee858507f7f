import type { Server } from 'node:http';

/**
 * Closes the port of a server of node:http as its own `close` does, so that nothing of it is left, but leaves its
 * connections alone. `close` would close the idle ones first, and a request may be on its way on each.
 */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) {
      const own = Object.getOwnPropertyDescriptor(server, 'closeIdleConnections');
      server.closeIdleConnections = () => undefined;
      try {
        // That of the class: code around the server may have given it one that closes its connections.
        (Object.getPrototypeOf(server) as Server).close.call(server);
      } finally {
        Reflect.deleteProperty(server, 'closeIdleConnections');
        if (own !== undefined) Object.defineProperty(server, 'closeIdleConnections', own);
      }
    }
    setImmediate(resolve);
  });
}
