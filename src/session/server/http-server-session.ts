import type { Duplex } from 'node:stream';

import type { ChartEdge } from '../../chart/index.js';
import type { TimeoutError } from '../../errors/index.js';
import type { MessageHeader } from '../../protocol/index.js';
import { Transport, type SocketAddress } from '../../transport/index.js';
import { EXCHANGE } from '../core/charts.js';
import { takerOf, type RequestHandler } from './handler-taker.js';
import { HTTPSession } from '../http-session.js';
import { RequestQueue, type ServerExchange } from './request-queue.js';
import type { RequestTaker } from './request-taker.js';
import { ServerLoop } from './server-loop.js';
import { serverSettings, type HTTPServerSessionOptions, type ServerSettings } from './server-settings.js';
import type { ServerTimers } from './server-timers.js';

/**
 * What a session of a server is doing: nothing came yet (`silent`), between requests (`idle`), a request or its response
 * is in progress (`active`), the last answer is on its way (`lingering`), or the socket was handed over (`detached`).
 */
export type SessionActivity = 'silent' | 'idle' | 'active' | 'lingering' | 'detached';

/** What a server knows its sessions by. */
export interface SessionRegister {
  /** The session has no connection any more; `socket` when it was handed over. */
  left(session: HTTPServerSession, socket: Duplex | null): void;
  /** Aborts when the new owner of the session's socket must finish. */
  drainSignal(session: HTTPServerSession): AbortSignal;
}

/** Timers whose expiry is an end in good order, or the begin of one. */
const ORDERLY: ReadonlySet<string> = new Set(['firstByte', 'keepAlive', 'linger', 'connectionAge']);

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
  /** The register of the server that made the session; without one it stands alone. @internal */
  register: SessionRegister | null = null;
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
    const { core } = this;
    const { timers, maxQueuedOutput } = this.#settings;
    core.receiveTimeout = timers.bodyProgress;
    core.sendTimeout = timers.sendProgress;
    core.lingerTimeout = timers.linger;
    core.maxQueuedOutput = maxQueuedOutput;
    if (socket !== undefined && socket !== null) this.attach(socket);
  }

  /** @internal */
  attach(socket: Duplex | Transport): void {
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

  /**
   * The gentle half of a drain: the response in progress, or the next one, says `Connection: close`; an idle connection
   * is read on until `drain` ends it. Nothing happens where there is nothing to drain.
   *
   * @internal
   */
  startDraining(): void {
    if (!this.core.is('attached')) return;
    this.core.notify({ type: 'session.drain' });
    this.#loop?.startDraining();
  }

  /** What the session is doing, for those who have to decide what becomes of it. */
  get activity(): SessionActivity {
    const { core } = this;
    if (core.is('detached')) return 'detached';
    if (core.is('lingering')) return 'lingering';
    const { tags } = core.exchange;
    if (!tags.has('idle') || tags.has('receiving')) return 'active';
    return core.bytesIn === 0 ? 'silent' : 'idle';
  }

  /** How many requests of this connection were answered. */
  get answered(): number {
    return this.core.answered;
  }

  /** Aborts when the server drains; of a session without a server, never. @internal */
  drainSignal(): AbortSignal {
    return this.register?.drainSignal(this) ?? new AbortController().signal;
  }

  /** The timers of this session, each by its name. */
  get timers(): ServerTimers {
    return this.#settings.timers;
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
      this.#queue?.requestsEnded(null);
      this.#loop = null;
      this.#queue = null;
    } else if (!edge.target.tags.has('attached')) {
      this.#queue?.requestsEnded(null);
      const { detachedSocket } = this.core;
      this.register?.left(this, edge.target.tags.has('detached') ? (detachedSocket?.socket ?? null) : null);
    } else if (edge.event === 'exception.clear') {
      this.#queue?.resume();
      this.#loop?.resume();
    }
  }

  /** @internal */
  override get kind(): 'server' {
    return 'server';
  }

  /** @internal */
  override get sendTimer(): 'sendProgress' {
    return 'sendProgress';
  }

  /** @internal */
  override socketLost(why: string): void {
    this.#loop?.socketLost(why);
  }

  /** @internal */
  override isFailure(timer: string): boolean {
    return !ORDERLY.has(timer);
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
