import { LIMITS } from '../constants.js';
import { describeValue, HTTPSessionError, InvalidStateError } from '../errors/index.js';
import { misuse, quietly, type ConnectAddress, type HTTPClientResponse } from '../session/index.js';
import { Call } from './call/call.js';
import { callOf } from './call/carried-request.js';
import { testifyToUnsent } from './call/unsent-error.js';
import { switchOver, type SwitchedConnection } from './call/switch-over.js';
import { checkAtLeastOne, poolSettings, type HTTPPoolOptions, type PoolSettings } from './client-options.js';
import { nextClientId } from './diagnostics.js';
import { HTTPPool, type ClientDrainOptions } from './http-pool.js';
import { Ceiling } from './pool/ceiling.js';
import { bareHost, DirectOpener, portOf, type PoolTarget } from './pool/direct-opener.js';
import type { ClientDrainReport } from './pool/pool-drain.js';
import type { PoolStats } from './pool/pool-stats.js';
import { pathOf } from './pool/request-target.js';
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
}

/** The pools of a client by where they lead to, and the way of each request to its pool. */
export class ClientPools {
  readonly clientId = nextClientId();
  readonly #settings: PoolSettings;
  readonly #socketPath: string | undefined;
  readonly #ceiling: Ceiling;
  readonly #tlsSessions = new TLSSessions();
  readonly #pools = new Map<string, HTTPPool>();
  /** The drain that is in progress or over; no pool is made any more. */
  #drain: Promise<ClientDrainReport> | null = null;

  constructor(options: ClientPoolsOptions) {
    const { maxTotalConnections = LIMITS.maxTotalConnections.value, socketPath, ...pool } = options;
    this.#settings = poolSettings(pool);
    this.#socketPath = socketPath === undefined ? undefined : checkSocketPath(socketPath);
    this.#ceiling = new Ceiling(checkAtLeastOne(maxTotalConnections, 'maxTotalConnections'));
  }

  /** Whether the URL alone decides which pool a request belongs to. */
  get isDirect(): boolean {
    return this.#socketPath === undefined;
  }

  /** The pool of an origin, if there is one. */
  known(origin: string): HTTPPool | undefined {
    return this.#pools.get(origin);
  }

  /** The pool of a URL, made if there is none. */
  poolOf(url: URL, socketPath = this.#socketPath): HTTPPool {
    const key = socketPath === undefined ? url.origin : `unix:${checkSocketPath(socketPath)} ${url.origin}`;
    return this.#pools.get(key) ?? this.#newPool(targetOf(url, socketPath, key));
  }

  #newPool(target: PoolTarget): HTTPPool {
    if (this.#drain !== null)
      throw new InvalidStateError('request()', 'closed', 'the client takes no more calls');
    const { key } = target;
    const pool: HTTPPool = new HTTPPool({
      target,
      clientId: this.clientId,
      settings: this.#settings,
      opener: new DirectOpener(target, this.#settings, this.#tlsSessions),
      ceiling: this.#ceiling,
      unused: () => {
        if (this.#pools.get(key) === pool) this.#pools.delete(key);
      },
    });
    this.#pools.set(key, pool);
    return pool;
  }

  newCall({ method = 'GET', url }: ClientRequest): Call {
    return new Call(method, pathOf(url), url.origin, this.clientId, this.#settings.clock);
  }

  /** Sends one attempt of a call. */
  dispatch(request: ClientRequest): Promise<HTTPClientResponse> {
    const { url, socketPath, ...init } = request;
    const call = callOf(request);
    try {
      const pool = this.poolOf(url, socketPath);
      const prepared = pool.prepare({ ...init, path: pathOf(url) });
      return pool.send(prepared, call ?? pool.newCall(prepared), init, false, null, url);
    } catch (error) {
      if (!(error instanceof HTTPSessionError)) return misuse(error, 0);
      const unsent = call ?? this.newCall(request);
      return quietly(Promise.reject(testifyToUnsent(error, unsent, this.#settings.clock.wallTime())));
    }
  }

  /** Asks the server of a URL to switch to another protocol. */
  upgrade(request: ClientRequest, protocol: string): Promise<SwitchedConnection> {
    const { url, socketPath, ...init } = request;
    const pool = this.poolOf(url, socketPath);
    const prepared = pool.prepare({ ...init, path: pathOf(url) });
    const { message } = prepared;
    if (!message.has('Upgrade')) message.set('Upgrade', protocol);
    if (!message.has('Connection')) message.set('Connection', 'Upgrade');
    return switchOver(pool, prepared, init.timeouts);
  }

  /** Asks the server of a URL for a tunnel to an authority. */
  connect(request: ClientRequest, authority: string): Promise<SwitchedConnection> {
    const { url, socketPath, ...init } = request;
    const pool = this.poolOf(url, socketPath);
    return switchOver(pool, pool.prepare({ ...init, method: 'CONNECT', path: authority }), init.timeouts);
  }

  get stats(): ClientStats {
    const pools = [...this.#pools.values()].map((pool) => pool.stats);
    return {
      connections: this.#ceiling.taken,
      waiting: pools.reduce((sum, { waiting }) => sum + waiting, 0),
      pools,
    };
  }

  /** Drains all pools; no others are made. */
  drain(options?: ClientDrainOptions): Promise<ClientDrainReport> {
    const drains = [...this.#pools.values()].map((pool) => pool.drain(options));
    this.#drain ??= Promise.all(drains).then((reports) => ({
      finished: sum(reports.map((it) => it.finished)),
      aborted: sum(reports.map((it) => it.aborted)),
      unsent: sum(reports.map((it) => it.unsent)),
    }));
    return this.#drain;
  }

  destroy(reason?: unknown): void {
    const pools = [...this.#pools.values()];
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
