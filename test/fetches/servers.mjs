import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createRawServer } from 'node:net';

/** Servers of one cell, each at a port of its own. */
export class Servers {
  /** @type {(() => Promise<void>)[]} */
  #ends = [];

  /**
   * A server of node:http; returns its origin.
   *
   * @param {import('node:http').RequestListener} listener
   * @param {(server: import('node:http').Server) => void} [prepare]
   */
  async http(listener, prepare) {
    const server = createServer(listener);
    prepare?.(server);
    const port = await this.#listen(server);
    return `http://127.0.0.1:${port}`;
  }

  /**
   * A server of plain sockets; returns its authority.
   *
   * @param {(socket: import('node:net').Socket) => void} listener
   */
  async raw(listener) {
    const server = createRawServer((socket) => {
      // A client that aborts resets its connection.
      socket.on('error', () => undefined);
      listener(socket);
    });
    return `127.0.0.1:${await this.#listen(server)}`;
  }

  /** A port at which there is no server any more. */
  async refusing() {
    const server = createRawServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    server.close();
    await once(server, 'close');
    return `127.0.0.1:${port}`;
  }

  async close() {
    await Promise.all(this.#ends.map((end) => end()));
  }

  /** @param {import('node:net').Server} server */
  async #listen(server) {
    /** @type {Set<import('node:net').Socket>} */
    const sockets = new Set();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  }
}
