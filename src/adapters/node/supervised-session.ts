import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { guardedActor, lookIfInspected, type ChartActor, type ChartEdge } from '../../chart/index.js';
import {
  RemoteProtocolError,
  TimeoutError,
  type HTTPSessionError,
  type TransitionRecord,
} from '../../errors/index.js';
import type { ServerLife } from '../../server/index.js';
import { loadActors } from '../../session/actors.js';
import {
  EXCHANGE,
  isInState,
  networkError,
  observersOf,
  waitForState,
  type ExchangeState,
  type SessionActivity,
  type SessionEventName,
  type SessionListener,
  type SessionState,
  type SessionStatePath,
} from '../../session/index.js';
import {
  guardErrors,
  localAddressOf,
  remoteAddressOf,
  type Clock,
  type SocketAddress,
} from '../../transport/index.js';
import { attachLedger } from './supervised-implementation.js';
import { SupervisedLedger, type NodeSocket } from './supervised-ledger.js';

/* On the class, as a field of each session would cost memory. */
const KIND = 'server';
const SEND_TIMER = 'sendProgress';

/**
 * A connection of a node:http server, seen as a session: its states, its history, its errors. It owns nothing: parser,
 * bytes and timers are those of node:http.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 *
 * const server = createServer((request, response) => {
 *   const session = supervisor.sessionOf(request);
 *   response.end(`${session?.state}, ${session?.answered} requests answered before`);
 * });
 * const supervisor = supervise(server);
 * ```
 */
export class SupervisedSession {
  /** @internal */
  readonly core: SupervisedLedger;
  readonly #life: ServerLife<SupervisedSession>;

