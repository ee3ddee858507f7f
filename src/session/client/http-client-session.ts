import { Duplex } from 'node:stream';

import { HTTP_PORT, LIMITS, TIMEOUTS } from '../../constants.js';
import { AbortedError } from '../../errors/index.js';
import { UNTIL_CLOSE, writeRequestHead, type HTTPRequest, type MessageHeader } from '../../protocol/index.js';
import type { SocketAddress } from '../../transport/index.js';
import { checkHost, checkPort, checkSource, checkTimeout, type SourceAddress } from '../core/address.js';
import { EXCHANGE } from '../core/charts.js';
import { ClientExchange } from './client-exchange.js';
import type { HTTPClientResponse } from './http-client-response.js';
import type { IncomingBody } from '../message/incoming-body.js';
import { HTTPSession, type HTTPSessionOptions } from '../http-session.js';
import { RequestBody } from './request-body.js';
import { declaredBodyLength, expectNothing, messageOf, type RequestInit } from './request-init.js';
import { RequestRun } from './request-run.js';
import { testify } from '../core/testify.js';

/** Options of a client session. Durations are in milliseconds, 0 means none. */
export interface HTTPClientSessionOptions extends HTTPSessionOptions {
  /** How long a kept connection is trusted while it is idle. @defaultValue 8000 */
  readonly keepAliveTimeout?: number | undefined;
  /** How long to wait for 100 Continue before the body is sent anyway. @defaultValue 1000 */
  readonly continueTimeout?: number | undefined;
  /** The local end of connections. */
  readonly source?: SourceAddress | string | undefined;
}

/**
 * The client's end of a connection. POCO: `HTTPClientSession`.
 *
 * Connects when the first request is sent, keeps the connection for the next one, and connects again when it is gone.
 * One request at a time: `request()` for the whole of it, or `sendRequest()` and `receiveResponse()` step by step.
 */
export class HTTPClientSession<TData = unknown> extends HTTPSession<TData> {
  /** @internal */
  readonly exchange: ClientExchange;
  #host: string;
  #port: number;
  #source: SourceAddress | undefined;
  #continueTimeout: number;
  #body: RequestBody | null = null;
  readonly #canConnect: boolean;

  /**
   * @param host - host name or address, or a connected `Duplex` to use as it is.
   * @param port - 80 by default, 443 for HTTPS.
   * @throws TypeError, RangeError for a malformed host, port or option.
   */
  constructor(host: string | Duplex = '', port?: number, options: HTTPClientSessionOptions = {}) {
    super(options);
    this.#canConnect = !(host instanceof Duplex);
    this.#host = host instanceof Duplex || host === '' ? '' : checkHost(host);
    this.#port = checkPort(port ?? this.defaultPort);
    this.#source = options.source === undefined ? undefined : checkSource(options.source);
    this.#continueTimeout = checkTimeout(options.continueTimeout ?? TIMEOUTS.continueTimeout.value);
    this.exchange = new ClientExchange(
      this.core,
      checkTimeout(options.keepAliveTimeout ?? TIMEOUTS.clientKeepAliveTimeout.value),
    );
    this.core.role = this.exchange;
    if (host instanceof Duplex) this.attachSocket(host);
  }

  /** @internal */
  protected get defaultPort(): number {
    return HTTP_PORT;
  }

  // ---- settings ----------------------------------------------------------------------------------------------------

  /** POCO: `getHost`. */
  getHost(): string {
    return this.#host;
  }

  /** POCO: `setHost`. @throws InvalidStateError while connected; TypeError. */
  setHost(host: string): void {
    this.#refuseWhileConnected('setHost()');
    this.#host = checkHost(host);
  }

  /** POCO: `getPort`. */
  getPort(): number {
    return this.#port;
  }

  /** POCO: `setPort`. @throws InvalidStateError while connected; TypeError, RangeError. */
  setPort(port: number): void {
    this.#refuseWhileConnected('setPort()');
    this.#port = checkPort(port);
  }

  /** The local end of connections. POCO: `getSourceAddress`. */
  getSourceAddress(): SourceAddress | undefined {
    return this.#source;
  }

