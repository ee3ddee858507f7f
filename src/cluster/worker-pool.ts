import { POOL_EVENTS, type PoolEvent, type PoolTag } from '../../machines/cluster/pool.events.js';
import { createPoolMachine } from '../../machines/cluster/pool.machine.js';
import type { PoolState } from '../../machines/cluster/pool.states.js';
import {
  Chart,
  nameOf,
  startChartActor,
  type AnySnapshot,
  type ChartActor,
  type Implementation,
} from '../chart/index.js';
import { reportFault } from '../diagnostics.js';
import { AbortedError, InvalidStateError, WorkerError } from '../errors/index.js';
import type { SocketAddress } from '../transport/index.js';
import type { DrainOptions } from '../server/drain-report.js';
import { clusterWorker } from '../transport/index.js';
import { PoolObservers, type PoolEvents, type PoolListener } from './pool-observers.js';
import { drainSettings, poolSettings, type PoolSettings, type WorkerPoolOptions } from './pool-options.js';
import type { PoolWorker, WorkerInfo, WorkerReport } from './pool-worker.js';
import { ProcessHold } from './process-hold.js';
import { Waiter } from './waiter.js';
import { forkClusterProcess, type ForkProcess } from './worker-process.js';
import { Workforce, type WorkforceObserver } from './workforce.js';

/** Compiled with the first pool: a server without one has no use for it. */
let poolChart: Chart<string> | undefined;

const implementation: Implementation<WorkerPool, PoolEvent> = {
  actions: {
    startWorkers: (pool) => {
      pool.startWorkers();
    },
    renewWorkers: (pool) => {
      pool.renewWorkers();
    },
    drainWorkers: (pool) => {
      pool.drainWorkers();
    },
    stopWorkers: (pool) => {
      pool.stopWorkers();
    },
  },
  services: {},
  transitioned: () => undefined,
  failed: (_pool, error) => {
    reportFault('implementation', error);
  },
};

