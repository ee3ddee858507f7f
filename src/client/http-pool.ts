import {
  AbortedError,
  checkOptions,
  HTTPSessionError,
  InvalidStateError,
  KnownNames,
} from '../errors/index.js';
import {
  checkCount,
  checkTimeout,
  misuse,
  PreparedRequest,
  quietly,
  type ConnectAddress,
  type HTTPClientResponse,
  type HTTPClientSession,
  type RequestInit,
} from '../session/index.js';
import { watcherOf } from './call/attempt-watcher.js';
import { Call } from './call/call.js';
import { switchOver, type SwitchedConnection } from './call/switch-over.js';
import { PoolCall, type CallTimes } from './call/pool-call.js';
import { poolSettings, type HTTPPoolOptions, type PoolSettings } from './client-options.js';
import { nextClientId } from './diagnostics.js';
import { Ceiling } from './pool/ceiling.js';
import { ConnectionPool } from './pool/connection-pool.js';
import { DirectOpener, type PoolTarget } from './pool/direct-opener.js';
import { PoolPublisher } from './pool/pool-publisher.js';
import { PoolDrain, type ClientDrainReport } from './pool/pool-drain.js';
import { IdleOracle } from './pool/idle-oracle.js';
import { statsOf, type PoolStats } from './pool/pool-stats.js';
import type { SessionOpener } from './pool/session-opener.js';
import { poolTarget } from './pool/pool-target.js';
import { TLSSessions } from './pool/tls-sessions.js';
import type { CallTimeouts } from './request.js';

/** What a pool sends: the members of the session's `RequestInit`, with the timeouts of a call. */
export interface PoolRequestInit extends Omit<RequestInit, 'timeouts'> {
  /** The timeouts of this call; those of the pool by default. */
  readonly timeouts?: CallTimeouts | undefined;
}

/** Options of a drain of a client. */
export interface ClientDrainOptions {
  /** Milliseconds until what is still in progress is aborted; 0 for no limit. @defaultValue 10000 */
  readonly deadline?: number | undefined;
}

/** What a pool gets from the client that it belongs to. @internal */
export interface PoolParts {
  readonly clientId: number;
  readonly target: PoolTarget;
  readonly opener: SessionOpener;
  readonly settings: PoolSettings;
  readonly ceiling: Ceiling;
  /** Is called when the first call or connection comes, and when the last one is gone. */
  readonly used: (isUsed: boolean) => void;
  /** Whether the client takes no more calls. */
  readonly isOver: () => boolean;
}

const DRAIN_OPTIONS = new KnownNames('option of drain()', ['deadline']);
const DRAIN_DEADLINE = 10_000;

/**
 * The connections to one origin: calls wait for the first session that can take them.
 *
 * A client has one for each origin; `new HTTPPool()` makes one that stands alone.
 *
 * @example
 * ```ts
 * const pool = new HTTPPool('http://localhost:8080', { maxConnections: 16 });
 * const responses = await Promise.all(['1', '2'].map((id) => pool.request({ path: `/orders/${id}` })));
 * console.log(responses.map(({ status }) => status));
 * await pool.drain();
 * ```
 */
export class HTTPPool implements AsyncDisposable {
  /** @internal */
  readonly connections: ConnectionPool;
  /** Where it leads to: `http://localhost:8080`. */
  readonly origin: string;
  /** The number of its client within the process; of its own, if it stands alone. */
  readonly clientId: number;
  /** @internal */
  readonly settings: PoolSettings;
  readonly #isOver: () => boolean;
  /** The timeouts of calls that name none. */
  readonly #times: CallTimes;
  #drain: PoolDrain | null = null;

