import { Duplex } from 'node:stream';

import { HTTP_PORT, TIMEOUTS } from '../../constants.js';
import { checkOptions, describeValue, type EndedBy } from '../../errors/index.js';
import {
  headLimits,
  UNTIL_CLOSE,
  writeRequestHead,
  type HTTPRequest,
  type MessageHeader,
} from '../../protocol/index.js';
import type { ConnectTarget, LookupFunction, SocketAddress } from '../../transport/index.js';
import {
  checkHost,
  checkPort,
  checkSource,
  checkTimeout,
  type ConnectAddress,
  type SourceAddress,
} from '../core/address.js';
import { EXCHANGE } from '../core/charts.js';
import { misuse, quietly } from '../core/unheard.js';
import { ClientExchange } from './client-exchange.js';
import { RequestRun } from './client-request.js';
import { KNOWN_CLIENT_OPTIONS, type HTTPClientSessionOptions } from './client-session-options.js';
import { Destination } from './destination.js';
import type { HTTPClientResponse } from './http-client-response.js';
import { HTTPSession } from '../http-session.js';
import { declaredBodyLength, expectNothing, PreparedRequest, type RequestInit } from './prepared-request.js';
import { RequestBody } from './request-body.js';
import type { RequestTaker } from './response-taker.js';
import { RequestPreparation } from './request-preparation.js';
import { Holding } from './holding.js';
import type { SessionHolder } from './session-holder.js';
import { letGoOfBody } from './upload-source.js';

/**
 * The client's end of a connection.
 *
 * Connects when you send the first request, keeps the connection alive for the next one, and reconnects when it is gone.
 * It takes one request at a time: `request()` for all of it, or `sendRequest()` and `receiveResponse()` step by step.
 *
 * POCO: `HTTPClientSession`.
 *
 * @example
 * ```ts
 * await using session = new HTTPClientSession('localhost', 8080);
 * const response = await session.request({ path: '/hello' });
 * console.log(response.status, await response.text());
 * ```
 */
export class HTTPClientSession<TData = unknown> extends HTTPSession<TData> {
  readonly #exchange: ClientExchange;
  readonly #preparation: RequestPreparation;
  readonly #destination: Destination;
  #source: SourceAddress | undefined;
  readonly #lookup: LookupFunction | undefined;
  #continueTimeout: number;
  #body: RequestBody | null = null;

