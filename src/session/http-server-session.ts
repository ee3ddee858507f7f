import type { Duplex } from 'node:stream';

import type { ChartEdge } from '../chart/index.js';
import { TIMEOUTS } from '../constants.js';
import { reportFault } from '../diagnostics.js';
import { HTTPSessionError, type TimeoutError } from '../errors/index.js';
import type { MessageHeader } from '../protocol/index.js';
import { Transport, type SocketAddress } from '../transport/index.js';
import { checkTimeout } from './address.js';
import { HTTPSession, type HTTPSessionOptions } from './http-session.js';
import type { HTTPServerRequest } from './http-server-request.js';
import type { HTTPServerResponse } from './http-server-response.js';
import { RequestQueue, type ServerExchange } from './request-queue.js';
import { ServerLoop, type RequestTaker, type ServerLoopSettings } from './server-loop.js';

/** Handles one request. What it throws, or rejects with, is answered with 500 when nothing was sent yet. */
export type RequestHandler = (
  request: HTTPServerRequest,
  response: HTTPServerResponse,
) => void | Promise<void>;

/** Options of a server session. Durations are in milliseconds, 0 means none. POCO: `HTTPServerParams`. */
export interface HTTPServerSessionOptions extends HTTPSessionOptions {
  /** Waiting for the first request, and for the rest of a head. @defaultValue 60000 */
  readonly timeout?: number | undefined;
  /** Waiting for each further request. @defaultValue 65000 */
  readonly keepAliveTimeout?: number | undefined;
  /** Requests on one connection; 0 for any number. @defaultValue 0 */
  readonly maxKeepAliveRequests?: number | undefined;
  /** The value of the Server field; empty for no such field. @defaultValue '' */
  readonly softwareVersion?: string | undefined;
}

/**
 * The server's end of a connection. POCO: `HTTPServerSession`.
 *
 * Serve it in one of two ways: `serve(handler)`, or pull requests with `hasMoreRequests()` and `nextRequest()`, which
 * `for await (const { request, response } of session)` does for you.
 */
export class HTTPServerSession<TData = unknown>
  extends HTTPSession<TData>
  implements AsyncIterable<ServerExchange>
{
  readonly #settings: ServerLoopSettings;
  #loop: ServerLoop | null = null;
  #queue: RequestQueue | null = null;

  /**
   * @param socket - a connected TCP or TLS socket, or any other `Duplex`; one may also be attached later.
   * @throws TypeError, RangeError for malformed options.
   */
  constructor(socket?: Duplex | Transport | null, options: HTTPServerSessionOptions = {}) {
    super(options);
    this.#settings = settingsOf(options, this.getKeepAlive());
    if (socket !== undefined && socket !== null) this.attach(socket);
  }

  /** @internal */
  protected attach(socket: Duplex | Transport): void {
    if (socket instanceof Transport) this.attachTransport(socket);
    else this.attachSocket(socket);
  }

  /** Serves all requests of the connection with a handler. @throws InvalidStateError when not connected. */
  serve(handler: RequestHandler): void {
    this.#serveWith(new HandlerTaker(this, handler), 'serve()');
  }

  /**
   * Resolves with `true` once a further request is arriving, with `false` when none will: the peer has left, the
   * keep-alive time or the number of requests is used up. POCO: `hasMoreRequests`.
   */
  hasMoreRequests(): Promise<boolean> {
    return this.#pull().hasMore();
  }

  /**
   * The next request with its response, or `null` when none will come.
   *
   * @throws RemoteProtocolError, IncompleteMessageError, TimeoutError: it was answered with the fitting status already.
   */
  nextRequest(): Promise<ServerExchange | null> {
    return this.#pull().next();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ServerExchange, void, undefined> {
    for (let next = await this.nextRequest(); next !== null; next = await this.nextRequest()) yield next;
  }

  /** Whether another request may follow the one in progress. POCO: `canKeepAlive`. */
  canKeepAlive(): boolean {
    return this.#settings.keepAlive && this.connected() && !this.core.exchange.tags.has('finishing');
  }

  /** POCO: `setKeepAlive`. Takes effect with the next response head. */
  override setKeepAlive(keepAlive: boolean): void {
    super.setKeepAlive(keepAlive);
    this.#settings.keepAlive = keepAlive;
  }

  /** Lets the exchange in progress finish and no other one begin; an idle connection closes at once. */
  drain(): void {
    this.core.command('drain()', { type: 'session.drain' });
    this.#loop?.drain();
    if (this.#loop === null) this.close();
  }

  override clientAddress(): SocketAddress | null {
    return this.core.transport?.remoteAddress ?? null;
  }

  override serverAddress(): SocketAddress | null {
    return this.core.transport?.localAddress ?? null;
  }

  override requestTrailer(): MessageHeader | null {
    return this.#loop?.request?.body.trailer ?? null;
  }

  /** Always `null`: a server sends trailers, with `response.end(undefined, trailer)`, and receives none. */
  override responseTrailer(): MessageHeader | null {
    return null;
  }

  #serveWith(taker: RequestTaker, call: string): void {
    if (!this.connected() || this.#loop !== null) throw this.core.illegal(call);
    this.#loop = new ServerLoop(this.core, this.#settings, taker);
    this.#loop.listen();
  }

  #pull(): RequestQueue {
    if (this.#queue === null) {
      const queue = new RequestQueue(this.core);
      this.#serveWith(queue, 'nextRequest()');
      this.#queue = queue;
    }
    return this.#queue;
  }

  /** @internal */
  override transitioned(edge: ChartEdge): void {
    super.transitioned(edge);
    if (edge.event === 'socket.attach') {
      this.#loop = null;
      this.#queue = null;
    } else if (!edge.target.tags.has('attached')) {
      this.#queue?.requestsEnded(null);
      this.left();
    }
  }

  /** The session has left the states in which a socket is attached. @internal */
  left(): void {
    // For servers that keep a register of their sessions.
  }

  /** @internal */
  override deadlineExpired(timer: string, error: TimeoutError): boolean {
    return this.#loop?.deadlineExpired(timer, error) ?? false;
  }

  /** @internal */
  override streamEndedUnread(): void {
    // A response may still be on its way to a client that has only finished sending (nodejs/node#49073).
  }

  /** @internal */
  override isHeadSent(): boolean {
    const { tags } = this.core.exchange;
    return !tags.has('idle') && !tags.has('unanswered');
  }

  /** @internal */
  override isRequestUnsent(): boolean {
    return false;
  }
}