  /** @internal */
  constructor(life: ServerLife<SupervisedSession>, clock: Clock, socket: NodeSocket) {
    this.#life = life;
    this.core = new SupervisedLedger(clock, socket);
    this.core.role = this;
    attachLedger(this.core);
    lookIfInspected(this.core);
    life.registry.add(this);
    this.core.notify({ type: 'socket.attach', transport: { toJSON: () => this.#transportJSON() } });
  }

  /** Whether it belongs to a server. @internal */
  isOf(life: ServerLife<SupervisedSession>): boolean {
    return this.#life === life;
  }

  // ---- what can be seen, as of every session -----------------------------------------------------------------------

  /** The number of this session within the process. */
  get id(): number {
    return this.core.id;
  }

  /** The lifecycle state, dotted: `connected.open`. */
  get state(): SessionState {
    return this.core.state;
  }

  /** Since when the session has been in that state, in milliseconds since the Unix epoch. */
  get since(): number {
    return this.core.since;
  }

  /** When the session last made a transition, of either of its charts, in milliseconds since the Unix epoch. */
  get changedAt(): number {
    this.core.catchUp();
    return this.core.history.lastAt;
  }

  /** The state of the message cycle, dotted; parallel regions are joined by commas. */
  get exchangeState(): ExchangeState {
    this.core.catchUp();
    return this.core.exchangeState;
  }

  /** Whether the session is in a state or in one of its sub-states: `matches('connected')`. */
  matches(state: SessionStatePath): boolean {
    return isInState(this.core, state);
  }

  /** The last transitions, oldest first; 32 at the most. */
  get history(): readonly TransitionRecord[] {
    this.core.catchUp();
    return this.core.history.records();
  }

  /** The XState actor of this session. Treat it as read-only. */
  get actor(): ChartActor {
    loadActors();
    return guardedActor(this.core.actor, this.core.id);
  }

  /** Calls back at every change of state; returns a function that ends it. A throwing listener changes nothing. */
  subscribe(listener: SessionListener): () => void {
    return this.on('transition', listener);
  }

  /** Calls back at every `transition`, or when one of the five states is entered; returns a function that ends it. */
  on(event: SessionEventName, listener: SessionListener): () => void {
    return observersOf(this.core).on(event, listener);
  }

  /** Resolves once the session is in a state or one of its sub-states. @throws AbortedError as of `HTTPSession`. */
  waitFor(
    state: SessionStatePath,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    return waitForState(this.core, state, options);
  }

  /** The socket, even after it was handed over. */
  get socket(): NodeSocket {
    return this.core.socket;
  }

  /** The stored exception: what `clientError` has reported, or how the connection was lost; else `null`. */
  networkException(): HTTPSessionError | null {
    return this.core.exception;
  }

  /** The address of the peer; `null` once the socket no longer knows it. */
  clientAddress(): SocketAddress | null {
    return remoteAddressOf(this.socket) ?? null;
  }

  /** The address of this end; `null` once the socket no longer knows it. */
  serverAddress(): SocketAddress | null {
    return localAddressOf(this.socket) ?? null;
  }

  /** What it is doing. */
  get activity(): SessionActivity {
    const { core } = this;
    if (core.is('detached')) return 'detached';
    if (!core.exchange.tags.has('idle') || core.isReceiving) return 'active';
    return core.requestNumber === 0 ? 'silent' : 'idle';
  }

  /** The number of requests that got a response. */
  get answered(): number {
    return this.core.answered;
  }

  /** Aborts when the server drains: for code that has taken the socket by `upgrade` or `connect`. */
  get drainSignal(): AbortSignal {
    return this.#life.registry.drainSignal(this);
  }

  /** Makes the current response, or the next one, say `Connection: close`. */
  startDraining(): void {
    if (!this.core.is('usable')) return;
    this.core.notify({ type: 'session.drain' });
    this.core.announceClose();
  }

  /** Lets the current exchange finish and no other one begin. An idle connection closes at once. */
  drain(): void {
    this.startDraining();
    if (this.core.is('usable') && this.activity !== 'active') this.core.notify({ type: 'session.close' });
  }

  /** The same at the end of a drain's grace. The timers of a head are those of node:http. @internal */
  finishDraining(): void {
    this.drain();
  }

  /** Resets the connection. */
  abort(): void {
    this.core.notify({ type: 'session.abort' });
  }

  /** The same as `toJSON`, for `console.log`: it shows no content of messages, however deep it looks. */
  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return this.toJSON();
  }

  /** Small, and without any content: safe for logs and inspectors. */
  toJSON(): Record<string, unknown> {
    const { core } = this;
    core.catchUp();
    return {
      id: core.id,
      state: core.state,
      exchange: core.exchange.name,
      requests: core.requestNumber,
      bytesIn: core.socket.bytesRead,
      bytesOut: core.socket.bytesWritten,
      transport: this.#transportJSON(),
      exception: core.exception?.code ?? null,
    };
  }

  #transportJSON(): Record<string, unknown> {
    const kind = 'encrypted' in this.socket ? 'tls' : 'tcp';
    return { kind, local: localAddressOf(this.socket), remote: remoteAddressOf(this.socket) };
  }

  // ---- what the supervisor has seen ----------------------------------------------------------------------------------

  /** The socket goes to a listener of `upgrade` or `connect`. @internal */
  handedOver(request: IncomingMessage, stream: Duplex): void {
    this.core.requestSwitched(request);
    this.core.notify({ type: 'socket.detach' });
    // node:http removes its error listener: until the new owner adds one, a reset would end the process.
    guardErrors(stream);
    // For a request with a body, newer versions of Node.js hand over a stream around the socket.
    if (stream !== this.socket) attachLedger(this.core, stream);
  }

  /** @internal */
  clientFailed(error: HTTPSessionError): void {
    this.core.catchUp();
    this.core.advance(EXCHANGE.exchangeFail);
    this.core.endedBy = isAnswerable(error) ? 'parse' : 'rst';
    const type = isAnswerable(error) ? 'exception.set' : 'socket.failed';
    if (this.core.is('attached')) this.core.notify({ type, exception: error });
  }

  // ---- what the chart tells its role, see SessionRole ----------------------------------------------------------------

  /** @internal */
  get kind(): 'server' {
    return KIND;
  }

  /** @internal */
  get sendTimer(): 'sendProgress' {
    return SEND_TIMER;
  }

  /** @internal */
  transitioned(edge: ChartEdge): void {
    if (edge.target.tags.has('attached')) return;
    this.#life.registry.left(this, edge.target.tags.has('detached') ? this.socket : null);
  }

  /** @internal */
  cameToRest(): void {
    if (!this.core.is('draining') || !this.core.isAtRest) return;
    // Its head had promised to keep the connection before the drain began, so a request may be on its way.
    if (!this.#life.is('reading')) this.core.notify({ type: 'session.close' });
  }

  /** @internal */
  socketLost(): void {
    this.core.forgetExchanges();
  }

  /** @internal */
  isFailure(): boolean {
    return true;
  }

  /** @internal */
  deadlineExpired(): boolean {
    return false;
  }

  /** @internal */
  streamEndedUnread(): void {
    // node:http deals with it.
  }

  /** @internal */
  isHeadSent(): boolean {
    const { tags } = this.core.exchange;
    return !tags.has('idle') && !tags.has('unanswered');
  }

  /** @internal */
  isRequestUnsent(): boolean {
    return false;
  }
}

/** The statuses that node:http responds with, by the code of its parser; 400 for all others. */
const STATUS: Readonly<Record<string, 413 | 431>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** The error of a `clientError` event as one of this package, with the original as its cause. */
export function clientError(error: unknown, requestTimeout: number): HTTPSessionError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return withCause(new TimeoutError('message', requestTimeout), error);
  }
  if (!code.startsWith('HPE_')) return networkError(error);
  return withCause(
    new RemoteProtocolError(message, 'ERR_HTTP_SESSION_REMOTE_PROTOCOL', STATUS[code] ?? 400),
    error,
  );
}

/** Whether node:http can still respond on the socket after this error. */
export function isAnswerable(error: HTTPSessionError): boolean {
  return error instanceof RemoteProtocolError || error instanceof TimeoutError;
}

function withCause<TError extends Error>(error: TError, cause: unknown): TError {
  return Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
}
