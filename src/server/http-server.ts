import type { Duplex } from 'node:stream';

import type { ChartActor } from '../chart/index.js';
import { describeValue } from '../errors/index.js';
import { checkSocket } from '../session/core/attaching.js';
import type { RequestHandler } from '../session/index.js';
import { HTTPServerSession } from '../session/server/http-server-session.js';
import {
  requireNamedPort,
  systemClock,
  Transport,
  type Clock,
  type ConnectionAddresses,
  type Handshake,
  type ListenTarget,
  type SocketAddress,
} from '../transport/index.js';
import { Admission } from './admission.js';
import type { ConnectionCounts, ConnectionRegistry } from './registry.js';
import type { DrainOptions, DrainReport } from './drain-report.js';
import { ServerOutputBudget } from './budget.js';
import { Refusals } from './refusals.js';
import { reportHandshake, reportOverload } from './unserved.js';
import { ServerLife, type ServerPhase } from './life.js';
import { serverSettings } from '../session/server/server-settings.js';
import { SERVER_PARAMS, serverLimits, type CheckedLimits, type HTTPServerParams } from './params.js';
import { listenTarget } from './listen-target.js';
import { Port } from './port.js';

/**
 * An HTTP server: accepts connections and serves each as a session.
 *
 * Its state is that of the server chart: idle, listening, draining, stopped. A stopped server may listen again.
 * POCO: `HTTPServer`.
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
  readonly #clock: Clock;
  readonly #life: ServerLife<HTTPServerSession>;
  readonly #registry: ConnectionRegistry<HTTPServerSession>;
  readonly #admission: Admission<HTTPServerSession>;
  readonly #budget: ServerOutputBudget;
  readonly #refusals: Refusals;
  readonly #port: Port;
  #failedHandshakes = 0;

  /** @throws TypeError, RangeError for malformed parameters. */
  constructor(handler: RequestHandler, params: HTTPServerParams = {}) {
    if (typeof handler !== 'function') {
      throw new TypeError(`new HTTPServer(): the handler must be a function (got ${describeValue(handler)})`);
    }
    // Malformed parameters fail here, not with the first connection.
    serverSettings(params, SERVER_PARAMS);
    this.#limits = serverLimits(params);
    this.#handler = handler;
    this.#params = params;
    this.#clock = params.clock ?? systemClock;
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
          this.#checkRoom();
        },
      },
      this.#clock,
    );
    this.#port = new Port(this.#life, {
      accepted: (transport, handshake) => {
        if (handshake !== null) this.#forgetHandshake(handshake);
        this.accept(transport);
        this.#checkRoom();
      },
      handshakeBegan: (handshake) => this.#admitHandshake(handshake),
      handshakeEnded: (handshake, error) => {
        this.#forgetHandshake(handshake);
        if (error !== null) this.#handshakeFailed(handshake, error);
        this.#checkRoom();
        this.#life.handshakesChanged();
      },
    });
    this.#registry = this.#life.registry;
    this.#admission = new Admission(this.#limits, this.#registry);
    this.#budget = new ServerOutputBudget(this.#limits.maxServerQueuedOutput);
    this.#refusals = new Refusals(this.#clock);
  }

  // ---- state and counters ---------------------------------------------------------------------------------------------

  /** The state of the server: `idle`, `listening`, `draining` or `stopped`. */
  get state(): ServerPhase {
    return this.#life.state;
  }

  /** Whether the state of the server has a tag. @internal */
  is(tag: Parameters<ServerLife['is']>[0]): boolean {
    return this.#life.is(tag);
  }

  /** Whether as many connections are live as `maxConnections` allows, so that further ones are shed. */
  get overloaded(): boolean {
    return this.#admission.isFull;
  }

  /** The XState actor of the server. Treat it as read-only. */
  get actor(): ChartActor {
    return this.#life.actor;
  }

  /** The live sessions, including those whose socket was handed over and is still open. */
  get sessions(): ReadonlySet<HTTPServerSession> {
    return this.#registry.live;
  }

  /** Counts the connections by state and by what they are doing, and the TLS handshakes in progress. */
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

  /** Connections that were refused because there was no room. POCO: `refusedConnections`. */
  get refusedConnections(): number {
    return this.#registry.refused;
  }

  /** TLS handshakes that failed, so that no connection came of them. The error channel has their reasons. */
  get failedHandshakes(): number {
    return this.#failedHandshakes;
  }

  /** Bytes of output that are queued for slow peers. */
  get queuedOutput(): number {
    return this.#budget.total;
  }

  /**
   * The address that the server listens on; a path for Unix domain sockets, `null` when it does not listen. While a full
   * server has its port closed, the address that it will open again. POCO: `port`.
   */
  get address(): SocketAddress | string | null {
    return this.#port.address;
  }

  // ---- connections ---------------------------------------------------------------------------------------------------

  /**
   * Listens on a TCP port (0 picks a free one, the host is the loopback by default) or a Unix domain socket; resolves with
   * the address. With `tls`, connections use TLS; ALPN offers the protocols in `tls.alpn`, `http/1.1` and `http/1.0`.
   * `listen(8080)` and `listen(8080, host)` are short forms. A Unix socket that a crash has left behind is taken over.
   * POCO: `start`.
   *
   * @throws TypeError, RangeError for a malformed target; InvalidStateError when listening already; AbortedError when stopped meanwhile; the system's error for an
   * address that cannot be used; the error of TLS for malformed options; TypeError for port 0 in a worker of node:cluster
   * with `overload: 'stopAccepting'`.
   */
  async listen(target: ListenTarget | number = { port: 0 }, host?: string): Promise<SocketAddress> {
    const checked = listenTarget(target, host);
    if (this.#limits.overload === 'stopAccepting') requireNamedPort(checked);
    return await this.#port.listen(checked);
  }

  /**
   * Serves the connections of a server of node:net or node:tls, listening or not; a drain closes that server. You can
   * attach several, also beside `listen()`.
   *
   * @throws TypeError when that server has a `connection` listener; InvalidStateError while draining.
   */
  attach(server: Parameters<Port['attach']>[0]): void {
    this.#port.attach(server);
  }

  /** Serves the connections of a server that prepares its sockets itself: without delay, and read by nothing else. @internal */
  attachPrepared(server: Parameters<Port['attach']>[0]): void {
    this.#port.attach(server, true);
  }

  /**
   * Serves a connection as if this server had accepted it: within its caps, and not when it is stopped.
   *
   * @param addresses - replace the socket's own; for connections behind a proxy.
   * @returns the session, or `null` when the connection was refused.
   * @throws TypeError for what is not a duplex stream of bytes.
   */
  accept(connection: Duplex | Transport, addresses?: ConnectionAddresses): HTTPServerSession | null {
    const transport =
      connection instanceof Transport ? connection : new Transport(checkSocket('accept()', connection));
    if (addresses !== undefined) transport.overrideAddresses(addresses);
    if (!this.#life.is('serving')) {
      transport.destroy();
      return null;
    }
    const address = this.#admission.countsAddresses ? transport.remoteAddress?.address : undefined;
    if (!this.#admission.makesRoomFor(address)) {
      this.#refuse(transport);
      return null;
    }
    const session = this.serve(transport);
    this.#admission.admit(session, address);
    this.#checkRoom();
    return session;
  }

  #refuse(transport: Transport): void {
    const { remoteAddress } = transport;
    this.#registry.countRefused();
    const isAnswered = this.#refusals.refuse(transport);
    reportOverload(remoteAddress, isAnswered ? this.#clock.wallTime() : null);
  }

  /** A connection counts from the start of its TLS handshake. Beyond the caps it is closed: 503 would need a handshake. */
  #admitHandshake(handshake: Handshake): boolean {
    const address = handshake.remote?.address;
    if (!this.#life.is('serving')) return false;
    if (!this.#admission.makesRoomFor(address)) {
      this.#registry.countRefused();
      reportOverload(handshake.remote, null);
      return false;
    }
    this.#registry.handshakes.add(handshake);
    this.#admission.admit(handshake, address);
    this.#checkRoom();
    return true;
  }

  #forgetHandshake(handshake: Handshake): void {
    this.#registry.handshakes.delete(handshake);
    this.#admission.release(handshake);
  }

  #handshakeFailed(handshake: Handshake, cause: Error): void {
    this.#failedHandshakes++;
    reportHandshake(cause, handshake.remote);
  }

  /** Tells the chart whether there is room for another connection, if that has changed. */
  #checkRoom(): void {
    const { isFull } = this.#admission;
    if (isFull !== this.#life.is('full') && this.#life.is('listening')) {
      this.#life.send(isFull ? 'server.full' : 'server.free');
    }
  }

  /** Serves a connection as a session of this server, regardless of its caps. */
  serve(connection: Transport | ConstructorParameters<typeof HTTPServerSession>[0]): HTTPServerSession {
    const session = new HTTPServerSession(null, this.#params);
    session.role.register = this.#registry;
    session.core.outputBudget = this.#budget;
    if (connection !== undefined && connection !== null) session.attach(connection);
    // Without a connection there is nothing to register, and serve() throws.
    if (session.connected()) this.#registry.add(session);
    session.serve(this.#handler);
    this.#life.joined(session);
    return session;
  }

  // ---- the end -------------------------------------------------------------------------------------------------------

  /**
   * Stops accepting and lets every session finish, so that no request is lost. Connections without a request are read for
   * a grace period, because one may be on its way, and then closed. Active ones respond with `Connection: close`. New
   * owners of sockets that were handed over get a signal. Resolves with a report when the last connection is gone.
   *
   * A second call during a drain joins it; its options are ignored. POCO: `stop`.
   *
   * The process stays alive until then.
   *
   * @throws TypeError, RangeError for a malformed option, or a deadline before the end of the grace; nothing has changed
   * then.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#life.drain(options);
  }

  /**
   * Aborts when a drain asks the connections to end, or when the server stops: for your own background work. A server
   * that listens again has a new one. For one request see `HTTPServerRequest.drainSignal`.
   */
  get drainSignal(): AbortSignal {
    return this.#life.drainSignal;
  }

  /** Stops at once: aborts what is in progress. POCO: `stopAll(true)`. */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }
}
