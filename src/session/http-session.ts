import type { Duplex } from 'node:stream';

import type { ChartEdge } from '../chart/index.js';
import { HTTP_PORT, HTTPS_PORT } from '../constants.js';
import { AbortedError, HTTPSessionError } from '../errors/index.js';
import type { MessageHeader, ReceiveBuffer } from '../protocol/index.js';
import { Transport, type SocketAddress } from '../transport/index.js';
import { checkSource, resolveAddress, type ConnectAddress, type SourceAddress } from './core/address.js';
import { ConfigurableSession } from './core/configurable-session.js';
import { Connector } from './core/connector.js';
import { detach } from './core/detach.js';
import type { DetachedSocket } from './core/detached-socket.js';
import type { HTTPSessionOptions } from './core/observable-session.js';
import { RawReader, writeRaw, type ReadOptions, type WriteEncoding } from './bytes/raw-bytes.js';
import { testify } from './core/testify.js';

/**
 * One connection over its whole life, at the level of bytes. POCO: `HTTPSession`.
 *
 * The lifecycle is the session chart. A method that changes it is one event of the chart; where the chart has no
 * transition for it, the method throws `InvalidStateError` and nothing changes.
 *
 * @typeParam TData - the type of `sessionData()`
 */
export abstract class HTTPSession<TData = unknown> extends ConfigurableSession<TData> {
  /** The port of `http:` URLs. POCO: `HTTP_PORT`. */
  static readonly HTTP_PORT = HTTP_PORT;
  /** The port of `https:` URLs. */
  static readonly HTTPS_PORT = HTTPS_PORT;

  #reader: RawReader | null = null;
  #settleConnect: ((error: HTTPSessionError | null) => void) | null = null;

  protected constructor(options: HTTPSessionOptions = {}) {
    super(options);
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
      this.core.connector = new Connector(target, options, this.getConnectTimeout());
      this.#settleConnect = (error) => {
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
   * and back-pressure marks are gone, bytes nobody asked for are back in the socket, and until the new owner listens
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
  override close(): void {
    this.core.command('close()', { type: 'session.close' });
  }

  /** Resets the connection; pending operations reject at once. POCO: `abort`. */
  abort(): void {
    this.core.command('abort()', { type: 'session.abort' });
  }

  // ---- bytes -----------------------------------------------------------------------------------------------------

  /** Bytes in the session's buffer; what arrived and nobody asked for does not count. POCO: `buffered`. */
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

  /** @internal */
  override transitioned(edge: ChartEdge): void {
    const settle = this.#settleConnect;
    if (settle === null || edge.target.tags.has('connecting')) return;
    this.#settleConnect = null;
    if (edge.event === 'xstate.done.actor.connector') settle(null);
    else
      settle(
        this.core.exception ?? testify(this.core, new AbortedError('connecting was cancelled'), 'local'),
      );
  }
}
