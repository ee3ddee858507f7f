import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';

import type { ChartActor } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import {
  ServerLife,
  type ConnectionCounts,
  type DrainOptions,
  type DrainReport,
  type ServerPhase,
} from '../../server/index.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { systemClock, type Clock } from '../../transport/index.js';
import type { Response } from './node-response.js';
import { stopListening } from './stop-listening.js';
import { SupervisedSession, clientError } from './supervised-session.js';
import { ledgerBefore, ledgerOf } from './supervised-implementation.js';
import type { NodeSocket } from './supervised-ledger.js';

/** What you can supervise: any server of node:http or node:https, and so those of Express, Fastify and others. */
export type SupervisedServer = Server | SecureServer;

/** Options of `supervise`. */
export interface SupervisionOptions {
  /** The source of time; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

const KNOWN_OPTIONS = new KnownNames('option of supervise()', ['clock']);

const supervisors = new WeakMap<object, Supervisor>();

/**
 * Adds a session to every connection of a node:http or node:https server, and a drain to the server. Both live by charts
 * that you can watch; parser and handlers stay the same. Call it before the server has connections: it does not see
 * existing ones. Called again for the same server, it returns the same supervisor.
 *
 * @throws TypeError for what is not a server, and for unknown options.
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
  if (!isServer(server)) {
    throw new TypeError(
      `supervise(): not a server of node:http or node:https (got ${describeValue(server)})`,
    );
  }
  checkOptions('supervise()', options, KNOWN_OPTIONS);
  let supervisor = supervisors.get(server);
  if (supervisor === undefined) {
    supervisor = new Supervisor(server, options.clock ?? systemClock);
    supervisors.set(server, supervisor);
  }
  return supervisor;
}

function isServer(value: unknown): value is SupervisedServer {
  const { emit, listen, close } = (value ?? {}) as Partial<Record<string, unknown>>;
  return [emit, listen, close].every((method) => typeof method === 'function');
}

type Emit = (this: unknown, event: string | symbol, ...values: unknown[]) => boolean;

/**
 * Whether node:http publishes the end of each response, also of those that it makes by itself. Bun does not; there the
 * responses of handlers are listened to.
 */
const PUBLISHES_FINISH = process.versions['bun'] === undefined;

const watchFinish = (response: Response): void => {
  response.once('finish', () => ledgerOf(response.req.socket)?.responseFinished(response));
};

/** Notes a request that may take the usual course; `false` for any other, and for what code of the user has emitted. */
function beganAsUsual(response: Partial<Response> | null | undefined): boolean {
  const socket = response?.req?.socket as NodeSocket | null | undefined;
  return !!socket && (ledgerOf(socket)?.beganAsUsual(response as Response) ?? false);
}

const FINISH = 'http.server.response.finish';

interface FinishMessage {
  readonly socket: NodeSocket;
  readonly response: Response;
  readonly server: object;
}

const finishPublished = (message: unknown): void => {
  const { socket, response, server } = message as FinishMessage;
  const ledger = ledgerOf(socket);
  if (ledger === undefined || ledger.finishedAsUsual(response)) return;
  // One that has not been seen before is an answer of node:http itself, unless the supervisor was released.
  if (ledger.knows(response) || supervisors.has(server)) ledger.responseFinished(response);
};

/** Subscribes once for the process, and for good. */
function subscribeToFinish(): void {
  unsubscribe(FINISH, finishPublished);
  subscribe(FINISH, finishPublished);
}

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
  /** The `emit` that the server itself had, if it was not that of its class. */
  readonly #emit: Emit | undefined;
  readonly #observe: Emit;
  /** What is done with an event on its way; `null` once the supervisor was released. Returns whether it is passed on. */
  #saw: ((event: string | symbol, values: readonly unknown[]) => boolean) | null = this.#look;

