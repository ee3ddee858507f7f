import { Duplex } from 'node:stream';

import { HTTP_PORT, TIMEOUTS } from '../../constants.js';
import { UNTIL_CLOSE, writeRequestHead, type HTTPRequest, type MessageHeader } from '../../protocol/index.js';
import type { SocketAddress } from '../../transport/index.js';
import { checkHost, checkPort, checkSource, checkTimeout, type SourceAddress } from '../core/address.js';
import { EXCHANGE } from '../core/charts.js';
import { ClientExchange } from './client-exchange.js';
import {
  declaredBodyLength,
  expectNothing,
  OutgoingRequest,
  RequestRun,
  type RequestInit,
} from './client-request.js';
import type { HTTPClientResponse } from './http-client-response.js';
import { HTTPSession, type HTTPSessionOptions } from '../http-session.js';
import { RequestBody } from './request-body.js';
import { RequestPreparation } from './request-preparation.js';

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
  readonly #exchange: ClientExchange;
  readonly #preparation: RequestPreparation;
  #host: string;
  #port: number;
  #source: SourceAddress | undefined;
  #continueTimeout: number;
  #body: RequestBody | null = null;

  /**
   * @param host - host name or address, or a connected `Duplex` to use as it is.
   * @param port - 80 by default, 443 for HTTPS.
   * @throws TypeError, RangeError for a malformed host, port or option.
   */
  constructor(host: string | Duplex = '', port?: number, options: HTTPClientSessionOptions = {}) {
    super(options);
    this.#host = host instanceof Duplex || host === '' ? '' : checkHost(host);
    this.#port = checkPort(port ?? this.defaultPort);
    this.#source = options.source === undefined ? undefined : checkSource(options.source);
    this.#continueTimeout = checkTimeout(options.continueTimeout ?? TIMEOUTS.continueTimeout.value);
    this.#exchange = new ClientExchange(
      this.core,
      checkTimeout(options.keepAliveTimeout ?? TIMEOUTS.clientKeepAliveTimeout.value),
    );
    this.core.role = this.#exchange;
    this.#preparation = new RequestPreparation(this, this.#exchange, !(host instanceof Duplex));
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
    return this.#exchange.keepAliveTimeout;
  }

  /** POCO: `setKeepAliveTimeout`. @throws RangeError */
  setKeepAliveTimeout(timeout: number): void {
    this.#exchange.keepAliveTimeout = checkTimeout(timeout);
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
      const request = new OutgoingRequest(init);
      const head = this.#headOf(request.message, request.framing);
      const run = new RequestRun(this.#preparation, request, head, this.#continueTimeout, init.signal);
      return run.start();
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
    const head = this.#headOf(message, '');
    await this.#preparation.prepare('sendRequest()', this.core.exchange.tags.has('reused'));
    this.#exchange.begin(message, 'sendRequest()', true);
    const body = new RequestBody(this.core, this.#exchange, head, length);
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
      this.#exchange.expect({ responded: resolve, failed: reject });
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
    return this.#exchange.awaitContinue(this.#continueTimeout);
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

  /**
   * The head of a request, with what every request says: the host, and whether the connection is to be kept.
   *
   * @throws LocalProtocolError when the target does not fit the method.
   */
  #headOf(message: HTTPRequest, framing: string): string {
    if (!message.has('Host')) message.set('Host', hostField(this.#host, this.#port, this.defaultPort));
    if (!this.core.keepAlive && !message.has('Connection')) message.setKeepAlive(false);
    return writeRequestHead(message, framing);
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

/** Only the default port of the session's own scheme is left out (RFC 9110 section 7.2): 443 is one of HTTPS alone. */
function hostField(host: string, port: number, defaultPort: number): string {
  // A zone means nothing to the other side (RFC 6874 section 1).
  const name = host.includes(':') ? `[${host.replace(/%.*/, '')}]` : host;
  return port === defaultPort ? name : `${name}:${String(port)}`;
}
