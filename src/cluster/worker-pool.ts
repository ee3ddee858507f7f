import type { PoolAction, PoolEvent, PoolTag } from '../../machines/cluster/pool.events.js';
import { poolMachine } from '../../machines/cluster/pool.machine.js';
import { POOL_TABLE } from '../../machines/cluster/pool.table.js';
import type { PoolState } from '../../machines/cluster/pool.states.js';
import { bindMachine } from '../chart/actors.js';
import { Chart, guardedActor, type ChartActor, type ChartEdge, type OwnedWalk } from '../chart/index.js';
import { reportFault } from '../diagnostics.js';
import { AbortedError, InvalidStateError, WorkerError } from '../errors/index.js';
import { loadActors } from '../session/actors.js';
import type { SocketAddress } from '../transport/index.js';
import type { DrainOptions } from '../server/drain-report.js';
import { clusterWorker } from '../transport/index.js';
import { startWalk } from './owned-walk.js';
import { PoolObservers, type PoolEvents, type PoolListener } from './pool-observers.js';
import { checkedDrain, poolSettings, type PoolSettings, type WorkerPoolOptions } from './pool-options.js';
import type { PoolWorker, WorkerInfo, WorkerReport } from './pool-worker.js';
import { forkClusterProcess, type ForkProcess } from './worker-process.js';
import { Workforce, type WorkforceObserver } from './workforce.js';

const chart = new Chart(POOL_TABLE);
bindMachine(chart, poolMachine);

const actions: Record<PoolAction, (pool: WorkerPool) => void> = {
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
};

/** The longest delay that a timer of Node.js can have. */
const LONGEST_DELAY = 2_147_483_647;

/**
 * Several processes that serve one address, on top of node:cluster. The pool starts the workers together, restarts them
 * one by one without losing a request, drains them together, and replaces one that ends unasked. Each worker runs a
 * program that calls `joinWorkerPool`.
 *
 * Its state is that of the pool chart: idle, starting, running, restarting, draining, stopped. A stopped pool may start
 * again. The pool lives in the primary process, and keeps it alive until it is stopped.
 *
 * You need not await `start()`, `restart()`, `drain()`, `stop()` and `whenStopped()`: what they reject with for the sake of a
 * worker or of the moment is also reported on the fault channel, and ends no process.
 *
 * @example
 * ```ts
 * const pool = new WorkerPool({ exec: new URL('worker.mjs', import.meta.url), workers: 4 });
 * pool.on('crashed', (error) => console.error(error.message));
 * const { port } = await pool.start();
 * ```
 */
export class WorkerPool implements AsyncDisposable {
  readonly #settings: PoolSettings;
  readonly #walk: OwnedWalk<WorkerPool, PoolEvent>;
  readonly #workforce: Workforce;
  readonly #observers = new PoolObservers();
  readonly #started = new Waiter<SocketAddress>();
  readonly #renewed = new Waiter<readonly WorkerReport[]>();
  readonly #stopped = new Waiter<readonly WorkerReport[]>();
  #hold: NodeJS.Timeout | null = null;
  #drain: DrainOptions;
  #leaving = new Set<PoolWorker>();
  /** Why the last restart failed, and why the pool gave up. */
  #renewalError: WorkerError | null = null;
  #failure: WorkerError | null = null;

