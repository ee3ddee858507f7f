import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';

import type { ChartActor } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import type { ConnectionCounts, DrainOptions, DrainReport } from '../../server/index.js';
import { ServerLife, type ServerPhase } from '../../server/life.js';
import { stopListening, systemClock, type Clock } from '../../transport/index.js';
import { clientError } from './client-errors.js';
import type { NodeSocket } from './node-socket.js';
import { SupervisedSession } from './supervised-session.js';

/** What can be supervised: any server of node:http or node:https, and so those of Express, Fastify and others. */
export type SupervisedServer = Server | SecureServer;

/** How a server is supervised. */
export interface SupervisionOptions {
  /** Where time comes from; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

const supervisors = new WeakMap<object, Supervisor>();

/**
 * Gives every connection of a node:http or node:https server a session, the server a drain, and both a life that can be
 * seen; parser and handlers stay what they are. Call it before the server has connections: those that are there already
 * are not known. Called again for the same server, it gives the same supervisor.
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

/** Whoever supervises a server. Made by `supervise`. */
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
     * Events are seen on their way to the listeners, not by listeners: node:http does other things where somebody listens
     * for `clientError`, `upgrade`, `connect` or `checkContinue`, and the server is to behave as if nobody was watching.
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

  /** The live sessions, those included whose socket was handed over and is still open. */
  get sessions(): ReadonlySet<SupervisedSession> {
    return this.#life.registry.live;
  }

  /** The session of a socket, or of a request or response on it; `undefined` when it is not known. */
  sessionOf(of: object): SupervisedSession | undefined {
    const { socket } = of as { socket?: object | null };
    return this.#sessions.get(of) ?? this.#sessions.get(socket ?? of);
  }

  /** How many connections are in which state. */
  counts(): ConnectionCounts {
    return this.#life.registry.counts();
  }

  /** Connections that are live now. POCO: `currentConnections`. */
  get currentConnections(): number {
    return this.#life.registry.live.size;
  }

  /** Connections so far. POCO: `totalConnections`. */
  get totalConnections(): number {
    return this.#life.registry.total;
  }

  /** The most connections that were live at the same time. POCO: `maxConcurrentConnections`. */
  get maxConcurrentConnections(): number {
    return this.#life.registry.maxConcurrent;
  }

  /** Connections that `server.maxConnections` has kept out. POCO: `refusedConnections`. */
  get refusedConnections(): number {
    return this.#life.registry.refused;
  }

  /**
   * Closes the port and lets every connection finish, so that no request is lost; see `HTTPServer.drain`. Whoever has
   * taken a socket by `upgrade` or `connect` finds its signal at `sessionOf(socket).drainSignal`.
   *
   * @throws TypeError, RangeError for a malformed time; nothing has changed then.
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

  /** Sees nothing of the server any more; sessions that are live stay so until their sockets close. */
  release(): void {
    supervisors.delete(this.#server);
    // Somebody else may see the events by the same means, and hold on to ours.
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
        // Of a TLS server this is a handshake that has not begun.
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
