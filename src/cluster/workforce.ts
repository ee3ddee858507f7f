import type { WorkerState } from '../../machines/cluster/worker.states.js';
import { reportFault } from '../diagnostics.js';
import type { WorkerError } from '../errors/index.js';
import { TIMEOUTS } from '../constants.js';
import { Deadline, deadlinesOf, type ClockTimer, type SocketAddress } from '../transport/index.js';
import type { DrainOptions } from '../server/drain-report.js';
import { CrashBackoff } from './crash-backoff.js';
import type { PoolSettings } from './pool-options.js';
import { PoolWorker, type WorkerReport, type WorkerWatcher } from './pool-worker.js';
import type { ForkProcess } from './worker-process.js';

/** Is notified of what happens to the workers as a whole. */
export interface WorkforceObserver {
  /** Whether workers that end unasked are replaced. */
  isKeeping(): boolean;
  /** All workers serve. */
  complete(): void;
  /** No worker is left to be replaced. */
  renewed(): void;
  /** A successor did not serve; no further worker is replaced. */
  renewalFailed(error: WorkerError): void;
  /** Too many have crashed early. */
  failing(error: WorkerError): void;
  /** No worker is left, and none will start. */
  gone(): void;
  /** A worker ended unasked. */
  lost(worker: PoolWorker, error: WorkerError): void;
  /** A signal asked a worker to end. */
  leaving(worker: PoolWorker): void;
  /** A worker is in another state. Called last, after everything that this causes. */
  changed(worker: PoolWorker, from: WorkerState): void;
}

/** A worker and its successor. */
interface Replacement {
  readonly retiring: PoolWorker;
  readonly successor: PoolWorker;
}

/** The workers of a pool: keeps their number, replaces them one by one, ends them. */
export class Workforce implements WorkerWatcher {
  readonly #settings: PoolSettings;
  readonly #fork: ForkProcess;
  readonly #observer: WorkforceObserver;
  readonly #members = new Set<PoolWorker>();
  readonly #retiring = new Set<PoolWorker>();
  readonly #delayed = new Set<ClockTimer>();
  readonly #backoff: CrashBackoff;
  readonly #confirmTimer: Deadline<Workforce>;
  /** Armed while a drain waits for the clients of a replaced worker. */
  readonly #settleTimer: Deadline<Workforce>;
  #drainOptions: DrainOptions = {};
  /** When the connections of a replaced worker were last closed. */
  #movedAt = -Infinity;
  #replacement: Replacement | null = null;
  /** While the pool drains: the workers that connections may still reach. */
  readonly #reachable = new Set<PoolWorker>();
  #reports: WorkerReport[] = [];
  #address: SocketAddress | null = null;

