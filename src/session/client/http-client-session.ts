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
import { HTTPSession } from '../http-session.js';
import type { HTTPSessionOptions } from '../core/session-options.js';
import { RequestBody } from './request-body.js';
import { RequestPreparation } from './request-preparation.js';

/** Options of a client session. Durations are in milliseconds, 0 means none. */
export interface HTTPClientSessionOptions extends HTTPSessionOptions {
  /** How long an idle keep-alive connection is kept. @defaultValue 8000 */
  readonly keepAliveTimeout?: number | undefined;
  /** How long to wait for 100 Continue before the body is sent anyway. @defaultValue 1000 */
  readonly continueTimeout?: number | undefined;
  /** The local end of connections. */
  readonly source?: SourceAddress | string | undefined;
}

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

  /** The host that the session connects to. POCO: `getHost`. */
  getHost(): string {
    return this.#host;
  }

  /** Sets the host. @throws InvalidStateError while connected; TypeError. POCO: `setHost`. */
  setHost(host: string): void {
    this.#refuseWhileConnected('setHost()');
    this.#host = checkHost(host);
  }

  /** The port that the session connects to. POCO: `getPort`. */
  getPort(): number {
    return this.#port;
  }

  /** Sets the port. @throws InvalidStateError while connected; TypeError, RangeError. POCO: `setPort`. */
  setPort(port: number): void {
    this.#refuseWhileConnected('setPort()');
    this.#port = checkPort(port);
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
   * Connects if necessary. If a reused connection dies before anything was answered, the request is retried once on a new
   * one, provided that its method is idempotent and its body known whole; the exchange chart decides.
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
   * body and is complete at once.
   *
   * @throws what `request` throws, except for what the response may be.
   *
   * POCO: `sendRequest`.
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

  /** Sends the head now, if it still waits for the first piece of the body. POCO: `flushRequest`. */
  flushRequest(): void {
    this.#body?.flush();
  }

  /** Resolves with the response once its head is complete; interim responses are skipped. POCO: `receiveResponse`. */
  receiveResponse(): Promise<HTTPClientResponse> {
    return new Promise((resolve, reject) => {
      this.flushRequest();
      this.#exchange.expect({ responded: resolve, failed: reject });
    });
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
   * The head of a request, completed with Host and, if the session keeps no connections, `Connection: close`.
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
