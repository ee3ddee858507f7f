import { checkOptions, describeValue, HTTPSessionError, KnownNames } from '../errors/index.js';
import { misuse, quietly, type HTTPClientResponse } from '../session/index.js';
import type { Call } from './call/call.js';
import { CALL, type CarriedRequest } from './call/carried-request.js';
import { POOL_OPTIONS, type HTTPPoolOptions } from './client-options.js';
import { compose } from './interceptors/compose.js';
import type { SwitchedConnection } from './call/switch-over.js';
import { ClientPools, type ClientStats } from './client-pools.js';
import { fetchOver, toDispatcher } from './dispatcher/index.js';
import type { ClientDrainOptions, HTTPPool } from './http-pool.js';
import type { ClientDrainReport } from './pool/pool-drain.js';
import { parseTarget, plainPath, splitPlain } from './pool/request-target.js';
import type { ProxyOption } from './proxy/proxy-config.js';
import type { ClientRequest, ClientRequestInit, Interceptor, RequestFunction } from './request.js';

/** Options of a client: those of its pools, and what concerns all of them. */
export interface HTTPClientOptions extends HTTPPoolOptions {
  /** Connections to all origins. At the cap an idle one of another origin is closed. @defaultValue 1024 */
  readonly maxTotalConnections?: number | undefined;
  /** The proxy: a URL, a `ProxyConfig`, or a function of the URL such as `proxyFromEnvironment()`. Default: none. */
  readonly proxy?: ProxyOption | undefined;
  /** The Unix domain socket that all requests go to, unless they name another. */
  readonly socketPath?: string | undefined;
}

/** What `connect()` sends. */
export interface ClientConnectInit extends ClientRequestInit {
  /** The URL of the proxy that is asked. */
  readonly via: string | URL;
}

/** What `upgrade()` sends. */
export interface ClientUpgradeInit extends ClientRequestInit {
  /** The value of the Upgrade field. @defaultValue 'websocket' */
  readonly protocol?: string | undefined;
}

const KNOWN_OPTIONS = new KnownNames('option of new HTTPClient()', [
  ...POOL_OPTIONS,
  'maxTotalConnections',
  'proxy',
  'socketPath',
] satisfies (keyof HTTPClientOptions)[]);

/** How `compose()` makes a client that shares the pools of another one. */
type ComposedClient = new (pools: ClientPools, interceptors: readonly Interceptor[]) => HTTPClient;

/**
 * Sends requests to any origin, over connections that it keeps.
 *
 * There is one pool for each origin. A call waits for the first connection that can take it; how many connections there are,
 * how many calls wait and for how long, has a bound. Every call settles.
 *
 * @example
 * ```ts
 * await using client = new HTTPClient();
 * const response = await client.request('https://example.org/orders?open=true');
 * console.log(response.status, await response.json());
 * ```
 */
export class HTTPClient implements AsyncDisposable {
  readonly #pools: ClientPools;
  /** What calls pass through, outermost first. */
  readonly #interceptors: readonly Interceptor[];
  readonly #handle: RequestFunction;
  #fetch: typeof fetch | null = null;

  /** @throws TypeError, RangeError for an unknown or malformed option. */
  constructor(options?: HTTPClientOptions);
  constructor(options: HTTPClientOptions | ClientPools = {}, interceptors: readonly Interceptor[] = []) {
    if (options instanceof ClientPools) this.#pools = options;
    else {
      checkOptions('new HTTPClient()', options, KNOWN_OPTIONS);
      this.#pools = new ClientPools(options);
    }
    this.#interceptors = interceptors;
    this.#handle = compose(...interceptors)((request) => this.#pools.dispatch(request));
  }

  // ---- requests ----------------------------------------------------------------------------------------------------

  /**
   * Sends a request, and resolves with the response once its head is complete.
   *
   * @throws HTTPSessionError with `ERR_HTTP_SESSION_QUEUE_FULL` when too many calls wait; TimeoutError (`queue` and those of
   * sessions); NetworkError, ProxyError, AbortedError, and what `HTTPClientSession.request()` throws.
   * @throws TypeError for a malformed URL, field or body, or an unknown option, before any byte leaves.
   */
  request(url: string | URL, init: ClientRequestInit = NONE): Promise<HTTPClientResponse> {
    const direct = typeof url === 'string' ? this.#direct(url, init) : null;
    if (direct !== null) return direct;
    let request: ClientRequest;
    try {
      checkInit(init);
      request = { ...init, url: parseTarget(url) };
    } catch (error) {
      return misuse(error, 0);
    }
    return this.#send(request);
  }

  /** The short way of most requests: to a pool that exists, with a URL that need not be parsed, past no interceptor. */
  #direct(url: string, init: ClientRequestInit): Promise<HTTPClientResponse> | null {
    if (this.#interceptors.length > 0 || !this.#pools.isDirect || !isPlain(init)) return null;
    const { latest } = this.#pools;
    const path = latest === null ? null : plainPath(url, latest.origin);
    if (latest !== null && path !== null) return latest.requestFor(url, init, path);
    const target = splitPlain(url);
    if (target === null) return null;
    return this.#pools.known(target.origin)?.requestFor(url, init, target.path) ?? null;
  }

