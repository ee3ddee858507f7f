import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';

import type { ChartActor } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import {
  ServerLife,
  type ConnectionCounts,
  type DrainOptions,
  type DrainReport,
  type ServerPhase,
} from '../../server/index.js';
import { stopListening, systemClock, type Clock } from '../../transport/index.js';
import { SupervisedSession, clientError } from './supervised-session.js';
import type { NodeSocket } from './supervised-ledger.js';

/** What you can supervise: any server of node:http or node:https, and so those of Express, Fastify and others. */
export type SupervisedServer = Server | SecureServer;

/** Options of `supervise`. */
export interface SupervisionOptions {
  /** The source of time; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

const supervisors = new WeakMap<object, Supervisor>();

/**
 * Adds a session to every connection of a node:http or node:https server, and a drain to the server. Both live by charts
 * that you can watch; parser and handlers stay the same. Call it before the server has connections: it does not see
 * existing ones. Called again for the same server, it returns the same supervisor.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 *
 * const server = createServer((request, response) => response.end('Hello'));
 * const supervisor = supervise(server);
 * server.listen(8080);
 * process.once('SIGTERM', () => void supervisor.drain());
 * ```
 */
export function supervise(server: SupervisedServer, options: SupervisionOptions = {}): Supervisor {
  let supervisor = supervisors.get(server);
  if (supervisor === undefined) {
    supervisor = new Supervisor(server, options.clock ?? systemClock);
    supervisors.set(server, supervisor);
  }
  return supervisor;
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/**
 * Watches a server of node:http or node:https. Created by `supervise`.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 *
 * const supervisor = supervise(createServer().listen(8080));
 * console.log(supervisor.state, supervisor.counts().activities.idle);
 * const { finished, aborted } = await supervisor.drain();
 * ```
 */
export class Supervisor implements AsyncDisposable {
  readonly #server: SupervisedServer;
  readonly #clock: Clock;
  readonly #life: ServerLife<SupervisedSession>;
  readonly #sessions = new WeakMap<object, SupervisedSession>();
  readonly #emit: Emit;
  readonly #observe: Emit;

  /** @internal */
  constructor(server: SupervisedServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#life = new ServerLife<SupervisedSession>({ stopAccepting: () => stopListening(server) }, clock);
    if (server.listening) this.#life.send('server.listen');
    /*
     * Events are watched on their way to the listeners, not by listeners: node:http behaves differently if there is a
     * listener for `clientError`, `upgrade`, `connect` or `checkContinue`, and the server must behave as if unwatched.
     */
    this.#emit = server.emit.bind(server) as Emit;
    this.#observe = (event, ...args) => {
      try {
        this.#saw(event, args);
      } catch (error) {
        reportFault('implementation', error);
      }
      return this.#emit(event, ...args);
    };
    server.emit = this.#observe as typeof server.emit;
  }

  /** `idle`, `listening`, `draining` or `stopped`. */
  get state(): ServerPhase {
    return this.#life.state;
  }

  /** The XState actor of the server's chart. Treat it as read-only. */
  get actor(): ChartActor {
    return this.#life.actor;
  }

  /** The live sessions, including those whose socket was handed over and is still open. */
  get sessions(): ReadonlySet<SupervisedSession> {
    return this.#life.registry.live;
  }

  /** The session of a socket, or of a request or response on it; `undefined` if there is none. */
  sessionOf(of: object): SupervisedSession | undefined {
    const { socket } = of as { socket?: object | null };
    return this.#sessions.get(of) ?? this.#sessions.get(socket ?? of);
  }

  /** The number of connections in each state. */
  counts(): ConnectionCounts {
    return this.#life.registry.counts();
  }

  /** The number of live connections. POCO: `currentConnections`. */
  get currentConnections(): number {
    return this.#life.registry.live.size;
  }

  /** The number of connections so far. POCO: `totalConnections`. */
  get totalConnections(): number {
    return this.#life.registry.total;
  }

  /** The most connections that were live at the same time. POCO: `maxConcurrentConnections`. */
  get maxConcurrentConnections(): number {
    return this.#life.registry.maxConcurrent;
  }

  /** The number of connections that `server.maxConnections` has refused. POCO: `refusedConnections`. */
  get refusedConnections(): number {
    return this.#life.registry.refused;
  }

  /**
   * Closes the port and lets every connection finish, so that no request is lost; see `HTTPServer.drain`. For a socket
   * taken by `upgrade` or `connect`, listen to `sessionOf(socket).drainSignal`.
   *
   * @throws TypeError, RangeError for an invalid time. Nothing has changed then.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#life.drain(options);
  }

  /** Closes the port and resets every connection. */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  /** Stops watching the server. Live sessions stay so until their sockets close. */
  release(): void {
    supervisors.delete(this.#server);
    // Other code may have wrapped `emit` as well, and still call ours.
    if ((this.#server.emit as Emit) === this.#observe) Reflect.deleteProperty(this.#server, 'emit');
  }

  #saw(event: string | symbol, args: readonly unknown[]): void {
    if (supervisors.get(this.#server) !== this && supervisors.has(this.#server)) return;
    switch (event) {
      case 'listening':
        if (!this.#life.is('listening')) this.#life.send('server.listen');
        break;
      case 'close':
        if (this.#life.is('listening')) this.#life.send('server.stop');
        break;
      case 'connection':
        // On a TLS server, the handshake has not begun yet.
        if (!('setSecureContext' in this.#server)) this.#connected(args[0] as NodeSocket);
        break;
      case 'secureConnection':
        this.#connected(args[0] as NodeSocket);
        break;
      case 'drop':
        this.#life.registry.countRefused();
        break;
      case 'request':
      case 'checkExpectation':
        this.#requested(args as [IncomingMessage, ServerResponse], false);
        break;
      case 'checkContinue':
        this.#requested(args as [IncomingMessage, ServerResponse], true);
        break;
      case 'upgrade':
      case 'connect':
        this.#handedOver(event, args as [IncomingMessage, NodeSocket]);
        break;
      case 'clientError':
        this.#clientFailed(args as [Error, NodeSocket]);
        break;
      default:
    }
  }

  #connected(socket: NodeSocket): void {
    if (this.#sessions.has(socket)) return;
    const session = new SupervisedSession(this.#life.registry, this.#clock, socket);
    this.#sessions.set(socket, session);
    this.#life.joined(session);
  }

  #requested([request, response]: [IncomingMessage, ServerResponse], expects: boolean): void {
    // A listener of `checkContinue` may pass the request on to those of `request`.
    if (this.#sessions.has(request)) return;
    const session = this.#sessions.get(request.socket);
    if (session === undefined) return;
    this.#sessions.set(request, session);
    session.requestArrived(request, response, expects);
  }

  #handedOver(event: 'upgrade' | 'connect', [request, socket]: [IncomingMessage, NodeSocket]): void {
    if (this.#server.listenerCount(event) === 0) return;
    this.#sessions.get(socket)?.handedOver(request);
  }

  #clientFailed([error, socket]: [Error, NodeSocket]): void {
    this.#sessions.get(socket)?.clientFailed(clientError(error, this.#server.requestTimeout));
  }
}