  /**
   * @param address - a URL, host and port, or the path of a Unix domain socket.
   * @throws TypeError, RangeError for a malformed address or option.
   */
  constructor(address: ConnectAddress, options?: HTTPPoolOptions);
  constructor(address: ConnectAddress | PoolParts, options: HTTPPoolOptions = {}) {
    const parts = isParts(address) ? address : standAlone(address, options);
    this.origin = parts.target.url.origin;
    this.clientId = parts.clientId;
    this.settings = parts.settings;
    this.#isOver = parts.isOver;
    this.#times = { queue: parts.settings.queueTimeout, connect: parts.settings.connectTimeout };
    const { settings } = parts;
    const { clock } = settings;
    const publisher = new PoolPublisher(this.clientId, this.origin, clock);
    const oracle = new IdleOracle(
      settings,
      () => clock.now(),
      (finding) => {
        publisher.found(finding);
      },
    );
    this.connections = new ConnectionPool(
      parts.opener,
      { ceiling: parts.ceiling, limits: settings, oracle, clock, publisher },
      (isUsed) => {
        if (!isUsed) this.#drain?.ended();
        parts.used(isUsed);
      },
    );
  }

  /** Whether so many calls wait that the queue is more than half full: a good time to send fewer. */
  get needsDrain(): boolean {
    return this.connections.needsDrain;
  }

  /** How many connections and calls there are, and what was counted; made on request. */
  get stats(): PoolStats {
    return statsOf(this.connections, this.origin);
  }

  /**
   * Sends a request on the first session that can take it, and resolves with the response once its head is complete.
   *
   * @param init - what to send; a string is the path of a GET.
   * @throws HTTPSessionError with `ERR_HTTP_SESSION_QUEUE_FULL` when too many calls wait; TimeoutError (`queue`);
   * AbortedError; what `HTTPClientSession.request()` throws.
   * @throws TypeError for a malformed request, before any byte leaves.
   */
  request(init: PoolRequestInit | string = {}): Promise<HTTPClientResponse> {
    const given = typeof init === 'string' ? { path: init } : init;
    let request: PreparedRequest;
    try {
      request = this.prepare(given);
    } catch (error) {
      return misuse(error, 0);
    }
    const call = this.newCall(request);
    return this.send(request, call, given, true);
  }

  /** @internal A request of a client that needs nothing but this pool. */
  requestFor(url: string, init: PoolRequestInit, path: string): Promise<HTTPClientResponse> {
    let request: PreparedRequest;
    try {
      request = this.prepare(init, path);
    } catch (error) {
      return misuse(error, 0);
    }
    return this.send(request, this.newCall(request), init, true, null, url);
  }

  /** @internal Checks a request; `path` is that of `init`, or of what `init` says all the rest of. @throws TypeError */
  prepare(init: PoolRequestInit, path = init.path): PreparedRequest {
    const { maxResponseBytes } = this.settings;
    const limited: PoolRequestInit = maxResponseBytes === 0 ? init : { maxResponseBytes, ...init };
    if (init.timeouts === undefined) return new PreparedRequest(limited, path);
    const { queue, ...timeouts } = init.timeouts;
    if (queue !== undefined) checkTimeout(queue, 'timeouts.queue');
    return new PreparedRequest({ ...limited, timeouts }, path);
  }

  /** @internal */
  newCall(request: PreparedRequest): Call {
    const { method, uri } = request.message;
    return new Call(method, uri, this.origin, this.clientId, this.settings.clock);
  }

  /** @internal Sends one attempt of a call; with `isWhole` its response is that of the call. */
  send(
    request: PreparedRequest,
    call: Call,
    init: Pick<PoolRequestInit, 'timeouts'>,
    isWhole = false,
    switched: ((session: HTTPClientSession) => void) | null = null,
    url: URL | string | null = null,
  ): Promise<HTTPClientResponse> {
    const times = init.timeouts === undefined ? this.#times : this.#timesOf(init.timeouts);
    const attempt = new PoolCall(this.connections, call, request, times, isWhole, switched, url);
    attempt.watcher = watcherOf(init);
    const refusal = this.refusal();
    if (refusal === null) attempt.start();
    else attempt.refused(refusal);
    return attempt.promise;
  }

