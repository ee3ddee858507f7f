import { LIMITS } from '../constants.js';
import { describeValue, HTTPSessionError, InvalidStateError } from '../errors/index.js';
import { misuse, quietly, type ConnectAddress, type HTTPClientResponse } from '../session/index.js';
import { Call } from './call/call.js';
import { callOf } from './call/carried-request.js';
import { testifyToUnsent } from './call/unsent-error.js';
import type { SwitchedConnection } from './call/switch-over.js';
import { checkAtLeastOne, poolSettings, type HTTPPoolOptions, type PoolSettings } from './client-options.js';
import { nextClientId } from './diagnostics.js';
import { PoolOfClient, type ClientDrainOptions, type HTTPPool, type PoolRequestInit } from './http-pool.js';
import { MessageHeader } from '../protocol/index.js';
import { forwardRequest } from './proxy/forward-request.js';
import type { ProxyOption } from './proxy/proxy-config.js';
import { checkProxy, routeOf, type ProxyRoute } from './proxy/proxy-route.js';
import { tunnelOpener } from './proxy/tunnel-opener.js';
import type { HTTPSessionFactory } from './session-factory.js';
import type { SessionOpener } from './pool/session-opener.js';
import { Ceiling } from './pool/ceiling.js';
import { bareHost, DirectOpener, type PoolTarget } from './pool/direct-opener.js';
import type { ClientDrainReport } from './pool/pool-drain.js';
import type { PoolStats } from './pool/pool-stats.js';
import { pathOf, portOf } from './pool/request-target.js';
import { TLSSessions } from './pool/tls-sessions.js';
import type { ClientRequest } from './request.js';

/** What a client does at one moment. */
export interface ClientStats {
  /** Connections of all pools. */
  readonly connections: number;
  /** Calls of all pools that wait for a connection. */
  readonly waiting: number;
  /** Each pool; one that has neither connections nor calls is forgotten. */
  readonly pools: readonly PoolStats[];
}

/** What concerns all pools of a client. */
export interface ClientPoolsOptions extends HTTPPoolOptions {
  readonly maxTotalConnections?: number | undefined;
  readonly socketPath?: string | undefined;
  readonly proxy?: ProxyOption | undefined;
}

/** The pools of a client by where they lead to, and the way of each request to its pool. */
export class ClientPools {
  readonly clientId = nextClientId();
  readonly #settings: PoolSettings;
  readonly #socketPath: string | undefined;
  readonly #proxy: ProxyOption | undefined;
  readonly #ceiling: Ceiling;
  readonly #tlsSessions = new TLSSessions();
  /** Where calls go to. One that is not used is forgotten, though your code may still hold it. */
  readonly #pools = new Map<string, HTTPPool>();
  /** All pools that have connections or calls. */
  readonly #used = new Set<HTTPPool>();
  #latest: HTTPPool | null = null;
  /** The drain that is in progress or over; no pool is made any more. */
  #drain: Promise<ClientDrainReport> | null = null;

  constructor(options: ClientPoolsOptions) {
    const { maxTotalConnections = LIMITS.maxTotalConnections.value, socketPath, proxy, ...pool } = options;
    checkProxy(proxy);
    this.#proxy = proxy ?? (options.sessions as Partial<HTTPSessionFactory> | undefined)?.getProxy?.();
    this.#settings = poolSettings(pool);
    this.#socketPath = socketPath === undefined ? undefined : checkSocketPath(socketPath);
    this.#ceiling = new Ceiling(checkAtLeastOne(maxTotalConnections, 'maxTotalConnections'));
  }

  /** Whether the URL alone decides which pool a request belongs to. */
  get isDirect(): boolean {
    return this.#socketPath === undefined && this.#proxy === undefined;
  }

  /** The pool of an origin, if there is one. */
  known(origin: string): HTTPPool | undefined {
    const pool = this.#pools.get(origin);
    if (pool !== undefined) this.#latest = pool;
    return pool;
  }

  /** The pool that `known` has found last, which most requests go to. */
  get latest(): HTTPPool | null {
    return this.#latest;
  }

  /** The pool of a URL, made if there is none. */
  poolOf(url: URL, socketPath = this.#socketPath): HTTPPool {
    const key = socketPath === undefined ? url.origin : `unix:${checkSocketPath(socketPath)} ${url.origin}`;
    return this.#pools.get(key) ?? this.#newPool(targetOf(url, socketPath, key));
  }

  /** The pool that leads to a URL, through a tunnel where a proxy does. */
  poolFor(url: URL, socketPath = this.#socketPath, needsTunnel = false): HTTPPool {
    const route = socketPath === undefined ? routeOf(url, this.#proxy, needsTunnel) : null;
    return route === null ? this.poolOf(url, socketPath) : this.#poolOver(route, url);
  }

  /** The pool of a proxy that forwards, or of a tunnel. */
  #poolOver(route: ProxyRoute, url: URL): HTTPPool {
    const known = this.#pools.get(route.key);
    if (known !== undefined) return known;
    if (route.kind === 'forward') {
      const settings = {
        ...this.#settings,
        session: { ...this.#settings.session, tls: route.server().tls() },
      };
      return this.#newPool(targetOf(route.url, undefined, route.key), settings);
    }
    const target = targetOf(url, undefined, route.key);
    const { session, sessions, clock } = this.#settings;
    const tlsSessions = this.#tlsSessions;
    return this.#newPool(
      target,
      this.#settings,
      tunnelOpener(route, target, { session, sessions, clock, tlsSessions }),
    );
  }