  constructor(settings: PoolSettings, fork: ForkProcess, observer: WorkforceObserver) {
    this.#settings = settings;
    this.#fork = fork;
    this.#observer = observer;
    this.#backoff = new CrashBackoff(settings.workers);
    this.#confirmTimer = new Deadline<Workforce>(deadlinesOf(settings.clock), this, (workforce) => {
      workforce.#reachable.clear();
      workforce.#release();
    });
    this.#settleTimer = new Deadline<Workforce>(deadlinesOf(settings.clock), this, (workforce) => {
      workforce.#drainAll();
    });
  }

  get members(): ReadonlySet<PoolWorker> {
    return this.#members;
  }

  /** The address of the workers since the last start. */
  get address(): SocketAddress | null {
    return this.#address;
  }

  /** Takes the reports of the workers that have ended since the last call. */
  takeReports(): readonly WorkerReport[] {
    return this.#reports.splice(0);
  }

  /** Starts all workers. */
  start(): void {
    this.#backoff.clear();
    this.#reports = [];
    this.#address = null;
    while (this.#missing > 0) this.#add();
  }

  /** Replaces workers, one by one, after those that wait for it already. */
  renew(workers: Iterable<PoolWorker>): void {
    for (const worker of workers) this.#retiring.add(worker);
    this.#replaceNext();
  }

  /**
   * Drains all workers. None asks its connections to end before all have closed their share of the port: the clients
   * connect again at once, and could reach a worker that is about to close. Like this they find the port closed, as with
   * a single process.
   *
   * A worker that is being replaced has asked its clients to connect again. They must not come at the moment when the port
   * closes, so the others accept until they have arrived.
   */
  drain(options: DrainOptions): void {
    this.#dismiss();
    this.#drainOptions = options;
    const settle = TIMEOUTS.workerSettleTime.value;
    if (this.#isMoving) {
      const { grace = TIMEOUTS.drainGrace.value } = this.#settings.drain;
      this.#settleTimer.arm(grace + settle);
    } else if (this.#settings.clock.now() - this.#movedAt < settle) this.#settleTimer.arm(settle);
    else this.#drainAll();
  }

  /** Whether a replaced worker still has connections to close. */
  get #isMoving(): boolean {
    return [...this.#members].some((worker) => worker.is('moving'));
  }

  #drainAll(): void {
    const options = this.#drainOptions;
    for (const worker of this.#members) if (worker.is('standing')) worker.drain(options);
    for (const worker of this.#members) if (worker.is('reachable')) this.#reachable.add(worker);
    this.#confirmTimer.arm(TIMEOUTS.workerConfirmTimeout.value);
    this.#release();
  }

  /** Makes all workers abort what is in progress and end. */
  stop(): void {
    this.#dismiss();
    for (const worker of [...this.#members]) worker.stop();
  }

  /** Reports when no worker is left and none will start. */
  checkGone(): void {
    if (this.#members.size === 0 && !this.#observer.isKeeping()) this.#observer.gone();
  }

  // ---- what the workers report --------------------------------------------------------------------------------------

  workerListening(address: SocketAddress): void {
    this.#address ??= address;
  }

  workerLeaving(worker: PoolWorker): void {
    if (worker.is('standing') && !this.#retiring.has(worker)) this.#observer.leaving(worker);
  }

  workerChanged(worker: PoolWorker, from: WorkerState): void {
    if (worker.is('drained')) this.#moved();
    if (worker.is('serving')) this.#serves(worker);
    else if (worker.is('lost')) this.#lost(worker);
    else if (worker.is('gone')) this.#left(worker);
    if (!worker.is('reachable')) this.#reachable.delete(worker);
    this.#release();
    this.#observer.changed(worker, from);
    this.checkGone();
  }

  /** A replaced worker has no connections left. */
  #moved(): void {
    this.#movedAt = this.#settings.clock.now();
    if (this.#settleTimer.armed && !this.#isMoving) this.#settleTimer.arm(TIMEOUTS.workerSettleTime.value);
  }

  #serves(worker: PoolWorker): void {
    if (this.#replacement?.successor === worker) this.#retire(this.#replacement);
    const serving = [...this.#members].filter((member) => member.is('serving')).length;
    if (serving >= this.#settings.workers) this.#observer.complete();
  }

  #left(worker: PoolWorker): void {
    this.#remove(worker);
    this.#reports.push(worker.report);
    if (this.#replacement?.retiring === worker) this.#replaced();
  }

  #lost(worker: PoolWorker): void {
    this.#remove(worker);
    const { error } = worker;
    reportFault('worker', error);
    this.#observer.lost(worker, error);
    // It hung and was killed before its successor served, which found it neither standing nor gone.
    const { retiring, successor } = this.#replacement ?? {};
    if (retiring === worker && successor?.is('serving')) this.#replaced();
    if (this.#observer.isKeeping()) this.#replaceLost(worker, error);
    else this.#reports.push(worker.report);
  }

  #replaceLost(worker: PoolWorker, error: WorkerError): void {
    if (this.#replacement?.successor === worker && worker.is('failed')) {
      this.#endRenewal();
      this.#observer.renewalFailed(error);
    }
    // No worker is missing while the one to be replaced still serves, or a successor is on its way.
    if (this.#missing > 0) this.#replace(worker, error);
  }

  #replace(worker: PoolWorker, error: WorkerError): void {
    const { clock } = this.#settings;
    const delay = this.#backoff.delayAfter(worker.age, clock.now());
    if (delay === null) this.#observer.failing(error);
    else if (delay === 0) this.#add();
    else {
      const timer = clock.setTimeout(() => {
        this.#delayed.delete(timer);
        this.#add();
      }, delay);
      this.#delayed.add(timer);
    }
  }

  // ---- replacing workers --------------------------------------------------------------------------------------------

  #replaceNext(): void {
    if (this.#replacement !== null) return;
    for (const worker of this.#retiring) {
      this.#retiring.delete(worker);
      if (!worker.is('standing')) continue;
      this.#replacement = { retiring: worker, successor: this.#add() };
      return;
    }
    this.#observer.renewed();
  }

  #retire({ retiring }: Replacement): void {
    if (retiring.is('standing')) retiring.drain(this.#settings.drain);
    // The worker has ended meanwhile, and has its successor.
    else if (!this.#members.has(retiring)) this.#replaced();
  }

  #replaced(): void {
    this.#replacement = null;
    this.#replaceNext();
  }

  // ---- how many there are ------------------------------------------------------------------------------------------

  get #missing(): number {
    const standing = [...this.#members].filter((worker) => worker.is('standing')).length;
    const extra = this.#replacement !== null && this.#replacement.retiring.is('standing') ? 1 : 0;
    return Math.max(0, this.#settings.workers + extra - standing - this.#delayed.size);
  }

  #add(): PoolWorker {
    const worker = new PoolWorker(this.#settings, this.#fork, this);
    this.#members.add(worker);
    return worker;
  }

  #remove(worker: PoolWorker): void {
    this.#members.delete(worker);
    this.#retiring.delete(worker);
  }

  #endRenewal(): void {
    this.#retiring.clear();
    this.#replacement = null;
  }

  /** Cancels every start that is still to come. */
  #dismiss(): void {
    this.#endRenewal();
    for (const timer of this.#delayed) this.#settings.clock.clearTimeout(timer);
    this.#delayed.clear();
    this.#reachable.clear();
    this.#confirmTimer.disarm();
    this.#settleTimer.disarm();
  }

  /** Releases the workers once none of them is reachable, or the time is up. */
  #release(): void {
    if (this.#reachable.size > 0) return;
    this.#confirmTimer.disarm();
    for (const worker of this.#members) if (worker.is('releasable')) worker.release();
  }
}
