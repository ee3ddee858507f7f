import type { Duplex } from 'node:stream';

import { callListener, reportFault } from '../../diagnostics.js';
import {
  AbortedError,
  InvalidStateError,
  RemoteProtocolError,
  type HTTPSessionError,
} from '../../errors/index.js';
import { checkSocket } from '../../session/index.js';
import {
  Transport,
  type Handshake,
  type ListenTarget,
  type SocketAddress,
  type ConnectionAddresses,
} from '../../transport/index.js';
import { ServerLife, type ServerPhase } from '../life.js';
import { listenTarget } from '../listen-target.js';
import { Port } from '../port.js';
import { handshakeFailure, reportUnserved } from '../unserved.js';
import { deliver, type RoutedProtocol } from './route.js';
import {
  demultiplexerSettings,
  type DemultiplexerSettings,
  type PortDemultiplexerOptions,
} from './options.js';
import { Recognition, type RecognitionOwner } from './recognition.js';

/** A source of connections: a `net.Server`. */
export interface ConnectionSource {
  /** Subscribes to connections. */
  on(event: 'connection', listener: (socket: Duplex) => void): unknown;
  /** Unsubscribes. */
  off(event: 'connection', listener: (socket: Duplex) => void): unknown;
}

/**
 * Serves several protocols at one port. It examines the first bytes of each connection and hands it, with every byte, to
 * the server or function that its protocol is routed to. It removes PROXY protocol headers, version 1 and 2, of trusted
 * peers and passes their addresses on.
 *
 * Connections come from its own port (`listen`), from a `net.Server` (`attach`), or one by one (`accept`). An error of a
 * peer that is not recognised yet never reaches your process.
 *
 * @example
 * ```ts
 * const demultiplexer = new PortDemultiplexer({
 *   http: server,
 *   fallback: (socket) => void socket.end('not HTTP'),
 * });
 * await demultiplexer.listen({ port: 8080 });
 * ```
 */
export class PortDemultiplexer implements AsyncDisposable {
  readonly #settings: DemultiplexerSettings;
  readonly #owner: RecognitionOwner;
  readonly #life: ServerLife;
  readonly #port: Port;
  readonly #pending = new Set<Recognition>();
  readonly #handshakes = new Set<Handshake>();
  readonly #sources = new Set<ConnectionSource>();
  #refused = 0;