  /** POCO: `setSourceAddress`. @throws InvalidStateError while connected; TypeError, RangeError. */
  setSourceAddress(source: SourceAddress | string): void {
    this.#refuseWhileConnected('setSourceAddress()');
    this.#source = checkSource(source);
  }

  /** Milliseconds that an idle connection is trusted; 0 for any time. POCO: `getKeepAliveTimeout`. */
  getKeepAliveTimeout(): number {
    return this.exchange.keepAliveTimeout;
  }

  /** POCO: `setKeepAliveTimeout`. @throws RangeError */
  setKeepAliveTimeout(timeout: number): void {
    this.exchange.keepAliveTimeout = checkTimeout(timeout);
  }

  /** Whether connections are encrypted. POCO: `secure`. */
  secure(): boolean {
    return false;
  }

  #refuseWhileConnected(call: string): void {
    if (this.core.is('attached') || this.core.is('connecting')) throw this.core.illegal(call);
  }

  // ---- the whole request -------------------------------------------------------------------------------------------

  /**
   * Sends a request and resolves with the response once its head is complete.
   *
   * Connects when need be. A request that dies on a reused connection before anything was answered is sent once more
   * on a new one, if its method is idempotent and its body is known whole; the exchange chart decides.
   *
   * @throws InvalidStateError while another request is in progress; NetworkError, TimeoutError, NoMessageError,
   * IncompleteMessageError, RemoteProtocolError, AbortedError.
   * @throws TypeError for a malformed method, target, field or body, before any byte leaves.
   */
  request(init: RequestInit = {}): Promise<HTTPClientResponse> {
    try {
      const message = messageOf(init);
      return new RequestRun(this, message, init, this.#continueTimeout).start();
    } catch (error) {
      const reason: Error = error as Error;
      return Promise.reject(reason);
    }
  }

  // ---- step by step ------------------------------------------------------------------------------------------------

  /**
   * Begins a request; returns its body to write to. A message that declares neither Content-Length nor chunked has no
   * body and is complete at once. POCO: `sendRequest`.
   *
   * @throws what `request` throws, except for what the response may be.
   */
  async sendRequest(message: HTTPRequest): Promise<RequestBody> {
    const length = declaredBodyLength(message);
    if (length === UNTIL_CLOSE || length === 0) expectNothing(message);
    const head = this.headOf(message, '');
    await this.ready('sendRequest()', this.core.exchange.tags.has('reused'));
    this.begin(message, 'sendRequest()');
    const body = new RequestBody(this.core, this.exchange, head, length);
    this.#body = body;
    if (length === UNTIL_CLOSE || length === 0) await body.end();
    return body;
  }

  /** Sends what of the head was held back. POCO: `flushRequest`. */
  flushRequest(): void {
    this.#body?.flush();
  }

  /** Resolves with the response once its head is complete; interim responses are passed over. POCO: `receiveResponse`. */
  receiveResponse(): Promise<HTTPClientResponse> {
    return new Promise((resolve, reject) => {
      this.flushRequest();
      this.exchange.expect({ responded: resolve, failed: reject });
    });
  }

  /**
   * Waits for the server's word on an `Expect: 100-continue`: `true` when the body is wanted, `false` when a final
   * response came instead, which `receiveResponse` returns. POCO: `peekResponse`.
   *
   * @throws InvalidStateError while somebody waits for it already.
   */
  peekResponse(): Promise<boolean> {
    this.flushRequest();
    if (!this.core.exchange.tags.has('awaitingContinue')) return Promise.resolve(true);
    return this.exchange.awaitContinue(this.#continueTimeout);
  }

  // No request that is being prepared may open a connection again.

  override close(): void {
    this.core.advance(EXCHANGE.requestCancel);
    super.close();
  }

  override abort(): void {
    this.core.advance(EXCHANGE.requestCancel);
    super.abort();
  }

  /** Closes the connection and forgets the request in progress. POCO: `reset`. */
  reset(): void {
    this.#body = null;
    const { core } = this;
    if (core.is('faulty')) this.clearException();
    if (core.is('attached') || core.is('connecting') || core.is('detached')) this.close();
  }

  /** Fills in what every request says: the host, and whether the connection is to be kept. */
  #complete(message: HTTPRequest): void {
    if (!message.has('Host')) message.set('Host', hostField(this.#host, this.#port, this.defaultPort));
    if (!this.getKeepAlive() && !message.has('Connection')) message.setKeepAlive(false);
  }

  /**
   * The head of a request, with what every request says.
   *
   * @throws LocalProtocolError when the target does not fit the method.
   * @internal
   */
  headOf(message: HTTPRequest, framing: string): string {
    this.#complete(message);
    return writeRequestHead(message, framing);
  }

  /** Begins a cycle on a connection that is ready. @throws InvalidStateError when it is not. @internal */
  begin(message: HTTPRequest, call: string, mayRepeat = true): void {
    if (!this.isReady) throw this.core.illegal(call);
    this.exchange.begin(message.method, message.uri, {
      expects: message.getExpectContinue(),
      offers: message.method === 'CONNECT' || message.has('Upgrade'),
      persists: message.getKeepAlive(),
      mayRepeat,
    });
  }

  /** Whether a request can be sent here and now. @internal */
  get isReady(): boolean {
    return this.#isIdle && !this.core.exchange.tags.has('preparing');
  }

  /** Not where bytes wait that nothing has asked for: they would be taken for the response. */
  get #isIdle(): boolean {
    const { core } = this;
    return (
      core.exchange.tags.has('idle') &&
      core.is('available') &&
      core.buffer.length === 0 &&
      core.arrivedBytes === 0
    );
  }

  /**
   * Makes the connection ready for a request: finishes with the response before, connects when need be. With
   * `listensFirst` it looks once more whether the server has left meanwhile.
   *
   * @throws InvalidStateError while another request is in progress; AbortedError when the signal is aborted.
   * @internal
   */
  async ready(call: string, listensFirst: boolean, signal?: AbortSignal): Promise<void> {
    const { core } = this;
    if (core.exchange.tags.has('preparing')) throw core.illegal(call);
    const unread = this.#isIdle ? null : this.#unreadBody(call);
    if (unread === null && !this.#isIdle) this.#permitConnecting(call);
    core.advance(EXCHANGE.requestPrepare);
    try {
      if (listensFirst && this.#isIdle) await oneTurn();
      if (unread !== null) await unread.discard(LIMITS.maxUnreadBodyBytes.value);
      // Whoever has asked was told of it when it happened.
      if (signal?.aborted === true) throw new AbortedError('the request was aborted');
      if (core.exchange.tags.has('cancelled')) {
        throw testify(core, new AbortedError('the session was closed before the request was sent'));
      }
      if (!this.#isIdle) await this.#reconnect(call);
    } finally {
      core.advance(EXCHANGE.requestPrepared);
    }
  }

  /** What is left to be read of the exchange before. */
  #unreadBody(call: string): IncomingBody | null {
    const { tags } = this.core.exchange;
    if (!this.connected() || tags.has('over') || tags.has('idle')) return null;
    const response = this.exchange.response;
    if (response === null || tags.has('requesting') || response.body.isBeingRead) {
      throw this.core.illegal(call);
    }
    return response.body;
  }

  #permitConnecting(call: string): void {
    if (!this.#canConnect || this.#host === '') throw this.core.exception ?? this.core.illegal(call);
  }

  async #reconnect(call: string): Promise<void> {
    this.#permitConnecting(call);
    if (this.core.is('attached')) this.core.notify({ type: 'session.close' });
    await this.connect({ host: this.#host, port: this.#port }, this.#source);
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
    return this.exchange.response?.trailer ?? null;
  }
}

/** Only the default port of the session's own scheme is left out (RFC 9110 section 7.2): 443 is one of HTTPS alone. */
function hostField(host: string, port: number, defaultPort: number): string {
  // A zone means nothing to the other side (RFC 6874 section 1).
  const name = host.includes(':') ? `[${host.replace(/%.*/, '')}]` : host;
  return port === defaultPort ? name : `${name}:${String(port)}`;
}

/** One turn of the event loop, poll phase included: a FIN that is readable has been read after it. */
function oneTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      setImmediate(resolve);
    });
  });
}
