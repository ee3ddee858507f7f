import type { Server, Socket } from 'node:net';
import type * as NodeTls from 'node:tls';

import { TIMEOUTS } from '../constants.js';
import { callListener } from '../diagnostics.js';
import type { SocketAddress } from './addresses.js';
import { clusterWorker, net, nodeTls } from './node-modules.js';
import { Handshakes, type Handshake } from './handshakes.js';
import { shareReading } from './shared-reading.js';
import { removeStaleSocket } from './stale-sockets.js';
import { Transport } from './transport.js';

/** Takes connections of a protocol that both sides have agreed on by ALPN. */
type ProtocolRoute = (socket: NodeTls.TLSSocket) => void;

/** Options of a listener with TLS: those of `tls.createServer`, and who takes other protocols. */
export interface TLSListenOptions extends NodeTls.TlsOptions {
  /**
   * The functions that take connections of other protocols, by ALPN name:
   * `{ h2: (socket) => http2Server.emit('secureConnection', socket) }`. They are offered to clients before `http/1.1`
   * unless `ALPNProtocols` says otherwise.
   */
  readonly alpn?: Readonly<Record<string, ProtocolRoute>> | undefined;
}

/** Where to listen: a TCP port, 0 for any free one, or the path of a Unix domain socket; over TLS with `tls`. */
export type ListenTarget = (
  { readonly host?: string | undefined; readonly port: number } | { readonly path: string }
) & {
  readonly backlog?: number | undefined;
  readonly tls?: TLSListenOptions | undefined;
};

/** Is called about what happens to a listener. */
export interface ListenerObserver {
  /** A connection was accepted; over TLS its handshake is complete, and no more is reported of that. */
  accepted(transport: Transport, handshake: Handshake | null): void;
  /** A TLS handshake begins; `false` closes the connection, and no more is reported of it. */
  handshakeBegan?(handshake: Handshake): boolean;
  /** A handshake is over that `accepted` does not report: with an error, or because a route took the connection. */
  handshakeEnded?(handshake: Handshake, error: Error | null): void;
  /** The listener failed while it was listening. */
  failed(error: Error): void;
}

/** A listening socket. */
export class Listener {
  readonly #server: Server;
  readonly #observer: ListenerObserver;
  readonly #accepts: 'connection' | 'secureConnection';
  readonly #accepted: (socket: Socket) => void;
  /** Sockets of adopted servers, and those of TLS, are left as they are. */
  readonly #sharesReading: boolean;
  /** TLS alone: a client that leaves in its handshake is not waited for, one that has finished sending later is answered. */
  readonly #staysHalfOpen: boolean;
  readonly #setsNoDelay: boolean;
  readonly #handshakes: Handshakes;
  /** Where to listen again after a pause; `null` for adopted servers, and once it is closed. */
  #target: ListenTarget | null = null;
  #pausedAddress: SocketAddress | string | null = null;
  #isPaused = false;
  #isOpening = false;

  private constructor(
    server: Server,
    observer: ListenerObserver,
    isSecure: boolean,
    origin: 'opened' | 'adopted' | 'prepared',
    routes?: Readonly<Record<string, ProtocolRoute>>,
  ) {
    this.#server = server;
    this.#observer = observer;
    this.#accepts = isSecure ? 'secureConnection' : 'connection';
    this.#sharesReading = !isSecure && origin !== 'adopted';
    this.#staysHalfOpen = isSecure && origin === 'opened';
    this.#setsNoDelay = origin !== 'prepared';
    this.#accepted = (socket) => {
      this.#route(socket, routes);
    };
    server.on(this.#accepts, this.#accepted);
    this.#handshakes = new Handshakes(observer);
    if (isSecure) this.#handshakes.watch(server);
  }

  /**
   * Listens. Accepted sockets have no-delay set, stay open after the peer's FIN, and are not read before they are
   * watched.
   */
  static async open(target: ListenTarget, observer: ListenerObserver): Promise<Listener> {
    const { tls } = target;
    const server = tls === undefined ? net.createServer(SOCKETS) : createSecureServer(tls);
    const listener = new Listener(server, observer, tls !== undefined, 'opened', tls?.alpn);
    await listener.#listen(target);
    server.on('error', (error) => {
      observer.failed(error);
    });
    const { address } = listener;
    // After a pause, listen again at the port that was picked and the address that a name stood for.
    listener.#target =
      address !== null && typeof address === 'object'
        ? { ...target, host: address.address, port: address.port }
        : target;
    return listener;
  }