  #newPool(
    target: PoolTarget,
    settings = this.#settings,
    opener: SessionOpener = new DirectOpener(target, settings, this.#tlsSessions),
  ): HTTPPool {
    if (this.#drain !== null)
      throw new InvalidStateError('request()', 'closed', 'the client takes no more calls');
    const { key } = target;
    const pool: HTTPPool = new PoolOfClient({
      target,
      clientId: this.clientId,
      settings,
      opener,
      ceiling: this.#ceiling,
      used: (isUsed) => {
        if (isUsed) this.#used.add(pool);
        else this.#used.delete(pool);
        if (isUsed && !this.#pools.has(key)) this.#pools.set(key, pool);
        if (!isUsed && this.#pools.get(key) === pool) this.#pools.delete(key);
        if (!isUsed && this.#latest === pool) this.#latest = null;
      },
      isOver: () => this.#drain !== null,
    });
    this.#pools.set(key, pool);
    return pool;
  }

  newCall({ method = 'GET', url }: ClientRequest): Call {
    return new Call(method, pathOf(url), url.origin, this.clientId, this.#settings.clock);
  }

  /** Sends one attempt of a call. */
  dispatch(request: ClientRequest): Promise<HTTPClientResponse> {
    const call = callOf(request);
    try {
      return this.#dispatch(request, call);
    } catch (error) {
      if (!(error instanceof HTTPSessionError)) return misuse(error, 0);
      const unsent = call ?? this.newCall(request);
      return quietly(Promise.reject(testifyToUnsent(error, unsent, this.#settings.clock.wallTime())));
    }
  }

  #dispatch(request: ClientRequest, call: Call | undefined): Promise<HTTPClientResponse> {
    const { url, socketPath = this.#socketPath, ...init } = request;
    const route = socketPath === undefined ? routeOf(url, this.#proxy) : null;
    const pool = route === null ? this.poolOf(url, socketPath) : this.#poolOver(route, url);
    const send = (sent: PoolRequestInit): Promise<HTTPClientResponse> => {
      const prepared = pool.prepare(sent);
      return pool.send(prepared, call ?? pool.newCall(prepared), sent, false, null, url);
    };
    if (route?.kind === 'forward') {
      return quietly(forwardRequest(route, { ...init, url }, ({ url: _url, ...sent }) => send(sent)));
    }
    return send({ ...(route === null ? init : withoutProxyCredentials(init)), path: pathOf(url) });
  }

  /** Asks the server of a URL to switch to another protocol. */
  upgrade(request: ClientRequest, protocol: string): Promise<SwitchedConnection> {
    const { url, socketPath, ...init } = request;
    const pool = this.poolFor(url, socketPath, true);
    const prepared = pool.prepare({ ...init, path: pathOf(url) });
    const { message } = prepared;
    if (!message.has('Upgrade')) message.set('Upgrade', protocol);
    if (!message.has('Connection')) message.set('Connection', 'Upgrade');
    return pool.switchOver(prepared, init);
  }

  /** Asks the server of a URL, a proxy, for a tunnel to an authority. */
  connect(request: ClientRequest, authority: string): Promise<SwitchedConnection> {
    const { url, socketPath, ...init } = request;
    const pool = this.poolOf(url, socketPath);
    return pool.switchOver(pool.prepare({ ...init, method: 'CONNECT', path: authority }), init);
  }

  get stats(): ClientStats {
    const pools = [...this.#used].map((pool) => pool.stats);
    return {
      connections: this.#ceiling.taken,
      waiting: pools.reduce((sum, { waiting }) => sum + waiting, 0),
      pools,
    };
  }

  /** Drains all pools; no others are made. */
  drain(options?: ClientDrainOptions): Promise<ClientDrainReport> {
    const drains = [...this.#used].map((pool) => pool.drain(options));
    this.#drain ??= Promise.all(drains).then((reports) => ({
      finished: sum(reports.map((it) => it.finished)),
      aborted: sum(reports.map((it) => it.aborted)),
      unsent: sum(reports.map((it) => it.unsent)),
    }));
    return this.#drain;
  }

  destroy(reason?: unknown): void {
    const pools = [...this.#used];
    this.#drain ??= Promise.resolve({ finished: 0, aborted: 0, unsent: 0 });
    for (const pool of pools) pool.destroy(reason);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function checkSocketPath(path: unknown): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  throw new TypeError(`socketPath: must be the path of a Unix domain socket (got ${describeValue(path)})`);
}

function targetOf(url: URL, socketPath: string | undefined, key: string): PoolTarget {
  const address: ConnectAddress =
    socketPath === undefined ? { host: bareHost(url), port: portOf(url) } : { path: socketPath };
  return { address, url: new URL(url.origin), key };
}

/** Credentials for a proxy are for that hop alone: in a tunnel the origin would get them. */
function withoutProxyCredentials<TInit extends Pick<ClientRequest, 'headers'>>(init: TInit): TInit {
  if (init.headers === undefined) return init;
  const headers = new MessageHeader(init.headers);
  return headers.delete('Proxy-Authorization') ? { ...init, headers } : init;
}