  /** @internal */
  constructor(server: SupervisedServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#life = new ServerLife<SupervisedSession>({ stopAccepting: () => stopListening(server) }, clock);
    if (server.listening) this.#life.send('server.listen');
    this.#emit = Object.getOwnPropertyDescriptor(server, 'emit')?.value as Emit | undefined;
    /*
     * Events are watched on their way to the listeners, not by listeners: node:http behaves differently if there is a
     * listener for `clientError`, `upgrade`, `connect` or `checkContinue`, and the server must behave as if unwatched.
     * The `emit` of the class is looked up each time, as an instrumentation may replace it at any time.
     */
    const passes = (event: string | symbol, values: readonly unknown[]): boolean =>
      this.#passes(event, values);
    const isUsual = (response: unknown): boolean => this.#saw !== null && beganAsUsual(response as Response);
    const own = this.#emit;
    const behind = Object.getPrototypeOf(server) as { emit: Emit };
    const other: Emit = function (event, ...values) {
      return !passes(event, values) || (own ?? behind.emit).call(this, event, ...values);
    };
    // The engine makes no array of `values` as long as they are only read and spread.
    this.#observe = function (event, ...values) {
      if (event !== 'request' || values.length !== 2 || !isUsual(values[1])) {
        return other.call(this, event, ...values);
      }
      return (own ?? behind.emit).call(this, event, values[0], values[1]);
    };
    server.emit = this.#observe as typeof server.emit;
    if (PUBLISHES_FINISH) subscribeToFinish();
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
    let ledger = ledgerOf(of) ?? ledgerOf(socket ?? of);
    while (ledger !== undefined) {
      const session = ledger.role as SupervisedSession;
      if (session.isOf(this.#life)) return session;
      ledger = ledgerBefore(ledger);
    }
    return undefined;
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

  /**
   * Stops watching the server, also where other code has wrapped its `emit` since. It sees no further connections and
   * requests; the exchanges in progress are seen to their end, and live sessions stay so until their sockets close.
   */
  release(): void {
    supervisors.delete(this.#server);
    this.#saw = null;
    if ((this.#server.emit as Emit) !== this.#observe) return;
    if (this.#emit === undefined) Reflect.deleteProperty(this.#server, 'emit');
    else this.#server.emit = this.#emit as SupervisedServer['emit'];
  }

  /** Whether an event is passed on to the listeners. */
  #passes(event: string | symbol, values: readonly unknown[]): boolean {
    try {
      return this.#saw?.(event, values) ?? true;
    } catch (error) {
      reportFault('implementation', error);
      return true;
    }
  }

  #look(event: string | symbol, values: readonly unknown[]): boolean {
    switch (event) {
      case 'request':
      case 'checkExpectation':
        return this.#requested(values[1] as Response, false);
      case 'checkContinue':
        return this.#requested(values[1] as Response, true);
      case 'listening':
        if (!this.#life.is('listening')) this.#life.send('server.listen');
        break;
      case 'close':
        if (this.#life.is('listening')) this.#life.send('server.stop');
        break;
      case 'connection':
        // On a TLS server, the handshake has not begun yet.
        if (!('setSecureContext' in this.#server)) this.#connected(values[0] as NodeSocket);
        break;
      case 'secureConnection':
        this.#connected(values[0] as NodeSocket);
        break;
      case 'drop':
        this.#life.registry.countRefused();
        break;
      case 'upgrade':
      case 'connect':
        this.#handedOver(event, values as [IncomingMessage, Duplex]);
        break;
      case 'clientError':
        this.#clientFailed(values as [Error, NodeSocket]);
        break;
      default:
    }
    return true;
  }

  #connected(socket: NodeSocket): void {
    if (this.sessionOf(socket) !== undefined) return;
    this.#life.joined(new SupervisedSession(this.#life, this.#clock, socket));
  }

  /** Answers whether the handler may run. */
  #requested(response: Response, expects: boolean): boolean {
    const ledger = ledgerOf(response.req.socket);
    // A listener of `checkContinue` may pass the request on to those of `request`.
    if (ledger === undefined || ledger.knows(response)) return true;
    if (!ledger.requestArrived(response)) return false;
    if (!PUBLISHES_FINISH) watchFinish(response);
    if (expects) ledger.requestExpects(response);
    return true;
  }

  #handedOver(event: 'upgrade' | 'connect', [request, stream]: [IncomingMessage, Duplex]): void {
    if (this.#server.listenerCount(event) === 0) return;
    const session = this.sessionOf(request.socket);
    session?.handedOver(request, stream);
  }

  #clientFailed([error, socket]: [Error, NodeSocket]): void {
    this.sessionOf(socket)?.clientFailed(clientError(error, this.#server.requestTimeout));
  }
}
