import net from 'node:net';

import type { SocketAddress } from './socket-address.js';
import { Transport } from './transport.js';

/** Where to listen: a TCP port, 0 for any free one, or the path of a Unix domain socket. */
export type ListenTarget =
  | { readonly host?: string | undefined; readonly port: number; readonly backlog?: number | undefined }
  | { readonly path: string; readonly backlog?: number | undefined };

/** What happens to a listener. */
export interface ListenerObserver {
  /** A connection was accepted. */
  accepted(transport: Transport): void;
  /** The listener broke down after it had been listening. */
  failed(error: Error): void;
}

/** A listening socket. */
export class Listener {
  readonly #server: net.Server;

  private constructor(server: net.Server) {
    this.#server = server;
  }

  /**
   * Listens. Accepted sockets have no-delay set, stay open after the peer's FIN, and are not read before they are
   * watched.
   */
  static open(target: ListenTarget, observer: ListenerObserver): Promise<Listener> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    server.on('connection', (socket) => {
      observer.accepted(new Transport(socket));
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(target, () => {
        server.off('error', reject);
        server.on('error', (error) => {
          observer.failed(error);
        });
        resolve(new Listener(server));
      });
    });
  }

  /** Where it listens; a path for Unix domain sockets, `null` once it is closed. */
  get address(): SocketAddress | string | null {
    return this.#server.address();
  }

  /** Stops accepting; connections that were accepted are left alone. Resolves once the port is free. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      // net.Server's own callback waits for every connection; the port is free as soon as the handle is closed.
      this.#server.close();
      setImmediate(resolve);
    });
  }
}
