import type { Duplex } from 'node:stream';

import type { ChartEdge } from '../chart/index.js';
import type { TimeoutError } from '../errors/index.js';
import type { MessageHeader } from '../protocol/index.js';
import { Transport, type SocketAddress } from '../transport/index.js';
import { EXCHANGE } from './charts.js';
import { takerOf, type RequestHandler } from './handler-taker.js';
import { HTTPSession } from './http-session.js';
import { RequestQueue, type ServerExchange } from './request-queue.js';
import { ServerLoop, type RequestTaker } from './server-loop.js';
import { serverSettings, type HTTPServerSessionOptions, type ServerSettings } from './server-settings.js';

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
  readonly #settings: ServerSettings;
  #loop: ServerLoop | null = null;
  #queue: RequestQueue | null = null;

  /**
   * @param socket - a connected TCP or TLS socket, or any other `Duplex`; one may also be attached later.
   * @throws TypeError, RangeError for malformed options.
   */
  constructor(socket?: Duplex | Transport | null, options: HTTPServerSessionOptions = {}) {
    super(options);
    this.#settings = serverSettings(options);
    if (socket !== undefined && socket !== null) this.attach(socket);
  }

  /** @internal */
  protected attach(socket: Duplex | Transport): void {
    if (socket instanceof Transport) this.attachTransport(socket);
    else this.attachSocket(socket);
  }

  /** Serves all requests of the connection with a handler. @throws InvalidStateError when not connected. */
  serve(handler: RequestHandler): void {
    this.#serveWith(takerOf(handler), 'serve()');
  }

  /**
   * Resolves with `true` once a further request is arriving, with `false` when none will: the peer has left, the
   * keep-alive time or the number of requests is used up. POCO: `hasMoreRequests`.
   */
  async hasMoreRequests(): Promise<boolean> {
    return this.#pull().hasMore();
  }

  /**
   * The next request with its response, or `null` when none will come.
   *
   * @throws RemoteProtocolError, IncompleteMessageError, TimeoutError: it was answered with the fitting status already.
   */
  async nextRequest(): Promise<ServerExchange | null> {
    return this.#pull().next();
  }

  /** The requests one after another. Throws what `nextRequest` rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ServerExchange, void, undefined> {
    for (let next = await this.nextRequest(); next !== null; next = await this.nextRequest()) yield next;
  }

  /** Whether another request may follow the one in progress. POCO: `canKeepAlive`. */
  canKeepAlive(): boolean {
    return this.getKeepAlive() && this.connected() && !this.core.exchange.tags.has('finishing');
  }

  /**
   * POCO: `setKeepAlive`. Off takes effect with the next response head, be it that of the request in progress; on,
   * with the next request.
   */
  override setKeepAlive(keepAlive: boolean): void {
    super.setKeepAlive(keepAlive);
    const { core } = this;
    if (!keepAlive && !core.exchange.tags.has('idle')) core.advance(EXCHANGE.connectionClose);
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
    this.#loop = new ServerLoop(this.core, this, this.#settings, taker);
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
    if (edge.event === 'socket.attach' || edge.event === 'xstate.done.actor.connector') {
      this.#loop?.replaced();
      this.#loop = null;
      this.#queue = null;
    } else if (!edge.target.tags.has('attached')) {
      this.#queue?.requestsEnded(null);
      this.left();
    } else if (edge.event === 'exception.clear') {
      this.#queue?.resume();
      this.#loop?.resume();
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
