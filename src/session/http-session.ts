import type { Duplex } from 'node:stream';

import type { ExchangeState, sessionMachine, SessionState } from '../../machines/index.js';
import { guardedActor, startChartActor, type ChartActor } from '../chart/index.js';
import { HTTP_PORT, HTTPS_PORT, TIMEOUTS } from '../constants.js';
import { HTTPSessionError, type TransitionRecord } from '../errors/index.js';
import type { MessageHeader, ReceiveBuffer } from '../protocol/index.js';
import { systemClock, Transport, type Clock, type SocketAddress } from '../transport/index.js';
import { RawReader, writeRaw, type ReadOptions, type WriteEncoding } from './bytes/raw-bytes.js';
import {
  checkSource,
  checkTimeout,
  resolveAddress,
  type ConnectAddress,
  type SourceAddress,
} from './core/address.js';
import { sessionChart } from './core/charts.js';
import { Connector } from './core/connector.js';
import { startStockActor } from './core/engines.js';
import { detach, sessionImplementation } from './core/implementation.js';
import {
  isInState,
  observersOf,
  waitForState,
  type SessionEventName,
  type SessionListener,
  type SessionStatePath,
} from './core/observers.js';
import { SessionCore, type DetachedSocket } from './core/session-core.js';
import { testify } from './core/testify.js';

/** Options that client and server sessions share. Durations are in milliseconds, 0 means none. */
export interface HTTPSessionOptions {
  /** Whether connections are kept for further requests. @defaultValue true */
  readonly keepAlive?: boolean | undefined;
  /** @defaultValue 30000 */
  readonly connectTimeout?: number | undefined;
  /** @defaultValue 60000 */
  readonly sendTimeout?: number | undefined;
  /** @defaultValue 60000 */
  readonly receiveTimeout?: number | undefined;
  /** Where time comes from; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /**
   * Runs the lifecycle under XState's stock interpreter instead of the interned engine: gets the machine with all
   * actions and services provided and returns a started actor, which may live in a system of your own.
   */
  readonly engine?: ((machine: typeof sessionMachine) => unknown) | undefined;
}

/**
 * One connection over its whole life, at the level of bytes. POCO: `HTTPSession`.
 *
 * The lifecycle is the session chart. A method that changes it is one event of the chart; where the chart has no
 * transition for it, the method throws `InvalidStateError` and nothing changes.
 *
 * @typeParam TData - the type of `sessionData()`
 *
 * @example
 * ```ts
 * session.subscribe(({ from, to }) => console.log(from, '->', to));
 * await session.connect({ host: 'localhost', port: 8080 });
 * console.log(session.state); // connected.open
 * session.close();
 * ```
 */
export abstract class HTTPSession<TData = unknown> implements AsyncDisposable {
  /** The port of `http:` URLs. POCO: `HTTP_PORT`. */
  static readonly HTTP_PORT = HTTP_PORT;
  /** The port of `https:` URLs. */
  static readonly HTTPS_PORT = HTTPS_PORT;

  /** @internal */
  readonly core: SessionCore;
  #connectTimeout: number;
  #data: TData | undefined = undefined;
  #reader: RawReader | null = null;

  /** The subclass sets `core.role` right after. */
  protected constructor(options: HTTPSessionOptions = {}) {
    this.core = new SessionCore(
      options.clock ?? systemClock,
      checkTimeout(options.sendTimeout ?? TIMEOUTS.sendTimeout.value),
      checkTimeout(options.receiveTimeout ?? TIMEOUTS.receiveTimeout.value),
    );
    this.core.keepAlive = options.keepAlive ?? true;
    this.#connectTimeout = checkTimeout(options.connectTimeout ?? TIMEOUTS.connectTimeout.value);
    this.core.actor =
      options.engine === undefined
        ? startChartActor(sessionChart, sessionImplementation, this.core)
        : startStockActor(this.core, options.engine);
  }