  /**
   * @param host - host name or address, or a connected `Duplex` to use as it is.
   * @param port - 80 by default, 443 for HTTPS.
   * @throws TypeError, RangeError for a malformed host, port or option.
   */
  constructor(host: string | Duplex = '', port?: number, options: HTTPClientSessionOptions = {}) {
    checkOptions('new HTTPClientSession()', options, KNOWN_CLIENT_OPTIONS);
    super(options);
    const name = host instanceof Duplex || host === '' ? '' : checkHost(host);
    this.#destination = new Destination(name, checkPort(port ?? this.defaultPort), this.defaultPort);
    this.#source = options.source === undefined ? undefined : checkSource(options.source);
    const { continueTimeout, headTimeout, keepAliveTimeout, lookup } = options;
    if (lookup !== undefined && typeof lookup !== 'function') {
      throw new TypeError(`lookup: must be a function like dns.lookup (got ${describeValue(lookup)})`);
    }
    this.#lookup = lookup;
    this.#continueTimeout = checkTimeout(
      continueTimeout ?? TIMEOUTS.continueTimeout.value,
      'continueTimeout',
    );
    this.#exchange = new ClientExchange(
      this.core,
      checkTimeout(keepAliveTimeout ?? TIMEOUTS.clientKeepAliveTimeout.value, 'keepAliveTimeout'),
      checkTimeout(headTimeout ?? TIMEOUTS.headTimeout.value, 'headTimeout'),
      headLimits(options),
    );
    this.#exchange.unreadTimeout = checkTimeout(options.unreadTimeout ?? 0, 'unreadTimeout');
    this.core.role = this.#exchange;
    this.#preparation = new RequestPreparation(this, this.#exchange);
    if (host instanceof Duplex) this.attachSocket(host);
  }

  /** @internal */
  protected get defaultPort(): number {
    return HTTP_PORT;
  }

  /** @internal */
  protected override get lookup(): LookupFunction | undefined {
    return this.#lookup;
  }

  // ---- settings ----------------------------------------------------------------------------------------------------

  /** The host that the session connects to. POCO: `getHost`. */
  getHost(): string {
    return this.#destination.host;
  }

  /** Sets the host. @throws InvalidStateError while connected; TypeError. POCO: `setHost`. */
  setHost(host: string): void {
    this.#refuseWhileConnected('setHost()');
    this.#destination.moveTo({ host: checkHost(host), port: this.getPort() });
  }

  /** The port that the session connects to. POCO: `getPort`. */
  getPort(): number {
    return this.#destination.port;
  }

  /** Sets the port. @throws InvalidStateError while connected; TypeError, RangeError. POCO: `setPort`. */
  setPort(port: number): void {
    this.#refuseWhileConnected('setPort()');
    this.#destination.moveTo({ host: this.getHost(), port: checkPort(port) });
  }

  /** The local end of connections. POCO: `getSourceAddress`. */
  getSourceAddress(): SourceAddress | undefined {
    return this.#source;
  }

  /**
   * Sets the local end of connections.
   *
   * @throws InvalidStateError while connected; TypeError, RangeError.
   *
   * POCO: `setSourceAddress`.
   */
  setSourceAddress(source: SourceAddress | string): void {
    this.#refuseWhileConnected('setSourceAddress()');
    this.#source = checkSource(source);
  }

  /** How long an idle connection is kept, in milliseconds; 0 for no limit. POCO: `getKeepAliveTimeout`. */
  getKeepAliveTimeout(): number {
    return this.#exchange.keepAliveTimeout;
  }

  /** Sets how long an idle connection is kept. @throws RangeError. POCO: `setKeepAliveTimeout`. */
  setKeepAliveTimeout(timeout: number): void {
    this.#exchange.keepAliveTimeout = checkTimeout(timeout);
  }

  /** Sets how long a response may stay unread, in milliseconds; 0 for no limit. @throws RangeError. */
  setUnreadTimeout(timeout: number): void {
    this.#exchange.unreadTimeout = checkTimeout(timeout);
  }

  /** Whether connections are encrypted. POCO: `secure`. */
  secure(): boolean {
    return false;
  }

  #refuseWhileConnected(call: string): void {
    const isConnecting = this.core.is('connecting');
    if (!isConnecting && !this.core.is('attached')) return;
    throw this.core.illegal(call, isConnecting ? 'the connection is being opened' : 'there is a connection');
  }

  // ---- where it connects to ----------------------------------------------------------------------------------------

  /**
   * Connects to host and port, a URL, or the path of a Unix domain socket. From then on that is where the session belongs:
   * it reconnects there, and `getHost()`, `getPort()` and the Host field of its requests name it. A path has no name: Host
   * stays that of the session, or is `localhost` when that has none. POCO: `connect`.
   *
   * @param source - the local end; that of the session by default.
   * @throws InvalidStateError when connected or connecting already; NetworkError, TimeoutError (`connect`).
   * @throws TypeError, RangeError for a malformed address, before anything happens.
   */
  override connect(
    address: ConnectAddress,
    source: SourceAddress | string | undefined = this.#source,
  ): Promise<void> {
    const { connector } = this.core;
    const connected = super.connect(address, source);
    const made = this.core.connector;
    // A new connector was made only if the address was well-formed and the state allowed it.
    if (made === null || made === connector) return quietly(connected);
    this.#destination.moveTo(made.target);
    return connected;
  }

  /** Where the session connects to; `null` when it knows no place. @internal */
  get address(): ConnectTarget | null {
    return this.#destination.address;
  }

  // ---- for pools ---------------------------------------------------------------------------------------------------

  /** Whether a request could be sent now: connected, no exchange, nothing has arrived unasked, not reserved. */
  get available(): boolean {
    return this.#exchange.isAvailable;
  }

  /** What ended the connection, or the last one; `null` before that. */
  get endedBy(): EndedBy | null {
    return this.core.endedBy;
  }

  /**
   * Reserves the session for one request: the next `request()` or `sendRequest()`, which is sent in the same turn.
   *
   * A connection that was used before, or that has a holder for longer than this turn, is listened to for one turn of the
   * event loop first, so that a FIN, a reset or stray bytes are seen even if they still lie in the kernel. Meanwhile every
   * other request is refused. A fresh connection needs no turn: `settled` is called before `reserve` returns. The
   * reservation ends with the connection.
   *
   * @param settled - called once: with `false` when the session was not available, or the connection is gone.
   * @returns the same as a promise when there is no `settled`.
   */
  reserve(settled: (isReserved: boolean) => void): void;
  reserve(): Promise<boolean>;
  reserve(settled?: (isReserved: boolean) => void): Promise<boolean> | void {
    if (settled === undefined) {
      return new Promise((resolve) => {
        this.#preparation.reserve(resolve);
      });
    }
    this.#preparation.reserve(settled);
  }

  /** Gives a reservation back unused; without one it does nothing. */
  release(): void {
    this.#preparation.release();
  }

  /**
   * Notifies a holder, such as a pool, of what becomes of the session; `null` ends that. There is one holder at a time.
   *
   * The connection of a held session is watched before its first request, too: it is closed when the server closes it or
   * sends anything, and when it is idle for longer than the keep-alive timeout.
   */
  setHolder(holder: SessionHolder | null): void {
    const holding = holder === null ? null : new Holding(this, this.#exchange, holder);
    this.#exchange.holding = holding;
    holding?.check();
  }

  // ---- the whole request -------------------------------------------------------------------------------------------

  /**
   * Sends a request and resolves with the response once its head is complete.
   *
   * Connects if necessary. If a reused connection dies before anything was answered, the request is retried once on a new
   * one, provided that its method is idempotent and its body known whole; the exchange chart decides.
   *
   * @param init - what to send, or what `prepareRequest` made of it; a string is the path of a GET.
   * @throws InvalidStateError while another request is in progress; NetworkError, TimeoutError, NoMessageError,
   * IncompleteMessageError, RemoteProtocolError, AbortedError.
   * @throws TypeError for a malformed method, target, field or body, or an unknown option, before any byte leaves.
   */
  request(init?: RequestInit | PreparedRequest | string): Promise<HTTPClientResponse>;
  request(init: RequestInit | PreparedRequest | string = {}, more?: unknown): Promise<HTTPClientResponse> {
    let request: PreparedRequest | null = null;
    try {
      if (more !== undefined)
        throw new TypeError('request(): takes one argument; pass { path, method, ... }');
      request =
        init instanceof PreparedRequest
          ? init
          : new PreparedRequest(typeof init === 'string' ? { path: init } : init);
      return this.#runOf(request).start();
    } catch (error) {
      request?.letGo();
      if (request === null) {
        for (const of of [init, more]) letGoOfBody((Object(of) as RequestInit).body);
      }
      return misuse(error, this.core.id);
    }
  }

  /**
   * Sends a prepared request now, on a connection that is open and idle, and calls a taker. For pools, which see to
   * connections and retries themselves.
   */
  startRequest(request: PreparedRequest, taker: RequestTaker): void {
    this.#runOf(request, taker).startHere();
  }

  #runOf(request: PreparedRequest, taker?: RequestTaker): RequestRun {
    const head = this.#headOf(request.message, request.framing);
    return new RequestRun(this.#preparation, request, head, this.#continueTimeout, taker);
  }

  // ---- step by step ------------------------------------------------------------------------------------------------

  /**
   * Begins a request; returns its body to write to. A message that declares neither Content-Length nor chunked has no
   * body and is complete at once.
   *
   * @throws what `request` throws, except for what the response may be.
   *
   * POCO: `sendRequest`.
   */
  sendRequest(message: HTTPRequest): Promise<RequestBody> {
    return quietly(this.#sendRequest(message));
  }

  async #sendRequest(message: HTTPRequest): Promise<RequestBody> {
    if (typeof (Object(message) as Partial<HTTPRequest>).formatBlock !== 'function') {
      throw new TypeError(
        `sendRequest(): the message must be an HTTPRequest (got ${describeValue(message)})`,
      );
    }
    const length = declaredBodyLength(message);
    if (length === UNTIL_CLOSE || length === 0) expectNothing(message);
    const head = this.#headOf(message, '');
    const isReserved = this.#exchange.isReady && this.core.exchange.tags.has('reserved');
    if (!isReserved) await this.#preparation.prepare('sendRequest()', message);
    this.#exchange.begin(message, 'sendRequest()', true);
    const body = new RequestBody(this.core, this.#exchange, head, length);
    this.#body = body;
    if (length === UNTIL_CLOSE || length === 0) await body.end();
    return body;
  }

  /** Sends the head now, if it still waits for the first piece of the body. POCO: `flushRequest`. */
  flushRequest(): void {
    this.#body?.flush();
  }

  /** Resolves with the response once its head is complete; interim responses are skipped. POCO: `receiveResponse`. */
  receiveResponse(): Promise<HTTPClientResponse> {
    const received = new Promise<HTTPClientResponse>((resolve, reject) => {
      this.flushRequest();
      this.#exchange.expect({ responded: resolve, failed: reject });
    });
    return quietly(received);
  }

  /**
   * Waits for the answer to an `Expect: 100-continue`: `true` when the server wants the body, `false` when it sent a
   * final response instead, which `receiveResponse` returns.
   *
   * @throws InvalidStateError while another call waits for it.
   *
   * POCO: `peekResponse`.
   */
  peekResponse(): Promise<boolean> {
    this.flushRequest();
    if (!this.core.exchange.tags.has('awaitingContinue')) return Promise.resolve(true);
    return quietly(this.#exchange.awaitContinue(this.#continueTimeout));
  }

  // No request that is being prepared may open a connection again.

  override close(): void {
    this.#cancelRequest();
    super.close();
  }

  override abort(): void {
    this.#cancelRequest();
    super.abort();
  }

  #cancelRequest(): void {
    this.core.advance(EXCHANGE.requestCancel);
    const { upload } = this.#exchange;
    if (upload?.isFollowed === true) upload.stopFollowing(this.#preparation.closedBefore(null));
  }

  /** Closes the connection and forgets the request in progress. POCO: `reset`. */
  reset(): void {
    this.#body = null;
    const { core } = this;
    if (core.is('faulty')) this.clearException();
    if (core.is('attached') || core.is('connecting') || core.is('detached')) this.close();
  }

  /**
   * The head of a request, completed with Host and, if the session keeps no connections, `Connection: close`.
   *
   * @throws LocalProtocolError when the target does not fit the method.
   */
  #headOf(message: HTTPRequest, framing: string): string {
    if (!this.core.keepAlive && !message.has('Connection')) message.setKeepAlive(false);
    const host = message.has('Host') ? '' : this.#destination.hostLineFor(message.uri);
    return writeRequestHead(message, host + framing);
  }

  // ---- what every session has --------------------------------------------------------------------------------------

  override clientAddress(): SocketAddress | null {
    return this.core.transport?.localAddress ?? null;
  }

  override serverAddress(): SocketAddress | null {
    return this.core.transport?.remoteAddress ?? null;
  }

  /** Always `null`: a client sends trailers, with `body.end(undefined, trailer)`, and receives none. */
  override requestTrailer(): MessageHeader | null {
    return null;
  }

  override responseTrailer(): MessageHeader | null {
    return this.#exchange.response?.trailer ?? null;
  }
}