  /** @throws TypeError, RangeError for malformed options. */
  constructor(options: WorkerPoolOptions);
  /** @internal */
  // Only tests make processes in another way.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  constructor(options: WorkerPoolOptions, fork: ForkProcess);
  constructor(options: WorkerPoolOptions, fork: ForkProcess = forkClusterProcess) {
    this.#settings = poolSettings(options);
    this.#drain = this.#settings.drain;
    this.#walk = startWalk<WorkerPool, PoolEvent>(chart, actions, this, (edge) => {
      this.#moved(edge);
    });
    this.#workforce = new Workforce(this.#settings, fork, this.#watch());
  }

  /** The state of the pool: `idle`, `starting`, `running`, `restarting`, `draining` or `stopped`. */
  get state(): PoolState {
    return this.#walk.node.name as PoolState;
  }

  /** The XState actor of the pool. Treat it as read-only. */
  get actor(): ChartActor {
    loadActors();
    return guardedActor(this.#walk.actor);
  }

  /**
   * The address that the workers listen on, the first that a worker reported; `null` when the pool is not started or no
   * worker listens yet.
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
   * Starts the workers; resolves with their address when all of them serve.
   *
   * @throws InvalidStateError when started already; WorkerError when a worker ends before it serves, or in a process that
   * is itself a worker; AbortedError when the pool is drained or stopped meanwhile.
   */
  start(): Promise<SocketAddress> {
    if (clusterWorker() !== null)
      return refusal(new WorkerError('start(): a worker process cannot have workers of its own'));
    if (!this.#walk.permits('pool.start')) return refusal(new InvalidStateError('start()', this.state));
    this.#failure = null;
    this.#leaving.clear();
    this.#drain = this.#settings.drain;
    const started = this.#started.wait();
    this.#send('pool.start');
    return handled(started);
  }

  /**
   * Restarts the workers one by one: starts a successor, drains the worker once the successor serves, and continues with
   * the next one when the worker has ended. Resolves with a report of each worker that was replaced. A further call
   * meanwhile replaces all workers of that moment, too. A call while the pool starts takes effect when it runs.
   *
   * @throws InvalidStateError when the pool neither runs nor starts; WorkerError when a successor did not serve (the workers that are
   * not replaced yet continue); AbortedError when the pool is drained or stopped meanwhile.
   */
  restart(): Promise<readonly WorkerReport[]> {
    if (!this.#is('keeping')) return refusal(new InvalidStateError('restart()', this.state));
    const renewed = this.#renewed.wait();
    this.#renew(this.#workforce.members);
    return handled(renewed);
  }

  /**
   * Drains all workers and ends their processes; resolves with a report of each when the last process has ended. A process
   * that does not end within the deadline and `killMargin` is killed.
   *
   * @param options - override those of the pool.
   * @throws TypeError, RangeError for malformed options; nothing has changed then.
   */
  async drain(options: DrainOptions = {}): Promise<readonly WorkerReport[]> {
    this.#drain = { ...this.#settings.drain, ...checkedDrain('drain()', options) };
    return await this.#end('pool.drain');
  }

  /** Aborts what is in progress in all workers and ends their processes; resolves as `drain` does. */
  async stop(): Promise<readonly WorkerReport[]> {
    return await this.#end('pool.stop');
  }

  /**
   * Resolves with a report of each worker when the pool is stopped, whatever stopped it; at once when it is stopped already.
   *
   * @throws WorkerError when the pool gave up: a worker did not serve at the start, or replacements crashed again and
   * again.
   */
  whenStopped(): Promise<readonly WorkerReport[]> {
    return handled(this.#whenStopped());
  }

  async #whenStopped(): Promise<readonly WorkerReport[]> {
    const reports = this.#is('over') ? [] : await this.#stopped.wait();
    if (this.#failure !== null) throw this.#failure;
    return reports;
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #end(type: 'pool.drain' | 'pool.stop'): Promise<readonly WorkerReport[]> {
    if (this.#is('over')) return [];
    const stopped = this.#stopped.wait();
    this.#send(type);
    return await stopped;
  }

  #send(type: PoolEvent['type']): void {
    this.#walk.send({ type });
  }

  #is(tag: PoolTag): boolean {
    return this.#walk.is(tag);
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

  #moved(edge: ChartEdge): void {
    this.#holdProcess(this.#is('alive'));
    this.#settle(edge);
    const { source, target } = edge;
    this.#observers.emit('transition', { from: source.name as PoolState, to: target.name as PoolState });
    this.#workforce.checkGone();
    if (this.#leaving.size > 0 && this.#walk.permits('pool.restart')) this.#renew([]);
  }

  /** Settles the promises that wait for what the pool has come to. */
  #settle({ event, source, target }: ChartEdge): void {
    // A worker that serves has reported where.
    if (event === 'workers.serving') this.#started.resolve(this.#workforce.address as SocketAddress);
    else if (event === 'workers.renewed') this.#renewed.resolve(this.#workforce.takeReports());
    else if (event === 'renewal.failed') {
      this.#workforce.takeReports();
      this.#renewed.reject(this.#renewalError as WorkerError);
    } else if (source.tags.has('keeping') && !target.tags.has('keeping')) {
      const error = this.#failure ?? new AbortedError('the pool was drained or stopped');
      this.#started.reject(error);
      this.#renewed.reject(error);
    } else if (target.tags.has('over')) this.#stopped.resolve(this.#workforce.takeReports());
  }

  /** Keeps the process alive: between the end of one worker and the start of the next nothing else may do so. */
  #holdProcess(isHeld: boolean): void {
    if (isHeld) this.#hold ??= setInterval(() => undefined, LONGEST_DELAY);
    else if (this.#hold !== null) {
      clearInterval(this.#hold);
      this.#hold = null;
    }
  }

  #renew(workers: Iterable<PoolWorker>): void {
    for (const worker of workers) this.#leaving.add(worker);
    this.#send('pool.restart');
  }

  // ---- what the workers report ----------------------------------------------------------------------------------------

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
      lost: (worker, error) => {
        this.#observers.emit('crashed', error);
        // No worker serves yet, so there is nothing to keep up, and `start()` rejects at once.
        if (worker.is('failed') && this.#is('starting')) this.#giveUp(error);
      },
      leaving: (worker) => {
        this.#renew([worker]);
      },
      changed: (worker, from) => {
        this.#observers.emit('worker', { ...worker.info, from });
      },
    };
  }

  #giveUp(error: WorkerError): void {
    this.#failure = error;
    this.#send('workers.failing');
    this.#observers.emit('failed', error);
  }
}

/** Marks a promise as handled: its failure is reported on the fault channel, so a caller may drop it. */
function handled<TResult>(promise: Promise<TResult>): Promise<TResult> {
  promise.catch(() => undefined);
  return promise;
}

/** A call that the pool refuses at this moment. */
function refusal(error: InvalidStateError | WorkerError): Promise<never> {
  reportFault('worker', error);
  return handled(Promise.reject(error));
}

/** One promise for all callers that wait for the same thing, which may come again. */
class Waiter<TResult> {
  #promise: Promise<TResult> | null = null;
  #resolve: (result: TResult) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  /** The promise of the next time. */
  wait(): Promise<TResult> {
    return (this.#promise ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    }));
  }

  /** Does nothing when no caller waits. */
  resolve(result: TResult): void {
    this.#promise = null;
    this.#resolve(result);
  }

  /** Does nothing when no caller waits. */
  reject(error: Error): void {
    this.#promise = null;
    this.#reject(error);
  }
}