  // ---- what can be seen ------------------------------------------------------------------------------------------

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

  /**
   * When the session last made a transition, of its lifecycle or of the message cycle, in milliseconds since the Unix epoch:
   * for one that is idle, since when.
   */
  get changedAt(): number {
    return this.core.history.lastAt;
  }

  /** The state of the message cycle, dotted; parallel regions are joined by commas. */
  get exchangeState(): ExchangeState {
    return this.core.exchangeState;
  }

  /**
   * Whether the session is in a state or in one of its sub-states: `matches('connected')`.
   *
   * @throws TypeError for an unknown state.
   */
  matches(state: SessionStatePath): boolean {
    return isInState(this.core, state);
  }

  /** The last transitions, oldest first; 32 at the most. */
  get history(): readonly TransitionRecord[] {
    return this.core.history.records();
  }

  /** The XState actor of this session: real snapshots, `subscribe`, inspection. Treat it as read-only. */
  get actor(): ChartActor {
    return guardedActor(this.core.actor, this.core.id);
  }

  /** Calls back at every change of state; returns a function that ends it. A throwing listener changes nothing. */
  subscribe(listener: SessionListener): () => void {
    return this.on('transition', listener);
  }

  /**
   * Calls back at every `transition`, or when one of the five states is entered; returns a function that ends it.
   *
   * @throws TypeError for an unknown name.
   */
  on(event: SessionEventName, listener: SessionListener): () => void {
    return observersOf(this.core).on(event, listener);
  }

  /**
   * Resolves once the session is in a state or one of its sub-states, at once when it is already.
   *
   * @throws AbortedError when `signal` is aborted, or the session is disposed of first; TypeError for an unknown state.
   */
  waitFor(
    state: SessionStatePath,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    return waitForState(this.core, state, options.signal);
  }

  // ---- what can be set -------------------------------------------------------------------------------------------

  /** Whether connections are kept for further requests. POCO: `setKeepAlive`. */
  setKeepAlive(keepAlive: boolean): void {
    this.core.keepAlive = keepAlive;
  }

  /** POCO: `getKeepAlive`. */
  getKeepAlive(): boolean {
    return this.core.keepAlive;
  }

  /**
   * Sets the timeouts in milliseconds, 0 for none: all three alike, or connect, send and receive. POCO: `setTimeout`.
   *
   * @throws RangeError for negative values and NaN.
   */
  setTimeout(timeout: number): void;
  setTimeout(connect: number, send: number, receive: number): void;
  setTimeout(connect: number, send = connect, receive = connect): void {
    const checked = [checkTimeout(connect), checkTimeout(send), checkTimeout(receive)] as const;
    this.#connectTimeout = checked[0];
    this.core.sendTimeout = checked[1];
    this.core.receiveTimeout = checked[2];
  }

  /** The receive timeout in milliseconds. POCO: `getTimeout`. */
  getTimeout(): number {
    return this.core.receiveTimeout;
  }

  /** Milliseconds that opening a connection may take, TLS included; 0 for none. @throws RangeError */
  setConnectTimeout(timeout: number): void {
    this.#connectTimeout = checkTimeout(timeout);
  }

  /** @defaultValue 30000 */
  getConnectTimeout(): number {
    return this.#connectTimeout;
  }

  /** Milliseconds that a send may make no progress; 0 for none. @throws RangeError */
  setSendTimeout(timeout: number): void {
    this.core.sendTimeout = checkTimeout(timeout);
  }

  /** @defaultValue 60000 */
  getSendTimeout(): number {
    return this.core.sendTimeout;
  }

  /** Milliseconds that a receive may make no progress; 0 for none. @throws RangeError */
  setReceiveTimeout(timeout: number): void {
    this.core.receiveTimeout = checkTimeout(timeout);
  }

  /** @defaultValue 60000 */
  getReceiveTimeout(): number {
    return this.core.receiveTimeout;
  }