  /**
   * Takes the connections of a server of node:net or node:tls, whether it listens already or not. Closing the listener
   * closes that server.
   *
   * @param isPrepared - Whether that server prepares its sockets by itself, and nothing else reads from them.
   * @throws TypeError when the server already has a listener for connections.
   */
  static adopt(server: Server, observer: ListenerObserver, isPrepared = false): Listener {
    const isSecure = server instanceof nodeTls().Server;
    const event = isSecure ? 'secureConnection' : 'connection';
    if (server.listenerCount(event) > 0) throw new TypeError(`server: already has a '${event}' listener`);
    return new Listener(server, observer, isSecure, isPrepared ? 'prepared' : 'adopted');
  }

  #route(socket: Socket, routes: Readonly<Record<string, ProtocolRoute>> | undefined): void {
    const handshake = this.#handshakes.completed(socket);
    const { alpnProtocol } = socket as Partial<NodeTls.TLSSocket>;
    const route = typeof alpnProtocol === 'string' ? routes?.[alpnProtocol] : undefined;
    if (this.#staysHalfOpen) socket.allowHalfOpen = true;
    if (route !== undefined) {
      callListener(route, [socket as NodeTls.TLSSocket]);
      if (handshake !== null) this.#observer.handshakeEnded?.(handshake, null);
    } else {
      const borrows = this.#sharesReading && shareReading(socket);
      if (this.#setsNoDelay) socket.setNoDelay(true);
      this.#observer.accepted(new Transport(socket, borrows), handshake);
    }
  }

  async #listen({ tls: _tls, ...target }: ListenTarget): Promise<void> {
    try {
      await this.#bind(target);
    } catch (error) {
      if (!('path' in target) || !(await removeStaleSocket(target.path, error))) throw error;
      await this.#bind(target);
    }
  }

  #bind(target: Omit<ListenTarget, 'tls'>): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(target, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  /**
   * Where it listens: an address, or the path of a Unix domain socket; `null` once it is closed. During a pause, where
   * it will listen again.
   */
  get address(): SocketAddress | string | null {
    const address = this.#server.address();
    return address === null && this.#target !== null ? this.#pausedAddress : address;
  }

  /** Closes the port until `resume`: the system refuses new connections meanwhile. Not for adopted servers. */
  pause(): void {
    if (this.#target === null || this.#isPaused) return;
    this.#isPaused = true;
    if (!this.#server.listening) return;
    this.#pausedAddress = this.#server.address();
    this.#server.close();
  }

  /** Listens again where it did before. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#listenAgain();
  }

  #listenAgain(): void {
    // The host is looked up first. Requests meanwhile have to wait for that, as a second attempt would fail.
    if (this.#isOpening || this.#server.listening || this.#target === null) return;
    this.#isOpening = true;
    this.#server.listen(this.#target, () => {
      this.#isOpening = false;
      if (this.#isPaused || this.#target === null) this.#server.close();
    });
  }

  /** Stops accepting and leaves accepted connections alone. Resolves once the port is free. */
  close(): Promise<void> {
    this.#target = null;
    this.#handshakes.unwatch(this.#server);
    return new Promise((resolve) => {
      // net.Server's own callback waits for every connection; the port is free as soon as the handle is closed.
      if (this.#server.listening) this.#server.close();
      setImmediate(resolve);
    });
  }

  /** Destroys connections whose handshake is not complete. */
  abandon(): void {
    this.#server.off(this.#accepts, this.#accepted);
    this.#handshakes.abandon(this.#server);
  }
}

const SOCKETS = { allowHalfOpen: true, noDelay: true } as const;

function createSecureServer({ alpn, ...options }: TLSListenOptions): Server {
  return nodeTls().createServer({
    ALPNProtocols: [...Object.keys(alpn ?? {}), 'http/1.1', 'http/1.0'],
    handshakeTimeout: TIMEOUTS.connectTimeout.value,
    ...options,
    // Not half-open yet: of a client that leaves in its handshake, as health checks do, nothing is left to wait for.
    noDelay: true,
    allowHalfOpen: false,
  });
}

/**
 * Refuses port 0 in a worker of node:cluster that may close its port for a while. The primary keeps the port it picked
 * under the number 0 for all of its workers, so a worker that listens again by the real number finds it taken.
 *
 * @throws TypeError
 */
export function requireNamedPort(target: ListenTarget): void {
  if ('path' in target || target.port !== 0 || clusterWorker() === null) return;
  throw new TypeError("port: must not be 0 in a worker of node:cluster with overload 'stopAccepting'");
}
