import type { Duplex } from 'node:stream';

import type { MessageHeader } from '../../protocol/index.js';
import { Transport, type SocketAddress } from '../../transport/index.js';
import { EXCHANGE } from '../core/charts.js';
import { HTTPSession } from '../http-session.js';
import { quietly } from '../core/unheard.js';
import { runnerOf, type RequestHandler, type ServerExchange } from './request-sinks.js';
import { ServerRole } from './server-role.js';
import { serverSettings, type HTTPServerSessionOptions } from './server-settings.js';
import type { ServerTimers } from './server-timers.js';

/**
 * What a session of a server is doing: nothing came yet (`silent`), between requests (`idle`), a request or its response
 * is in progress (`active`), the last answer is on its way (`lingering`), or the socket was handed over (`detached`).
 */
export type SessionActivity = 'silent' | 'idle' | 'active' | 'lingering' | 'detached';

/**
 * The server's end of a connection. POCO: `HTTPServerSession`.
 *
 * Serve it in one of two ways: `serve(handler)`, or pull requests with `hasMoreRequests()` and `nextRequest()`, which
 * `for await (const { request, response } of session)` does for you.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:net';
 *
 * const listener = createServer({ allowHalfOpen: true }, (socket) => {
 *   new HTTPServerSession(socket).serve((request, response) => response.end(request.path));
 * });
 * listener.listen(8080);
 * ```
 */
export class HTTPServerSession<TData = unknown>
  extends HTTPSession<TData>
  implements AsyncIterable<ServerExchange>
{
  /** @internal */
  readonly role: ServerRole;

  /**
   * @param socket - a connected TCP or TLS socket, or any other `Duplex`; one may also be attached later.
   * @throws TypeError, RangeError for malformed options.
   */
  constructor(socket?: Duplex | Transport | null, options: HTTPServerSessionOptions = {}) {
    super(options);
    this.role = new ServerRole(this, serverSettings(options));
    if (socket !== undefined && socket !== null) this.attach(socket);
  }

  /**
   * Attaches a socket, as for every session. A session that `serve(handler)` served serves the new socket with the same
   * handler, unless you serve it otherwise in the same turn, and counts again at its server.
   *
   * @throws TypeError when `socket` is no duplex stream.
   */
  override attachSocket(socket: Duplex, head?: Uint8Array): void {
    super.attachSocket(socket, head);
  }

  /** @internal */
  attach(socket: Duplex | Transport): void {
    if (socket instanceof Transport) this.attachTransport(socket);
    else this.attachSocket(socket);
  }

  /** Serves all requests of the connection with a handler. @throws InvalidStateError when not connected. */
  serve(handler: RequestHandler): void {
    this.role.serve(runnerOf(handler), 'serve()');
  }

  /**
   * Resolves with `true` once a further request is arriving, with `false` when none will: the peer has left, the
   * keep-alive time or the number of requests is used up. POCO: `hasMoreRequests`.
   */
  async hasMoreRequests(): Promise<boolean> {
    return this.role.pull().hasMore();
  }

  /**
   * The next request with its response, or `null` when none will come.
   *
   * @throws RemoteProtocolError, IncompleteMessageError, TimeoutError: it was answered with the fitting status already.
   */
  nextRequest(): Promise<ServerExchange | null> {
    return quietly(this.#next());
  }

  async #next(): Promise<ServerExchange | null> {
    return this.role.pull().next();
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
    if (this.role.loop === null) this.close();
    else this.role.loop.drain();
  }

  /**
   * The other half of a drain, after `startDraining`: what is left has `headTime` milliseconds for the rest of a head.
   *
   * @internal
   */
  finishDraining(headTime: number): void {
    if (!this.core.is('attached')) return;
    if (this.role.loop === null) this.drain();
    else {
      this.core.notify({ type: 'session.drain' });
      this.role.finishDraining(headTime);
    }
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
    this.role.loop?.startDraining();
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

  /** The timers of this session, each by its name. */
  get timers(): ServerTimers {
    return this.role.settings.timers;
  }

  override clientAddress(): SocketAddress | null {
    return this.core.transport?.remoteAddress ?? null;
  }

  override serverAddress(): SocketAddress | null {
    return this.core.transport?.localAddress ?? null;
  }

  override requestTrailer(): MessageHeader | null {
    return this.role.loop?.request?.body.trailer ?? null;
  }

  /** Always `null`: a server sends trailers, with `response.end(undefined, trailer)`, and receives none. */
  override responseTrailer(): MessageHeader | null {
    return null;
  }
}