  #send(request: ClientRequest): Promise<HTTPClientResponse> {
    const call = this.#pools.newCall(request);
    const carried: CarriedRequest = { ...request, [CALL]: call };
    return quietly(this.#handled(carried, call));
  }

  /** An interceptor of the user's may throw, or reject with anything. */
  async #handled(request: ClientRequest, call: Call): Promise<HTTPClientResponse> {
    try {
      const response = await this.#handle(request);
      call.send('call.deliver');
      return response;
    } catch (error) {
      if (error instanceof HTTPSessionError) call.error = error;
      call.send('call.end');
      throw error;
    }
  }

  /**
   * Asks a proxy for a tunnel to `host:port`, and hands the socket over.
   *
   * @param init - `via` is the URL of the proxy.
   * @throws what `request` throws; LocalProtocolError, with the response as `cause`, when the proxy refuses.
   */
  connect(authority: string, init: ClientConnectInit): Promise<SwitchedConnection> {
    return this.#switch(() => {
      const { via, ...rest } = init;
      return this.#pools.connect({ ...rest, url: parseTarget(via) }, authority);
    });
  }

  /**
   * Asks the server to switch to another protocol, and hands the socket over.
   *
   * @throws what `request` throws; LocalProtocolError, with the response as `cause`, when the server does not switch.
   */
  upgrade(url: string | URL, init: ClientUpgradeInit = {}): Promise<SwitchedConnection> {
    return this.#switch(() => {
      const { protocol = 'websocket', ...rest } = init;
      return this.#pools.upgrade({ ...rest, url: parseTarget(url) }, protocol);
    });
  }

  #switch(start: () => Promise<SwitchedConnection>): Promise<SwitchedConnection> {
    try {
      return quietly(start());
    } catch (error) {
      return misuse(error, 0);
    }
  }

  /** The number of the client within the process; those that share their pools have one. */
  get clientId(): number {
    return this.#pools.clientId;
  }

  /**
   * The `fetch` of Node.js, over the connections of this client. It can be passed on: `const { fetch } = client`.
   *
   * @throws TypeError as every `fetch` does; its `cause` is the error of this package.
   */
  get fetch(): typeof fetch {
    return (this.#fetch ??= fetchOver(toDispatcher(this)));
  }

  /** A client that sends all of its calls through interceptors, the first of them outermost. It shares the pools. */
  compose(...interceptors: Interceptor[]): HTTPClient {
    for (const interceptor of interceptors) {
      if (typeof interceptor === 'function') continue;
      throw new TypeError(`compose(): must be given functions (got ${describeValue(interceptor)})`);
    }
    return new (HTTPClient as unknown as ComposedClient)(this.#pools, [
      ...interceptors,
      ...this.#interceptors,
    ]);
  }

  // ---- pools -------------------------------------------------------------------------------------------------------

  /**
   * The pool of an origin, made if there is none. Where a proxy leads to the origin, its connections go through a tunnel.
   *
   * @throws TypeError for a malformed origin; InvalidStateError after a drain.
   */
  pool(origin: string | URL, options: Pick<ClientRequestInit, 'socketPath'> = {}): HTTPPool {
    return this.#pools.poolFor(parseTarget(origin), options.socketPath, true);
  }

  /** Opens connections ahead; resolves with how many are open. */
  warm(origin: string | URL, count: number): Promise<number> {
    try {
      return this.pool(origin).warm(count);
    } catch (error) {
      return misuse(error, 0);
    }
  }

  /** How many connections and calls there are; made on request. */
  get stats(): ClientStats {
    return this.#pools.stats;
  }

  /**
   * Takes no more calls, finishes those it has, those that wait included, and closes all connections.
   *
   * @returns what became of the calls; the promise never rejects.
   */
  drain(options?: ClientDrainOptions): Promise<ClientDrainReport> {
    return this.#pools.drain(options);
  }

  /** Ends everything now: pending calls reject with an AbortedError. Idempotent. */
  destroy(reason?: unknown): void {
    this.#pools.destroy(reason);
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }
}

const NONE: ClientRequestInit = Object.freeze({});

/** Whether options can go to a pool as they are; what is wrong with others is found out on the long way. */
function isPlain(init: ClientRequestInit): boolean {
  if (init === NONE) return true;
  return (
    typeof init === 'object' &&
    (init as unknown) !== null &&
    !('socketPath' in init || 'path' in init || 'url' in init)
  );
}

/** @throws TypeError for what is not an object, and for the path, which belongs into the URL. */
function checkInit(init: unknown): void {
  if (typeof init !== 'object' || init === null) {
    throw new TypeError(`request(): the options must be an object (got ${describeValue(init)})`);
  }
  if ('path' in init) throw new TypeError('request(): the path belongs into the URL');
  if ('url' in init) throw new TypeError('request(): the URL is the first argument');
}
