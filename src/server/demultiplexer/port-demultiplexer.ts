import type { Duplex } from 'node:stream';

import { SERVER_EVENTS, type ServerEvent } from '../../../machines/server.events.js';
import { serverMachine } from '../../../machines/server.machine.js';
import { Chart, nameOf, startChartActor, type ChartActor, type Implementation } from '../../chart/index.js';
import { callListener, reportFault } from '../../diagnostics.js';
import {
  AbortedError,
  InvalidStateError,
  RemoteProtocolError,
  type HTTPSessionError,
} from '../../errors/index.js';
import {
  Listener,
  Transport,
  type ListenTarget,
  type SocketAddress,
  type ConnectionAddresses,
} from '../../transport/index.js';
import type { ServerPhase } from '../life.js';
import { deliver, type RoutedProtocol } from './route.js';
import {
  demultiplexerSettings,
  type DemultiplexerSettings,
  type PortDemultiplexerOptions,
} from './options.js';
import { Recognition, type RecognitionOwner } from './recognition.js';

/** Something that tells of connections: a `net.Server`. */
export interface ConnectionSource {
  /** Subscribes to connections. */
  on(event: 'connection', listener: (socket: Duplex) => void): unknown;
  /** Unsubscribes. */
  off(event: 'connection', listener: (socket: Duplex) => void): unknown;
}

const LOOPBACK = '127.0.0.1';

/** A demultiplexer lives as a server does; its sessions are the connections that it has not recognised yet. */
const chart = new Chart(serverMachine, SERVER_EVENTS);

const implementation: Implementation<PortDemultiplexer, ServerEvent> = {
  actions: {
    stopAccepting: (demultiplexer) => {
      demultiplexer.stopAccepting();
    },
    abortSessions: (demultiplexer) => {
      demultiplexer.closePending();
    },
  },
  services: {},
  transitioned: () => undefined,
  failed: (_demultiplexer, error) => {
    reportFault('implementation', error);
  },
};

/**
 * One port for several protocols: looks at the first bytes of each connection and hands it, with every byte, to the
 * server or function that its protocol is routed to. PROXY protocol headers, version 1 and 2, are taken off and
 * their addresses handed on, if they come from a peer that is trusted.
 *
 * Connections come from its own port (`listen`), from a `net.Server` (`attach`), or one by one (`accept`). Nothing that
 * a peer does while it is looked at reaches the process.
 */
export class PortDemultiplexer implements AsyncDisposable {
  readonly #settings: DemultiplexerSettings;
  readonly #owner: RecognitionOwner;
  readonly #actor: ChartActor;
  readonly #pending = new Set<Recognition>();
  readonly #sources = new Set<ConnectionSource>();
  #listener: Listener | null = null;
  /** Counts attempts to listen, and their ends: what an earlier one brings about is of no interest any more. */
  #attempt = 0;
  #listenerClosed: Promise<void> = Promise.resolve();
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
    this.#actor = startChartActor(chart, implementation, this);
  }

  /** `idle`, `listening` or `stopped`. */
  get state(): ServerPhase {
    return nameOf(this.#actor.getSnapshot() as never).replace(/\..*/, '') as ServerPhase;
  }

  /** Where it listens; a path for Unix domain sockets, `null` when it does not. */
  get address(): SocketAddress | string | null {
    return this.#listener?.address ?? null;
  }

  /** How many connections are being looked at. */
  get pendingConnections(): number {
    return this.#pending.size;
  }

  /** How many connections were refused so far: by their protocol, by their PROXY header, or because they took too long. */
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
  async listen(target: ListenTarget = { port: 0 }): Promise<SocketAddress> {
    if (!chart.permits(this.#actor.getSnapshot() as never, 'server.listen')) {
      throw new InvalidStateError('listen()', this.state);
    }
    this.#send('server.listen');
    const attempt = ++this.#attempt;
    const listener = await this.#open(target, attempt);
    if (attempt !== this.#attempt) {
      await listener.close();
      throw new AbortedError('the demultiplexer was closed while the port was being opened');
    }
    this.#listener = listener;
    const { address } = listener;
    return typeof address === 'object' && address !== null
      ? address
      : { address: address ?? '', family: 'unix', port: 0 };
  }

  async #open(target: ListenTarget, attempt: number): Promise<Listener> {
    const failed = (): void => {
      if (attempt === this.#attempt) this.#send('listener.failed');
    };
    try {
      return await Listener.open('path' in target ? target : { ...target, host: target.host ?? LOOPBACK }, {
        accepted: (transport) => {
          this.accept(transport);
        },
        failed: (error) => {
          reportFault('implementation', error);
          failed();
        },
      });
    } catch (error) {
      failed();
      throw error;
    }
  }

  /**
   * Takes the connections of a server that somebody else made, until `close`. Nobody else may read them: the server must
   * have no listener that does, and be none of the routes.
   *
   * @throws InvalidStateError when stopped; TypeError for one of the routes.
   */
  attach(source: ConnectionSource): void {
    if (this.state === 'stopped') throw new InvalidStateError('attach()', this.state);
    if (Object.values(this.#settings.routes).includes(source as never)) {
      throw new TypeError('a route must not be a source of connections as well');
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
   * Looks at a connection and hands it on. Any `Duplex` will do, one that TLS was taken off included.
   *
   * @param addresses - hold instead of the socket's own, also for the question of whom to trust.
   * @returns whether it was taken; a stopped demultiplexer destroys it
   * @throws TypeError for a socket that does not yield bytes
   */
  accept(connection: Duplex | Transport, addresses?: ConnectionAddresses): boolean {
    const transport = connection instanceof Transport ? connection : new Transport(connection);
    if (this.state === 'stopped') {
      transport.destroy();
      return false;
    }
    const recognition = new Recognition(this.#owner, transport, addresses);
    recognition.begin();
    this.#pending.add(recognition);
    return true;
  }

  /**
   * Stops accepting and closes the connections that are still being looked at; those that were handed on belong to their
   * routes. Resolves when the port is free. It may listen again afterwards.
   */
  async close(): Promise<void> {
    this.#send('server.stop');
    await this.#listenerClosed;
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #send(type: ServerEvent['type']): void {
    this.#actor.send({ type });
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
    this.#refused++;
    this.#close(recognition);
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

  /** @internal */
  stopAccepting(): void {
    this.#attempt++;
    if (this.#listener === null) return;
    this.#listenerClosed = this.#listener.close();
    this.#listener = null;
  }

  /** @internal */
  closePending(): void {
    for (const source of this.#sources) source.off('connection', this.#acceptFromSource);
    this.#sources.clear();
    for (const recognition of [...this.#pending]) this.#close(recognition);
  }
}

function notServed(protocol: RoutedProtocol): RemoteProtocolError {
  const what = protocol === 'unknown' ? 'what the peer speaks' : `the protocol ${protocol}`;
  return new RemoteProtocolError(`nothing here serves ${what}`, 'ERR_HTTP_SESSION_UNKNOWN_PROTOCOL');
}