/** Runs a handler for each request, and keeps what it throws away from everybody else. */
class HandlerTaker implements RequestTaker {
  readonly #session: HTTPServerSession;
  readonly #handler: RequestHandler;

  constructor(session: HTTPServerSession, handler: RequestHandler) {
    this.#session = session;
    this.#handler = handler;
  }

  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse): void {
    try {
      const result = this.#handler(request, response);
      if (result instanceof Promise) {
        result.catch((error: unknown) => {
          this.#failed(response, error);
        });
      }
    } catch (error) {
      this.#failed(response, error);
    }
  }

  requestsEnded(): void {
    // Nobody waits for requests here: they are handed out as they come.
  }

  /** 500 when nothing was sent; otherwise a reset, which the client cannot take for the end of the body. */
  #failed(response: HTTPServerResponse, error: unknown): void {
    const session = this.#session;
    // The connection failed under the handler: that is no fault of the handler.
    if (!(error instanceof HTTPSessionError && !session.connected()))
      reportFault('handler', error, session.id);
    if (response.finished || !session.connected()) return;
    if (response.sent) {
      session.abort();
      return;
    }
    response.message.clear();
    response.status = 500;
    response.message.setContentType('text/plain');
    response.end('500 Internal Server Error\n');
  }
}

function settingsOf(options: HTTPServerSessionOptions, keepAlive: boolean): ServerLoopSettings {
  const maxKeepAliveRequests = options.maxKeepAliveRequests ?? 0;
  if (!Number.isInteger(maxKeepAliveRequests) || maxKeepAliveRequests < 0) {
    throw new RangeError('maxKeepAliveRequests must be an integer, 0 or more');
  }
  return {
    timeout: checkTimeout(options.timeout ?? TIMEOUTS.serverTimeout.value),
    keepAliveTimeout: checkTimeout(options.keepAliveTimeout ?? TIMEOUTS.serverKeepAliveTimeout.value),
    maxKeepAliveRequests,
    keepAlive,
    softwareVersion: options.softwareVersion ?? '',
  };
}