  /** @internal Sends a request that asks for another protocol, and hands the connection over. */
  switchOver(request: PreparedRequest, init: Pick<PoolRequestInit, 'timeouts'>): Promise<SwitchedConnection> {
    return switchOver(request.message.method, (switched) =>
      this.send(request, this.newCall(request), init, true, switched),
    );
  }

  /** @internal Why the pool takes no call now; `null` when it does. */
  refusal(): HTTPSessionError | null {
    const { connections } = this;
    if (!connections.is('taking') || this.#isOver()) return this.#notTaking();
    return connections.isFull ? queueFull(this.settings.maxQueued) : null;
  }

  #timesOf({ queue, connect }: CallTimeouts): CallTimes {
    return { queue: queue ?? this.#times.queue, connect: connect ?? this.#times.connect };
  }

  #notTaking(): HTTPSessionError {
    return new InvalidStateError('request()', this.connections.state, 'the pool takes no more calls');
  }

  /**
   * Opens connections ahead, so that the first calls need not wait for them; resolves with how many are open.
   *
   * @throws the error of the last attempt when none could be opened; RangeError for what is no number of connections.
   */
  warm(count: number): Promise<number> {
    try {
      checkCount(count, 'count');
    } catch (error) {
      return misuse(error, 0);
    }
    return quietly(
      new Promise((resolve, reject) => {
        let pending = 0;
        let lastError: HTTPSessionError | null = null;
        const done = (): void => {
          if (pending > 0) return;
          const { stats } = this;
          const open = stats.idle + stats.reserved + stats.busy + stats.unread;
          if (open === 0 && lastError !== null) reject(lastError);
          else resolve(open);
        };
        pending = this.connections.warm(count, (error) => {
          lastError = error ?? lastError;
          pending--;
          done();
        });
        done();
      }),
    );
  }

  /**
   * Takes no more calls, finishes those it has, and closes its connections. Calls that wait are still served.
   *
   * @returns what became of the calls; the promise never rejects.
   */
  drain(options: ClientDrainOptions = {}): Promise<ClientDrainReport> {
    checkOptions('drain()', options, DRAIN_OPTIONS);
    const deadline = checkTimeout(options.deadline ?? DRAIN_DEADLINE, 'deadline');
    this.#drain ??= new PoolDrain(this.connections, () => {
      this.#close(new AbortedError('the deadline of the drain has passed'));
    });
    this.#drain.start(deadline);
    return this.#drain.report;
  }

  /** Ends everything now: calls that wait and exchanges in progress reject with an AbortedError. Idempotent. */
  destroy(reason?: unknown): void {
    this.#close(new AbortedError('the pool was destroyed', reason === undefined ? {} : { cause: reason }));
  }

  #close(error: AbortedError): void {
    if (this.connections.is('closed')) return;
    this.#drain?.cutOff();
    this.connections.close(() => new AbortedError(error.message, { cause: error.cause }));
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }
}

/** A pool of a client, which gives it what its pools share. */
export const PoolOfClient = HTTPPool as unknown as new (parts: PoolParts) => HTTPPool;

function isParts(value: ConnectAddress | PoolParts): value is PoolParts {
  return typeof value === 'object' && 'opener' in value;
}

function standAlone(address: ConnectAddress, options: HTTPPoolOptions): PoolParts {
  const settings = poolSettings(options);
  const target = poolTarget(address);
  return {
    clientId: nextClientId(),
    target,
    settings,
    opener: new DirectOpener(target, settings, new TLSSessions()),
    ceiling: new Ceiling(Infinity),
    used: () => undefined,
    isOver: () => false,
  };
}

function queueFull(maxQueued: number): HTTPSessionError {
  return new HTTPSessionError(
    `request(): ${String(maxQueued)} calls wait for a connection already; try later, or raise maxQueued`,
    { code: 'ERR_HTTP_SESSION_QUEUE_FULL' },
  );
}
