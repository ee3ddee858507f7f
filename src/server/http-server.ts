import type { Duplex } from 'node:stream';

import type { ChartActor } from '../chart/index.js';
import { HTTPServerSession, type RequestHandler } from '../session/index.js';
import {
  requireNamedPort,
  systemClock,
  Transport,
  type Clock,
  type ConnectionAddresses,
  type ListenTarget,
  type SocketAddress,
} from '../transport/index.js';
import { Admission } from './admission.js';
import type { ConnectionCounts, ConnectionRegistry } from './registry.js';
import type { DrainOptions, DrainReport } from './drain-report.js';
import { ServerOutputBudget } from './budget.js';
import { Refusals } from './refusals.js';
import { ServerLife, type ServerPhase } from './life.js';
import { serverLimits, type CheckedLimits, type HTTPServerParams } from './params.js';
import { Port } from './port.js';

/**
 * A server: accepts connections and serves each as a session. POCO: `HTTPServer`.
 *
 * Its life is the server chart: idle, listening, draining, stopped; a stopped server may listen again.
 *
 * @example
 * ```ts
 * const server = new HTTPServer((request, response) => response.end(`Hello ${request.path}`));
 * await server.listen({ port: 8080 });
 * process.once('SIGTERM', () => void server.drain());
 * ```
 */
export class HTTPServer implements AsyncDisposable {
  readonly #handler: RequestHandler;
  readonly #params: HTTPServerParams;
  readonly #limits: CheckedLimits;
  readonly #life: ServerLife<HTTPServerSession>;
  readonly #registry: ConnectionRegistry<HTTPServerSession>;
  readonly #admission: Admission<HTTPServerSession>;
  readonly #budget: ServerOutputBudget;
  readonly #refusals: Refusals;
  readonly #port: Port;

  /** @throws TypeError, RangeError for malformed parameters. */
  constructor(handler: RequestHandler, params: HTTPServerParams = {}) {
    if (typeof handler !== 'function') throw new TypeError('a server needs a handler function');
    // Malformed parameters are to fail here, not with the first connection.
    new HTTPServerSession(null, params).dispose();
    this.#limits = serverLimits(params);
    this.#handler = handler;
    this.#params = params;
    const clock: Clock = params.clock ?? systemClock;
    this.#life = new ServerLife<HTTPServerSession>(
      {
        stopAccepting: () => this.#port.close(),
        pauseAccepting: () => {
          if (this.#limits.overload === 'stopAccepting') this.#port.pause();
        },
        resumeAccepting: () => {
          if (this.#limits.overload === 'stopAccepting') this.#port.resume();
        },
        abandon: () => {
          this.#refusals.abandon();
          this.#port.abandon();
        },
        connectionGone: (session) => {
          this.#admission.release(session);
          if (this.#life.is('full') && !this.#admission.isFull) this.#life.send('server.free');
        },
      },
      clock,
    );
    this.#port = new Port(this.#life, (transport) => {
      this.accept(transport);
    });
    this.#registry = this.#life.registry;
    this.#admission = new Admission(this.#limits, this.#registry);
    this.#budget = new ServerOutputBudget(this.#limits.maxServerQueuedOutput);
    this.#refusals = new Refusals(clock);
  }

  // ---- what it is doing ----------------------------------------------------------------------------------------------

  /** The state of the server: `idle`, `listening`, `draining` or `stopped`. */
  get state(): ServerPhase {
    return this.#life.state;
  }

  /** Whether as many connections are live as there may be, so that what comes now is shed. */
  get overloaded(): boolean {
    return this.#admission.isFull;
  }

  /** The XState actor of the server. Treat it as read-only. */
  get actor(): ChartActor {
    return this.#life.actor;
  }

  /** The live sessions, those included whose socket was handed over and is still open. */
  get sessions(): ReadonlySet<HTTPServerSession> {
    return this.#registry.live;
  }

  /** How many connections are in which state. */
  counts(): ConnectionCounts {
    return this.#registry.counts();
  }

  /** Connections that are live now. POCO: `currentConnections`. */
  get currentConnections(): number {
    return this.#registry.live.size;
  }

  /** Connections so far. POCO: `totalConnections`. */
  get totalConnections(): number {
    return this.#registry.total;
  }