  /** @throws TypeError, RangeError for malformed options. */
  constructor(options: PortDemultiplexerOptions) {
    this.#settings = demultiplexerSettings(options);
    this.#owner = {
      ...this.#settings,
      recognised: (recognition, protocol) => {
        this.#route(recognition, protocol);
      },
      refused: (recognition, error) => {
        this.#refuse(recognition, error);
      },
      left: (recognition) => {
        this.#close(recognition);
      },
    };
    // Connections that are not recognised yet are no sessions, and there is nothing to drain.
    this.#life = new ServerLife(
      {
        stopAccepting: () => this.#port.close(),
        abandon: () => {
          this.#port.abandon();
        },
        abortPending: () => {
          this.#abortPending();
        },
      },
      this.#settings.clock,
    );
    this.#port = new Port(this.#life, {
      accepted: (transport, handshake) => {
        if (handshake !== null) this.#handshakes.delete(handshake);
        this.accept(transport);
      },
      handshakeBegan: (handshake) => {
        if (this.#isFull) this.#report(tooManyPending(), handshake);
        else this.#handshakes.add(handshake);
        return this.#handshakes.has(handshake);
      },
      handshakeEnded: (handshake, error) => {
        this.#handshakes.delete(handshake);
        if (error !== null) this.#report(handshakeFailure(error), handshake);
      },
    });
  }

  /** `idle`, `listening` or `stopped`. */
  get state(): ServerPhase {
    return this.#life.state;
  }

  /** The address that it listens on; a path for Unix domain sockets, `null` when it does not listen. */
  get address(): SocketAddress | string | null {
    return this.#port.address;
  }

  /** How many connections are not recognised yet, or in the TLS handshake of its own port. */
  get pendingConnections(): number {
    return this.#pending.size + this.#handshakes.size;
  }

  get #isFull(): boolean {
    const { maxPending } = this.#settings;
    return maxPending > 0 && this.pendingConnections >= maxPending;
  }

  /**
   * How many connections were refused: for their protocol, their PROXY header or their TLS handshake, because they took
   * too long, or because there were `maxPending` others.
   */
  get refusedConnections(): number {
    return this.#refused;
  }

  /**
   * Listens on a TCP port (0 picks a free one, the host is the loopback by default) or a Unix domain socket; resolves with the
   * address.
   *
   * @throws InvalidStateError when listening already; AbortedError when closed meanwhile; the system's error when the
   * address cannot be used.
   */
  async listen(target: ListenTarget | number = { port: 0 }, host?: string): Promise<SocketAddress> {
    return await this.#port.listen(listenTarget(target, host));
  }

  /**
   * Takes the connections of your own server, until `close`. The server must have no other `connection` listener that reads
   * them, and must not be one of the routes.
   *
   * @throws InvalidStateError when stopped; TypeError for one of the routes.
   */
  attach(source: ConnectionSource): void {
    if (!this.#life.is('serving')) throw new InvalidStateError('attach()', this.state);
    if (Object.values(this.#settings.routes).includes(source as never)) {
      throw new TypeError('attach(): the server is one of the routes');
    }
    if (this.#sources.has(source)) return;
    this.#sources.add(source);
    source.on('connection', this.#acceptFromSource);
  }

  readonly #acceptFromSource = (socket: Duplex): void => {
    try {
      this.accept(socket);
    } catch (error) {
      reportFault('implementation', error);
      socket.destroy();
    }
  };

  /**
   * Recognises a connection and hands it on. Any `Duplex` works, including one behind TLS termination.
   *
   * @param addresses - replace the socket's own, also when deciding whether the peer is trusted.
   * @returns whether the connection was taken; a demultiplexer that is stopped, or has `maxPending` others, destroys it.
   * @throws TypeError for a socket that does not yield bytes.
   */
  accept(connection: Duplex | Transport, addresses?: ConnectionAddresses): boolean {
    const transport =
      connection instanceof Transport ? connection : new Transport(checkSocket('accept()', connection));
    if (!this.#life.is('serving')) {
      transport.destroy();
      return false;
    }
    if (this.#isFull) {
      const ends = { local: transport.localAddress, remote: transport.remoteAddress, ...addresses };
      transport.destroy();
      this.#report(tooManyPending(), ends);
      return false;
    }
    const recognition = new Recognition(this.#owner, transport, addresses);
    recognition.begin();
    this.#pending.add(recognition);
    return true;
  }

  /**
   * Stops accepting and closes the connections that are not recognised yet; the others belong to their routes. Resolves
   * when the port is free. You may listen again afterwards.
   */
  async close(): Promise<void> {
    await this.#life.stop();
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #route(recognition: Recognition, protocol: RoutedProtocol): void {
    const { routes } = this.#settings;
    const route = routes[protocol] ?? routes.unknown;
    if (route === undefined) {
      this.#refuse(recognition, notServed(protocol));
      return;
    }
    this.#forget(recognition);
    const { socket } = recognition.transport.release(recognition.unread);
    deliver(route, socket, protocol, recognition);
  }

  #refuse(recognition: Recognition, error: HTTPSessionError): void {
    const { addresses } = recognition;
    this.#close(recognition);
    this.#report(error, addresses);
  }

  #report(error: HTTPSessionError, addresses: ConnectionAddresses): void {
    this.#refused++;
    reportUnserved(error, addresses.remote);
    const { onRefused } = this.#settings;
    if (onRefused !== undefined) callListener(onRefused, [error, addresses]);
  }

  #close(recognition: Recognition): void {
    this.#forget(recognition);
    recognition.transport.close(this.#settings.clock);
  }

  #forget(recognition: Recognition): void {
    this.#pending.delete(recognition);
    recognition.end();
  }

  #abortPending(): void {
    for (const source of this.#sources) source.off('connection', this.#acceptFromSource);
    this.#sources.clear();
    for (const recognition of [...this.#pending]) this.#close(recognition);
  }
}

function tooManyPending(): AbortedError {
  return new AbortedError('the demultiplexer examines as many connections as maxPending allows', {
    code: 'ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS',
  });
}

function notServed(protocol: RoutedProtocol): RemoteProtocolError {
  const text = protocol === 'unknown' ? 'unknown protocol' : `no route for protocol ${protocol}`;
  return new RemoteProtocolError(text, 'ERR_HTTP_SESSION_UNKNOWN_PROTOCOL');
}
