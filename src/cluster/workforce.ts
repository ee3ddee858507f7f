import type { WorkerState } from '../../machines/cluster/worker.states.js';
import { reportFault } from '../diagnostics.js';
import type { WorkerError } from '../errors/index.js';
import { TIMEOUTS } from '../constants.js';
import { Deadline, deadlinesOf, type ClockTimer, type SocketAddress } from '../transport/index.js';
import type { DrainOptions } from '../server/drain-report.js';
import { Deaths } from './deaths.js';
import type { PoolSettings } from './pool-options.js';
import { PoolWorker, type WorkerReport, type WorkerWatcher } from './pool-worker.js';
import type { ForkProcess } from './worker-process.js';

/** Who is told of the workers as a whole. */
export interface WorkforceObserver {
  /** Whether workers that end unasked are replaced. */
  isKeeping(): boolean;
  /** As many serve as there should. */
  complete(): void;
  /** Nobody waits for a successor any more. */
  renewed(): void;
  /** A successor did not come to serve; nobody is replaced any further. */
  renewalFailed(error: WorkerError): void;
  /** Too many have died young. */
  failing(error: WorkerError): void;
  /** None is left, and none is to come. */
  gone(): void;
  /** A worker ended unasked, `gone.crashed` or `gone.failed`. */
  lost(to: WorkerState, error: WorkerError): void;
  /** A worker was asked by somebody else to end. */
  leaving(worker: PoolWorker): void;
  /** A worker is in another state. Comes last, after everything that this brings about. */
  changed(worker: PoolWorker, from: WorkerState, to: WorkerState): void;
}

/** One worker that takes the place of another. */
interface Relief {
  readonly retiring: PoolWorker;
  readonly successor: PoolWorker;
}

/** The workers of a pool: keeps their number, renews them one by one, brings them to their end. */
export class Workforce implements WorkerWatcher {
  readonly #settings: PoolSettings;
  readonly #fork: ForkProcess;
  readonly #observer: WorkforceObserver;
  readonly #members = new Set<PoolWorker>();
  readonly #outdated = new Set<PoolWorker>();
  readonly #delayed = new Set<ClockTimer>();
  readonly #deaths: Deaths;
  readonly #patience: Deadline<Workforce>;
  #relief: Relief | null = null;
  /** Of a pool that drains: those to which connections may still be handed. */
  readonly #hearing = new Set<PoolWorker>();
  #reports: WorkerReport[] = [];
  #address: SocketAddress | null = null;