  /** Keeps any data with the session. POCO: `attachSessionData`. */
  attachSessionData(data: TData): void {
    this.#data = data;
  }

  /** The attached data; `undefined` when nothing was attached. POCO: `sessionData`. */
  sessionData(): TData | undefined {
    return this.#data;
  }

  // ---- the connection --------------------------------------------------------------------------------------------

  /** Whether a usable socket is attached. POCO: `connected`. */
  connected(): boolean {
    return this.core.is('usable');
  }

  /** The stored exception, or `null`. POCO: `networkException`. */
  networkException(): HTTPSessionError | null {
    return this.core.exception;
  }

  /**
   * Stores an exception: every operation that needs the socket rejects with it until it is cleared.
   * POCO: `setException`.
   */
  setException(exception: Error): void {
    const wrapped =
      exception instanceof HTTPSessionError
        ? exception
        : new HTTPSessionError(exception.message, { cause: exception });
    this.core.command('setException()', { type: 'exception.set', exception: testify(this.core, wrapped) });
  }

  /** Forgets the stored exception; a session without one is left as it is. POCO: `clearException`. */
  clearException(): void {
    this.core.command('clearException()', { type: 'exception.clear' });
  }

  /**
   * Connects to host and port, a URL, or the path of a Unix domain socket; the buffer is emptied and no-delay set.
   * POCO: `connect`.
   *
   * @throws InvalidStateError when connected or connecting already; NetworkError, TimeoutError (`connect`).
   * @throws TypeError, RangeError for a malformed address, before anything happens.
   */
  connect(address: ConnectAddress, source?: SourceAddress | string): Promise<void> {
    return new Promise((resolve, reject) => {
      const target = resolveAddress(address);
      const tls = this.tlsOptionsFor(target.secure);
      const options = {
        ...(source === undefined ? {} : { source: checkSource(source) }),
        ...(tls === undefined ? {} : { tls }),
      };
      this.core.permit('connect()', 'session.connect');
      this.core.connector = new Connector(target, options, this.#connectTimeout);
      this.core.settleConnect = (error) => {
        if (error === null) resolve();
        else reject(error);
      };
      this.core.notify({ type: 'session.connect' });
    });
  }

  /**
   * TLS options for a connection, or `undefined` for plain TCP. A plain session refuses an address that asks for TLS.
   *
   * @internal
   */
  tlsOptionsFor(secure: boolean | undefined): object | undefined {
    if (secure === true) throw new TypeError('an https: address needs an HTTPSClientSession');
    return undefined;
  }

  /**
   * Attaches a socket: TCP, TLS or any `Duplex`. A socket that was attached before is destroyed. The buffer starts
   * empty, or with `head`, bytes that were read from the socket already. POCO: `attachSocket`.
   *
   * @throws TypeError when `socket` is no duplex stream.
   */
  attachSocket(socket: Duplex, head?: Uint8Array): void {
    this.core.permit('attachSocket()', 'socket.attach');
    this.attachTransport(new Transport(socket), head);
  }

  /** @internal */
  attachTransport(transport: Transport, head?: Uint8Array): void {
    this.core.headOfAttached = head === undefined ? null : Buffer.from(head);
    this.core.notify({ type: 'socket.attach', transport });
  }

  /**
   * Hands the socket over together with the bytes that were read and not consumed. One step: our listeners, timers
   * and back-pressure marks are gone, bytes that were not read are back in the socket, and until the new owner listens
   * for `error`, a reset is caught here. POCO: `detachSocket` and `drainBuffer`.
   */
  detachSocket(): DetachedSocket {
    return detach(this.core, 'detachSocket()');
  }

  /** The socket, or `null` when none is attached. POCO: `socket`. */
  socket(): Duplex | null {
    return this.core.transport?.socket ?? null;
  }

  /** Address of the peer on a server session, of this end on a client session; `null` when not attached. */
  abstract clientAddress(): SocketAddress | null;

  /** Address of this end on a server session, of the peer on a client session; `null` when not attached. */
  abstract serverAddress(): SocketAddress | null;

  /** Closes in an orderly way: what was written is still sent. Idempotent. POCO: `close`. */
  close(): void {
    this.core.command('close()', { type: 'session.close' });
  }

  /** Resets the connection; pending operations reject at once. POCO: `abort`. */
  abort(): void {
    this.core.command('abort()', { type: 'session.abort' });
  }

  /** Ends the session object: aborts what is in progress and stops the actor. Idempotent. */
  dispose(): void {
    if (this.core.isDisposed) return;
    if (!this.core.is('closed')) this.core.notify({ type: 'session.abort' });
    this.core.end();
  }

  /** Closes in an orderly way, then disposes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.core.isDisposed) this.close();
    this.dispose();
    return Promise.resolve();
  }

  // ---- bytes -----------------------------------------------------------------------------------------------------

  /** Bytes in the session's buffer; what arrived and was not read does not count. POCO: `buffered`. */
  buffered(): number {
    return this.core.buffer.length;
  }

  /** Returns the buffered bytes and empties the buffer. POCO: `drainBuffer`. */
  drainBuffer(): Buffer {
    return this.core.buffer.drain();
  }

  /** The next byte, or -1 at the end of the stream. POCO: `get`. */
  get(options?: ReadOptions): Promise<number> {
    return this.#raw().get(options);
  }

  /** The next byte, left in the buffer, or -1 at the end of the stream. POCO: `peek`. */
  peek(options?: ReadOptions): Promise<number> {
    return this.#raw().peek(options);
  }

  /**
   * Up to `length` bytes: what is buffered, else one receive; empty at the end of the stream. POCO: `read`.
   *
   * @throws the stored exception; InvalidStateError; TimeoutError (`receive`); AbortedError; RangeError.
   */
  read(length: number, options?: ReadOptions): Promise<Buffer> {
    return this.#raw().read(length, options);
  }

  /** Like `read`, into memory of yours; returns the number of bytes, 0 at the end of the stream. */
  readInto(target: Uint8Array, options?: ReadOptions): Promise<number> {
    return this.#raw().readInto(target, options);
  }

  /** Up to `length` bytes from the socket, past whatever is in the buffer. POCO: `receive`. */
  receive(length: number, options?: ReadOptions): Promise<Buffer> {
    return this.#raw().receive(length, options);
  }

  /** Moves what has arrived, or will next, into the buffer; returns the bytes buffered then. POCO: `refill`. */
  refill(options?: ReadOptions): Promise<number> {
    return this.#raw().refill(options);
  }

  /**
   * Writes; resolves with the number of bytes accepted once the socket is ready for more. A string is latin1 by
   * default, as heads are; bodies are `'utf8'`. POCO: `write`.
   */
  write(data: string | Uint8Array, encoding: WriteEncoding = 'latin1'): Promise<number> {
    return writeRaw(this.core, data, encoding);
  }

  /** The session's buffer itself, for stream classes that must not read further than their message. */
  get receiveBuffer(): ReceiveBuffer {
    return this.core.buffer;
  }

  #raw(): RawReader {
    return (this.#reader ??= new RawReader(this.core));
  }

  /** Trailer fields of the current request, or `null`. POCO: `requestTrailer`. */
  abstract requestTrailer(): MessageHeader | null;

  /** Trailer fields of the current response, or `null`. POCO: `responseTrailer`. */
  abstract responseTrailer(): MessageHeader | null;

  /** Describes the session without any content: safe for logs and inspectors. */
  toJSON(): Record<string, unknown> {
    const { core } = this;
    return {
      id: core.id,
      state: core.state,
      exchange: core.exchange.name,
      requests: core.requestNumber,
      bytesIn: core.bytesIn,
      bytesOut: core.bytesOut,
      transport: core.transport?.toJSON() ?? null,
      exception: core.exception?.code ?? null,
    };
  }
}