  /** The most connections that were live at the same time. POCO: `maxConcurrentConnections`. */
  get maxConcurrentConnections(): number {
    return this.#registry.maxConcurrent;
  }

  /** Connections that were refused for want of room. POCO: `refusedConnections`. */
  get refusedConnections(): number {
    return this.#registry.refused;
  }

  /** Bytes of output that wait for peers which read slowly. */
  get queuedOutput(): number {
    return this.#budget.total;
  }

  /**
   * Where the server listens; a path for Unix domain sockets, `null` when it does not. A port that is closed for want of
   * room is the one that will be opened again. POCO: `port`.
   */
  get address(): SocketAddress | string | null {
    return this.#port.address;
  }

  // ---- connections ---------------------------------------------------------------------------------------------------

  /**
   * Listens on a TCP port (0 picks a free one) or a Unix domain socket; resolves with the address. With `tls` the
   * connections are protected; ALPN offers `http/1.1`, and other protocols where `tls.alpn` says who takes them.
   * POCO: `start`.
   *
   * @throws InvalidStateError when listening already; AbortedError when stopped meanwhile; the system's error when the
   * address cannot be used, TLS's for malformed options; TypeError for port 0 in a worker of node:cluster where `overload`
   * is 'stopAccepting'.
   */
  async listen(target: ListenTarget = { port: 0 }): Promise<SocketAddress> {
    if (this.#limits.overload === 'stopAccepting') requireNamedPort(target);
    return await this.#port.listen(target);
  }

  /**
   * Serves the connections of a server of node:net or node:tls, which listens already or will; a drain closes that
   * server. Several may be attached, also beside a port of its own.
   *
   * @throws TypeError when somebody takes its connections already; InvalidStateError while draining.
   */
  attach(server: Parameters<Port['attach']>[0]): void {
    this.#port.attach(server);
  }

  /**
   * Takes a connection as if a listener of this server had accepted it: within its caps, and not once it is stopped.
   *
   * @param addresses - the ends of the connection, where a proxy in front knows better than the socket.
   * @returns the session, or `null` when the connection was refused.
   */
  accept(connection: Duplex | Transport, addresses?: ConnectionAddresses): HTTPServerSession | null {
    const transport = connection instanceof Transport ? connection : new Transport(connection);
    if (addresses !== undefined) transport.overrideAddresses(addresses);
    if (!this.#life.is('serving')) {
      transport.destroy();
      return null;
    }
    const limitsAddresses = this.#limits.maxConnectionsPerAddress > 0;
    const address = limitsAddresses ? transport.remoteAddress?.address : undefined;
    if (!this.#admission.makesRoomFor(address)) {
      this.#registry.countRefused();
      this.#refusals.refuse(transport);
      return null;
    }
    const session = this.serve(transport);
    if (limitsAddresses) this.#admission.admit(session, address);
    if (this.#admission.isFull && this.#life.is('listening')) this.#life.send('server.full');
    return session;
  }

  /** Serves a connection as one of this server's sessions, wherever it comes from, beyond all caps. */
  serve(connection: Transport | ConstructorParameters<typeof HTTPServerSession>[0]): HTTPServerSession {
    const session = new HTTPServerSession(null, this.#params);
    session.role.register = this.#registry;
    session.core.outputBudget = this.#budget;
    if (connection !== undefined && connection !== null) session.attach(connection);
    // Without a connection there is nothing to register, and serving fails.
    if (session.connected()) this.#registry.add(session);
    session.serve(this.#handler);
    this.#life.joined(session);
    return session;
  }

  // ---- the end -------------------------------------------------------------------------------------------------------

  /**
   * Stops accepting and lets every session finish, so that no request is lost: connections without one are read for a
   * grace, since one may be on its way, and then closed; active ones answer with `Connection: close`; whoever has taken a
   * socket gets a signal. Resolves with a report when the last one is gone. POCO: `stop`.
   *
   * A drain that is asked for again is the same one, with the times of the first.
   *
   * @throws TypeError, RangeError for a malformed time; nothing has changed then.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#life.drain(options);
  }

  /** Stops at once: what is in progress is aborted. POCO: `stopAll(true)`. */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }
}