  constructor(settings: PoolSettings, fork: ForkProcess, observer: WorkforceObserver) {
    this.#settings = settings;
    this.#fork = fork;
    this.#observer = observer;
    this.#deaths = new Deaths(settings.workers);
    this.#patience = new Deadline<Workforce>(deadlinesOf(settings.clock), this, (workforce) => {
      workforce.#hearing.clear();
      workforce.#release();
    });
  }

  get members(): ReadonlySet<PoolWorker> {
    return this.#members;
  }

  /** Where they listen, or have listened since the last start. */
  get address(): SocketAddress | null {
    return this.#address;
  }

  /** Takes the reports of those that have left since the last call. */
  takeReports(): readonly WorkerReport[] {
    return this.#reports.splice(0);
  }

  /** Starts as many as there should be. */
  start(): void {
    this.#deaths.clear();
    this.#reports = [];
    this.#address = null;
    while (this.#missing > 0) this.#add();
  }

  /** Replaces workers, one by one; those that wait already keep their place. */
  renew(workers: Iterable<PoolWorker>): void {
    for (const worker of workers) this.#outdated.add(worker);
    this.#relieve();
  }

  /**
   * Lets all finish and end. None asks its connections to end before all have closed their share of the port: the
   * clients connect anew at once, and would come to a worker that closes at that moment, with nobody left to take
   * them. Like this they find the port closed, as that of a single process would be.
   */
  drain(options: DrainOptions): void {
    this.#dismiss();
    for (const worker of this.#members) if (worker.is('standing')) worker.drain(options);
    for (const worker of this.#members) if (worker.is('reachable')) this.#hearing.add(worker);
    this.#patience.arm(TIMEOUTS.workerConfirmTimeout.value);
    this.#release();
  }

  /** Lets all abort what is in progress and end. */
  stop(): void {
    this.#dismiss();
    for (const worker of [...this.#members]) worker.stop();
  }

  /** Tells whether anybody is left, to somebody who may not have known yet that nobody is kept. */
  checkGone(): void {
    if (this.#members.size === 0 && !this.#observer.isKeeping()) this.#observer.gone();
  }

  // ---- what the workers tell ---------------------------------------------------------------------------------------

  workerListening(address: SocketAddress): void {
    this.#address ??= address;
  }

  workerLeaving(worker: PoolWorker): void {
    if (worker.is('standing') && !this.#outdated.has(worker)) this.#observer.leaving(worker);
  }

  workerChanged(worker: PoolWorker, from: WorkerState, to: WorkerState): void {
    if (to === 'serving') this.#serves(worker);
    else if (to === 'gone.left') this.#left(worker);
    else if (to === 'gone.crashed' || to === 'gone.failed') this.#lost(worker, to);
    if (!worker.is('reachable')) this.#hearing.delete(worker);
    this.#release();
    this.#observer.changed(worker, from, to);
    this.checkGone();
  }

  #serves(worker: PoolWorker): void {
    if (this.#relief?.successor === worker) this.#retire(this.#relief);
    const serving = [...this.#members].filter(({ state }) => state === 'serving').length;
    if (serving >= this.#settings.workers) this.#observer.complete();
  }

  #left(worker: PoolWorker): void {
    this.#remove(worker);
    this.#reports.push(worker.report);
    if (this.#relief?.retiring === worker) this.#relieved();
  }

  #lost(worker: PoolWorker, to: 'gone.crashed' | 'gone.failed'): void {
    this.#remove(worker);
    const { error } = worker;
    reportFault('worker', error);
    this.#observer.lost(to, error);
    if (this.#observer.isKeeping()) this.#makeGood(worker, to, error);
    else this.#reports.push(worker.report);
  }

  #makeGood(worker: PoolWorker, to: 'gone.crashed' | 'gone.failed', error: WorkerError): void {
    if (this.#relief?.successor === worker && to === 'gone.failed') {
      this.#endRenewal();
      this.#observer.renewalFailed(error);
    }
    // Where the one that it was to relieve still stands, or a successor is on its way, nobody is missing.
    if (this.#missing > 0) this.#replace(worker, error);
  }

  #replace(worker: PoolWorker, error: WorkerError): void {
    const { clock } = this.#settings;
    const delay = Deaths.isYoung(worker.age) ? this.#deaths.note(clock.now()) : 0;
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

  // ---- one for another ---------------------------------------------------------------------------------------------

  #relieve(): void {
    if (this.#relief !== null) return;
    for (const worker of this.#outdated) {
      this.#outdated.delete(worker);
      if (!worker.is('standing')) continue;
      this.#relief = { retiring: worker, successor: this.#add() };
      return;
    }
    this.#observer.renewed();
  }

  #retire({ retiring }: Relief): void {
    if (retiring.is('standing')) retiring.drain(this.#settings.drain);
    // It has gone by itself meanwhile, and its place is taken.
    else if (!this.#members.has(retiring)) this.#relieved();
  }

  #relieved(): void {
    this.#relief = null;
    this.#relieve();
  }

  // ---- how many there are ------------------------------------------------------------------------------------------

  get #missing(): number {
    const standing = [...this.#members].filter((worker) => worker.is('standing')).length;
    const extra = this.#relief !== null && this.#relief.retiring.is('standing') ? 1 : 0;
    return Math.max(0, this.#settings.workers + extra - standing - this.#delayed.size);
  }

  #add(): PoolWorker {
    const worker = new PoolWorker(this.#settings, this.#fork, this);
    this.#members.add(worker);
    return worker;
  }

  #remove(worker: PoolWorker): void {
    this.#members.delete(worker);
    this.#outdated.delete(worker);
  }

  #endRenewal(): void {
    this.#outdated.clear();
    this.#relief = null;
  }

  /** From here on nobody is to come. */
  #dismiss(): void {
    this.#endRenewal();
    for (const timer of this.#delayed) this.#settings.clock.clearTimeout(timer);
    this.#delayed.clear();
    this.#hearing.clear();
    this.#patience.disarm();
  }

  /** What there is to be released when a worker has come so far, or time has run out. */
  #release(): void {
    if (this.#hearing.size > 0) return;
    this.#patience.disarm();
    for (const worker of this.#members) if (worker.state === 'draining.deaf') worker.release();
  }
}
