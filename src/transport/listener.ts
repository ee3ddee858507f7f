import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type * as NodeTls from 'node:tls';

import { TIMEOUTS } from '../constants.js';
import { callListener } from '../diagnostics.js';
import type { SocketAddress } from './addresses.js';
import { clusterWorker, net, nodeTls } from './node-modules.js';
import { shareReading } from './shared-reading.js';
import { Transport } from './transport.js';

/** Takes a connection for whose protocol the two sides have agreed by ALPN. */
export type ProtocolRoute = (socket: NodeTls.TLSSocket) => void;

/** Options of a listener that protects its connections: those of `tls.createServer`, and where protocols go. */
export interface TLSListenOptions extends NodeTls.TlsOptions {
  /**
   * Who takes the connections of other protocols, by their ALPN names: `{ h2: (socket) => http2Server.emit(...) }`. They
   * are offered to clients in front of `http/1.1` unless `ALPNProtocols` says otherwise.
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

/** What happens to a listener. */
export interface ListenerObserver {
  /** A connection was accepted; over TLS, the handshake is complete. */
  accepted(transport: Transport): void;
  /** The listener broke down after it had been listening. */
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
  /** Sockets in their handshake: nobody else knows of them. */
  readonly #handshaking = new Set<Duplex>();
  /** Where to come back to after a pause; `null` for adopted servers, and once it is closed. */
  #target: ListenTarget | null = null;
  #pausedAddress: SocketAddress | string | null = null;
  #isPaused = false;
  #isOpening = false;

  private constructor(
    server: Server,
    observer: ListenerObserver,
    isSecure: boolean,
    isAdopted: boolean,
    routes?: Readonly<Record<string, ProtocolRoute>>,
  ) {
    this.#server = server;
    this.#observer = observer;
    this.#accepts = isSecure ? 'secureConnection' : 'connection';
    this.#sharesReading = !isSecure && !isAdopted;
    this.#accepted = (socket) => {
      this.#route(socket, routes);
    };
    server.on(this.#accepts, this.#accepted);
    if (isSecure) this.#watchHandshakes();
  }

  /**
   * Listens. Accepted sockets have no-delay set, stay open after the peer's FIN, and are not read before they are
   * watched.
   */
  static async open(target: ListenTarget, observer: ListenerObserver): Promise<Listener> {
    const { tls } = target;
    const server = tls === undefined ? net.createServer(SOCKETS) : createSecureServer(tls);
    const listener = new Listener(server, observer, tls !== undefined, false, tls?.alpn);
    await listener.#listen(target);
    server.on('error', (error) => {
      observer.failed(error);
    });
    const { address } = listener;
    // A free port that was picked is the one to come back to, and so is the address that a name stood for.
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
   * @throws TypeError when somebody takes its connections already.
   */
  static adopt(server: Server, observer: ListenerObserver): Listener {
    const isSecure = server instanceof nodeTls().Server;
    if (server.listenerCount(isSecure ? 'secureConnection' : 'connection') > 0) {
      throw new TypeError('somebody takes the connections of that server already');
    }
    return new Listener(server, observer, isSecure, true);
  }

  #route(socket: Socket, routes: Readonly<Record<string, ProtocolRoute>> | undefined): void {
    this.#handshaking.delete((socket as { _parent?: Duplex })._parent ?? socket);
    const { alpnProtocol } = socket as Partial<NodeTls.TLSSocket>;
    const route = typeof alpnProtocol === 'string' ? routes?.[alpnProtocol] : undefined;
    if (route !== undefined) callListener(route, [socket as NodeTls.TLSSocket]);
    else {
      if (this.#sharesReading) shareReading(socket);
      socket.setNoDelay(true);
      this.#observer.accepted(new Transport(socket));
    }
  }

  #watchHandshakes(): void {
    this.#server.on('connection', (socket: Socket) => {
      this.#handshaking.add(socket);
      socket.once('close', () => this.#handshaking.delete(socket));
    });
    this.#server.on('tlsClientError', (_error: Error, socket: Duplex) => {
      socket.destroy();
    });
  }

  #listen({ tls: _tls, ...target }: ListenTarget): Promise<void> {
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
   * Where it listens; a path for Unix domain sockets, `null` once it is closed. While it pauses, where it will listen again.
   */
  get address(): SocketAddress | string | null {
    const address = this.#server.address();
    return address === null && this.#target !== null ? this.#pausedAddress : address;
  }

  /** Closes the port until `resume`: who comes meanwhile is turned away by the system. Not for adopted servers. */
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
    // A host is looked up first: what is asked for meanwhile has to wait for that, as a second attempt would fail.
    if (this.#isOpening || this.#server.listening || this.#target === null) return;
    this.#isOpening = true;
    this.#server.listen(this.#target, () => {
      this.#isOpening = false;
      if (this.#isPaused || this.#target === null) this.#server.close();
    });
  }

  /** Stops accepting; connections that were accepted are left alone. Resolves once the port is free. */
  close(): Promise<void> {
    this.#target = null;
    return new Promise((resolve) => {
      // net.Server's own callback waits for every connection; the port is free as soon as the handle is closed.
      if (this.#server.listening) this.#server.close();
      setImmediate(resolve);
    });
  }

  /** Nobody waits any more for connections whose handshake is not complete. */
  abandon(): void {
    this.#server.off(this.#accepts, this.#accepted);
    for (const socket of this.#handshaking) socket.destroy();
  }
}

const SOCKETS = { allowHalfOpen: true, noDelay: true } as const;

function createSecureServer({ alpn, ...options }: TLSListenOptions): Server {
  return nodeTls().createServer({
    ALPNProtocols: [...Object.keys(alpn ?? {}), 'http/1.1'],
    handshakeTimeout: TIMEOUTS.connectTimeout.value,
    ...options,
    ...SOCKETS,
  });
}

/** Closes the port of a server and nothing else: that of node:http would close idle connections as well. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) net.Server.prototype.close.call(server);
    setImmediate(resolve);
  });
}

/**
 * Refuses port 0 to a worker of node:cluster that is to close its port for a while. The primary keeps the port that it
 * picked under the name of 0 for all of its workers, and one that comes back by number finds it taken.
 *
 * @throws TypeError
 */
export function requireNamedPort(target: ListenTarget): void {
  if ('path' in target || target.port !== 0 || clusterWorker() === null) return;
  throw new TypeError("in a worker of node:cluster, overload 'stopAccepting' needs a port other than 0");
}
