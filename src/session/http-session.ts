import type { Duplex } from 'node:stream';

import type { ExchangeState, SessionState } from '../../machines/index.js';
import { guardedActor, lookIfInspected, type ChartActor } from '../chart/index.js';
import { HTTP_PORT, HTTPS_PORT, TIMEOUTS } from '../constants.js';
import type { HTTPSessionError, TransitionRecord } from '../errors/index.js';
import type { BodyContent, MessageHeader, ReceiveBuffer } from '../protocol/index.js';
import { systemClock, type LookupFunction, type SocketAddress, type Transport } from '../transport/index.js';
import { RawReader, writeRaw, type ReadOptions, type WriteEncoding } from './bytes/raw-bytes.js';
import {
  checkBoolean,
  checkSource,
  checkTimeout,
  resolveAddress,
  type ConnectAddress,
  type SourceAddress,
} from './core/address.js';
import { attach, attachTransport, storedException } from './core/attaching.js';
import { Connector, openConnection } from './core/connector.js';
import { detach } from './core/implementation.js';
import {
  isInState,
  observersOf,
  waitForState,
  type SessionEventName,
  type SessionListener,
  type SessionStatePath,
} from './core/observers.js';
import { SessionCore, type DetachedSocket } from './core/session-core.js';
import type { HTTPSessionOptions } from './core/session-options.js';
import { stockEngine } from './core/stock-engine.js';

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
      checkTimeout(options.sendTimeout ?? TIMEOUTS.sendTimeout.value, 'sendTimeout'),
      checkTimeout(options.receiveTimeout ?? TIMEOUTS.receiveTimeout.value, 'receiveTimeout'),
    );
    this.core.keepAlive = checkBoolean(options.keepAlive ?? true, 'keepAlive');
    const { connectTimeout = TIMEOUTS.connectTimeout.value } = options;
    this.#connectTimeout = checkTimeout(connectTimeout, 'connectTimeout');
    if (options.engine === undefined) lookIfInspected(this.core);
    else stockEngine.start(this.core, options.engine);
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

  /** When either chart last made a transition, in milliseconds since the Unix epoch; of an idle session, since when. */
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

  /**
   * Calls back at every change of state; returns a function that ends it. A throwing listener changes nothing.
   *
   * @throws TypeError for what is not a function.
   */
  subscribe(listener: SessionListener): () => void {
    return this.on('transition', listener);
  }

  /**
   * Calls back at every `transition`, or when one of the five states is entered; returns a function that ends it.
   *
   * @throws TypeError for an unknown name, and for what is not a function.
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
    return waitForState(this.core, state, options);
  }

  // ---- what can be set -------------------------------------------------------------------------------------------

  /** Whether connections are kept for further requests. @throws TypeError. POCO: `setKeepAlive`. */
  setKeepAlive(keepAlive: boolean): void {
    this.core.keepAlive = checkBoolean(keepAlive, 'keepAlive');
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
   *
   * @throws TypeError for what is not an Error; InvalidStateError for a session that was disposed of.
   *
   * POCO: `setException`.
   */
  setException(exception: Error): void {
    const stored = storedException(this.core, exception);
    this.core.command('setException()', { type: 'exception.set', exception: stored });
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
    try {
      const target = resolveAddress(address);
      const options = {
        source: source === undefined ? undefined : checkSource(source),
        tls: this.tlsOptionsFor(target.secure),
        lookup: this.lookup,
      };
      this.core.permit('connect()', 'session.connect');
      return openConnection(this.core, new Connector(target, options, this.#connectTimeout));
    } catch (error) {
      const reason: Error = error as Error;
      return Promise.reject(reason);
    }
  }

  /** Looks host names up, or `undefined` for `dns.lookup`. @internal */
  protected get lookup(): LookupFunction | undefined {
    return undefined;
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
   * Attaches a socket: TCP, TLS or any `Duplex`. Another socket that was attached before is destroyed. The buffer starts
   * empty, or with `head`, bytes that were read from the socket already.
   *
   * Attaching the attached socket starts over with it: it stays open, and what you have not read of it follows `head`.
   *
   * @throws TypeError when `socket` is not a duplex stream of bytes; InvalidStateError for a session that was disposed of.
   * POCO: `attachSocket`.
   */
  attachSocket(socket: Duplex, head?: Uint8Array): void {
    attach(this.core, socket, head);
  }

  /** @internal */
  attachTransport(transport: Transport, head?: Uint8Array): void {
    attachTransport(this.core, transport, head);
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
    const { core } = this;
    core.permit('close()', 'session.close');
    // A FIN that came before has ended one direction; what ends the connection is this call.
    if (core.is('attached')) core.endedBy = 'local';
    core.notify({ type: 'session.close' });
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
   * What has arrived beyond that waits for the next read or `receive`, and does not count as buffered.
   *
   * @throws the stored exception; InvalidStateError; TimeoutError (`receive`); AbortedError; TypeError, RangeError.
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
   * default, as heads are; bodies are `'utf8'`. Nothing written, such as `''`, needs no socket.
   *
   * @throws TypeError for anything but a string or bytes, and for an unknown encoding; the stored exception;
   * InvalidStateError; TimeoutError (`send`).
   *
   * POCO: `write`.
   */
  write(data: BodyContent, encoding: WriteEncoding = 'latin1'): Promise<number> {
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

  /** The same as `toJSON`, for `console.log`: it shows no content of messages, however deep it looks. */
  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return this.toJSON();
  }

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