/**
 * Several processes that serve one address, on node:cluster: started together, renewed one by one without a request
 * lost, drained together; one that ends unasked is replaced. Each runs a program that calls `joinWorkerPool`.
 *
 * Its life is the pool chart: idle, starting, running, restarting, draining, stopped; a stopped pool may start again.
 * It lives in the primary process, and keeps that alive until it is stopped.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #settings: PoolSettings;
  readonly #actor: ChartActor;
  readonly #workforce: Workforce;
  readonly #observers = new PoolObservers();
  readonly #hold = new ProcessHold();
  readonly #started = new Waiter<SocketAddress>();
  readonly #renewed = new Waiter<readonly WorkerReport[]>();
  readonly #stopped = new Waiter<readonly WorkerReport[]>();
  #told: PoolState;
  #drain: DrainOptions;
  #leaving = new Set<PoolWorker>();
  /** Why the last renewal came to nothing, and why the pool gave up. */
  #renewalError: WorkerError | null = null;
  #failure: WorkerError | null = null;

  /** @throws TypeError, RangeError for malformed options. */
  constructor(options: WorkerPoolOptions);
  /** @internal */
  // Users have no way of their own to make processes; tests do.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  constructor(options: WorkerPoolOptions, fork: ForkProcess);
  constructor(options: WorkerPoolOptions, fork: ForkProcess = forkClusterProcess) {
    this.#settings = poolSettings(options);
    this.#drain = this.#settings.drain;
    poolChart ??= new Chart(createPoolMachine(), POOL_EVENTS);
    this.#actor = startChartActor(poolChart, implementation, this);
    this.#told = this.state;
    this.#workforce = new Workforce(this.#settings, fork, this.#watch());
    this.#actor.subscribe({
      next: () => {
        this.#changed();
      },
      error: (error) => {
        reportFault('implementation', error);
      },
    });
  }

  /** The state of the pool: `idle`, `starting`, `running`, `restarting`, `draining` or `stopped`. */
  get state(): PoolState {
    return nameOf(this.#snapshot) as PoolState;
  }

  /** The XState actor of the pool. Treat it as read-only. */
  get actor(): ChartActor {
    return this.#actor;
  }

  /**
   * Where the workers listen, of several addresses the first that one of them told; `null` when the pool is not
   * started, or no worker has come to that.
   */
  get address(): SocketAddress | null {
    return this.#is('alive') ? this.#workforce.address : null;
  }

  /** The workers that have a process. */
  get workers(): readonly WorkerInfo[] {
    return [...this.#workforce.members].map(({ info }) => info);
  }

  /**
   * Calls back at every event of a kind; returns a function that ends it. A throwing listener changes nothing.
   *
   * @throws TypeError for an unknown event.
   */
  on<TName extends keyof PoolEvents>(event: TName, listener: PoolListener<TName>): () => void {
    return this.#observers.on(event, listener);
  }

  /**
   * Starts the workers; resolves with where they listen when all of them serve.
   *
   * @throws InvalidStateError when it was started already; WorkerError when a worker ends before it serves, or in a
   * process that is itself a worker; AbortedError when it is drained or stopped meanwhile.
   */
  async start(): Promise<SocketAddress> {
    if (clusterWorker() !== null) throw new WorkerError('a worker process cannot have workers of its own');
    this.#check('pool.start', 'start()');
    this.#failure = null;
    this.#leaving.clear();
    this.#drain = this.#settings.drain;
    const started = this.#started.wait();
    this.#send('pool.start');
    return await started;
  }

  /**
   * A rolling restart: for each worker a successor is started; when it serves, the worker drains, and when that has
   * ended it is the next one's turn. Resolves with what became of those that were replaced. Called once more meanwhile,
   * it renews all workers of that moment.
   *
   * @throws InvalidStateError when the pool does not run; WorkerError when a successor did not come to serve: the
   * workers that are not renewed yet go on; AbortedError when the pool is drained or stopped meanwhile.
   */
  async restart(): Promise<readonly WorkerReport[]> {
    this.#check('pool.restart', 'restart()');
    const renewed = this.#renewed.wait();
    this.#renew(this.#workforce.members);
    return await renewed;
  }

  /**
   * Lets all workers drain and end; resolves with what became of each when the last process has ended. One that does
   * not end within the deadline and `killMargin` is killed.
   *
   * @param options - what is set here goes before what was set for the pool.
   * @throws TypeError, RangeError for malformed options; nothing has changed then.
   */
  async drain(options: DrainOptions = {}): Promise<readonly WorkerReport[]> {
    this.#drain = { ...this.#settings.drain, ...drainSettings(options) };
    return await this.#end('pool.drain');
  }

  /** Lets all workers abort what is in progress and end; resolves as `drain` does. */
  async stop(): Promise<readonly WorkerReport[]> {
    return await this.#end('pool.stop');
  }

  /**
   * Resolves with what became of the workers when the pool is stopped, by whomever; at once when it is stopped already.
   *
   * @throws WorkerError when the pool gave up, because a worker did not come to serve at the start, or because
   * replacements died again and again.
   */
  async whenStopped(): Promise<readonly WorkerReport[]> {
    const reports = this.state === 'stopped' ? [] : await this.#stopped.wait();
    if (this.#failure !== null) throw this.#failure;
    return reports;
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #end(type: 'pool.drain' | 'pool.stop'): Promise<readonly WorkerReport[]> {
    if (this.state === 'stopped') return [];
    const stopped = this.#stopped.wait();
    this.#send(type);
    return await stopped;
  }

  #check(event: PoolEvent['type'], call: string): void {
    if (poolChart?.permits(this.#snapshot, event) !== true) throw new InvalidStateError(call, this.state);
  }

  #send(type: PoolEvent['type']): void {
    this.#actor.send({ type });
  }

  get #snapshot(): AnySnapshot {
    return this.#actor.getSnapshot() as never;
  }

  #is(tag: PoolTag): boolean {
    return this.#snapshot.hasTag(tag);
  }

  // ---- what the chart does -----------------------------------------------------------------------------------------

  /** @internal */
  startWorkers(): void {
    this.#workforce.start();
  }

  /** @internal */
  renewWorkers(): void {
    this.#workforce.renew(this.#leaving);
    this.#leaving = new Set();
  }

  /** @internal */
  drainWorkers(): void {
    this.#workforce.drain(this.#drain);
  }

  /** @internal */
  stopWorkers(): void {
    this.#workforce.stop();
  }

  #changed(): void {
    const from = this.#told;
    const to = this.state;
    if (from === to) return;
    this.#told = to;
    this.#hold.hold(this.#is('alive'));
    this.#settle(from, to);
    this.#observers.tell('transition', { from, to });
    if (to === 'draining') this.#workforce.checkGone();
    if (to === 'running' && this.#leaving.size > 0) this.#renew([]);
  }

  /** Tells those who wait for it what the pool has come to. */
  #settle(from: PoolState, to: PoolState): void {
    if (to === 'running' && from === 'starting') {
      // A worker that serves has told where.
      this.#started.resolve(this.#workforce.address as SocketAddress);
    } else if (to === 'running') {
      const reports = this.#workforce.takeReports();
      if (this.#renewalError === null) this.#renewed.resolve(reports);
      else this.#renewed.reject(this.#renewalError);
      this.#renewalError = null;
    } else if (to === 'draining') {
      const error = this.#failure ?? new AbortedError('the pool was drained or stopped');
      this.#started.reject(error);
      this.#renewed.reject(error);
    } else if (to === 'stopped') this.#stopped.resolve(this.#workforce.takeReports());
  }

  #renew(workers: Iterable<PoolWorker>): void {
    for (const worker of workers) this.#leaving.add(worker);
    this.#send('pool.restart');
  }

  // ---- what the workers do -----------------------------------------------------------------------------------------

  #watch(): WorkforceObserver {
    return {
      isKeeping: () => this.#is('keeping'),
      complete: () => {
        this.#send('workers.serving');
      },
      renewed: () => {
        this.#send('workers.renewed');
      },
      renewalFailed: (error) => {
        this.#renewalError = error;
        this.#send('renewal.failed');
      },
      failing: (error) => {
        this.#giveUp(error);
      },
      gone: () => {
        this.#send('workers.gone');
      },
      lost: (to, error) => {
        this.#observers.tell('crashed', error);
        // Where nobody serves yet, there is nothing to keep up, and whoever waits should hear of it at once.
        if (to === 'gone.failed' && this.state === 'starting') this.#giveUp(error);
      },
      leaving: (worker) => {
        this.#renew([worker]);
      },
      changed: (worker, from) => {
        this.#observers.tell('worker', { ...worker.info, from });
      },
    };
  }

  #giveUp(error: WorkerError): void {
    this.#failure = error;
    this.#send('workers.failing');
    this.#observers.tell('failed', error);
  }
}
