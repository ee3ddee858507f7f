import type { WorkerAction, WorkerEvent, WorkerTag } from '../../machines/cluster/worker.events.js';
import { workerMachine } from '../../machines/cluster/worker.machine.js';
import { WORKER_TABLE } from '../../machines/cluster/worker.table.js';
import type { WorkerState } from '../../machines/cluster/worker.states.js';
import { bindMachine } from '../chart/actors.js';
import { Chart, type ChartEdge, type OwnedWalk } from '../chart/index.js';
import { TIMEOUTS } from '../constants.js';
import { TimeoutError, WorkerError } from '../errors/index.js';
import { Deadline, deadlinesOf, type SocketAddress } from '../transport/index.js';
import type { DrainOptions, DrainReport } from '../server/drain-report.js';
import { startWalk } from './owned-walk.js';
import type { WorkerNotice } from './messages.js';
import type { PoolSettings } from './pool-options.js';
import type { ForkProcess, ProcessEnd, ProcessObserver, WorkerProcess } from './worker-process.js';

/** A worker of a pool. */
export interface WorkerInfo {
  /** The id of its process. */
  readonly pid: number;
  /** Its state in the worker chart, dotted. */
  readonly state: WorkerState;
  /** How many connections it has had, as last reported. */
  readonly served: number;
}

/** The end of a worker. */
export interface WorkerReport {
  /** The id of its process. */
  readonly pid: number;
  /** The report of its drain; `null` when it ended without one. */
  readonly report: DrainReport | null;
  /** How many connections it has had, as last reported. */
  readonly served: number;
  /** The exit code of the process; `null` when a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it: `SIGKILL` when it did not end in time. */
  readonly signal: string | null;
}

/** Is notified of what happens to a worker. */
export interface WorkerWatcher {
  /** The worker is in another state; it takes commands, and may be gone. */
  workerChanged(worker: PoolWorker, from: WorkerState): void;
  /** The worker listens. */
  workerListening(address: SocketAddress): void;
  /** The worker should be replaced, and then drained. */
  workerLeaving(worker: PoolWorker): void;
}

const chart = new Chart(WORKER_TABLE);
bindMachine(chart, workerMachine);

const actions: Record<WorkerAction, (worker: PoolWorker) => void> = {
  sendAsk: (worker) => {
    worker.sendAsk();
  },
  sendDrain: (worker) => {
    worker.sendDrain();
  },
  sendRelease: (worker) => {
    worker.sendRelease();
  },
  sendStop: (worker) => {
    worker.sendStop();
  },
  killProcess: (worker) => {
    worker.killProcess();
  },
};

/** One worker of a pool. Runs the worker chart and its deadlines. */
export class PoolWorker implements ProcessObserver {
  readonly #settings: PoolSettings;
  readonly #watcher: WorkerWatcher;
  readonly #walk: OwnedWalk<PoolWorker, WorkerEvent>;
  readonly #process: WorkerProcess;
  readonly #deadline: Deadline<PoolWorker>;
  #drain: DrainOptions = {};
  #servesSince: number | null = null;
  #served = 0;
  #report: DrainReport | null = null;
  #end: ProcessEnd = { exitCode: null, signal: null, cause: null };
  /** Why it was killed, if it was not asked to end. */
  #expired: TimeoutError | null = null;

  constructor(settings: PoolSettings, fork: ForkProcess, watcher: WorkerWatcher) {
    this.#settings = settings;
    this.#watcher = watcher;
    this.#walk = startWalk<PoolWorker, WorkerEvent>(chart, actions, this, (edge) => {
      this.#moved(edge);
    });
    this.#deadline = new Deadline<PoolWorker>(deadlinesOf(settings.clock), this, (worker) => {
      worker.#send('deadline.expired');
    });
    this.#deadline.arm(settings.startTimeout);
    this.#process = fork(settings.program, this);
  }

  get state(): WorkerState {
    return this.#walk.node.name as WorkerState;
  }

  is(tag: WorkerTag): boolean {
    return this.#walk.is(tag);
  }

  get info(): WorkerInfo {
    return { pid: this.#process.pid, state: this.state, served: this.#served };
  }

  get report(): WorkerReport {
    const { exitCode, signal } = this.#end;
    return { pid: this.#process.pid, report: this.#report, served: this.#served, exitCode, signal };
  }

  /** How long it has served, in milliseconds; 0 when it never did. */
  get age(): number {
    return this.#servesSince === null ? 0 : this.#settings.clock.now() - this.#servesSince;
  }

  /** The error for a worker that ended unasked. */
  get error(): WorkerError {
    const { exitCode, signal } = this.#end;
    const { pid } = this.#process;
    const cause = this.#end.cause ?? this.#expired;
    return new WorkerError(this.#describeEnd(), {
      pid,
      exitCode,
      signal,
      ...(cause === null ? {} : { cause }),
    });
  }

  #describeEnd(): string {
    const { exitCode, signal, cause } = this.#end;
    if (cause !== null) return `worker: could not be started: ${cause.message}`;
    const name = `worker ${String(this.#process.pid)}`;
    if (this.#expired !== null) {
      const { timer, timeout } = this.#expired;
      const failure = timer === 'workerStart' ? 'did not serve within' : 'did not answer for';
      return `${name} ${failure} ${String(timeout)} ms and was killed`;
    }
    const how = signal === null ? `ended with exit code ${String(exitCode)}` : `was ended by ${signal}`;
    return `${name} ${how} ${this.#servesSince === null ? 'before it served' : 'while it served'}`;
  }

  /** Asks the worker to finish what is in progress and to end. */
  drain(options: DrainOptions): void {
    this.#drain = options;
    this.#send('worker.drain');
  }

  /** Permits the worker to ask its connections to end, once it is unreachable. */
  release(): void {
    this.#send('worker.release');
  }

  /** Makes the worker abort what is in progress and end. */
  stop(): void {
    this.#send('worker.stop');
  }

  // ---- what the process reports -------------------------------------------------------------------------------------

  listening(address: SocketAddress): void {
    this.#watcher.workerListening(address);
    this.#send('worker.listening');
  }

  noticed(notice: WorkerNotice): void {
    this.#heard();
    switch (notice.kind) {
      case 'joined':
        this.#send('worker.joined');
        break;
      case 'leaving':
        this.#watcher.workerLeaving(this);
        break;
      case 'unreachable':
        this.#send('worker.unreachable');
        break;
      case 'counted':
        this.#served = notice.served;
        break;
      case 'drained':
        this.#served = notice.served;
        this.#report = notice.report;
        this.#send('worker.drained');
        break;
    }
  }

  exited(end: ProcessEnd): void {
    this.#end = end;
    this.#send('worker.exited');
  }

  // ---- what the chart does -----------------------------------------------------------------------------------------

  /** @internal */
  sendAsk(): void {
    this.#awaitReport();
    this.#process.send({ kind: 'ask' });
  }

  /** @internal */
  sendDrain(): void {
    const { grace = 0, deadline = TIMEOUTS.drainTimeout.value } = this.#drain;
    const { killMargin } = this.#settings;
    // A drain without a deadline is not limited.
    this.#deadline.arm(deadline === 0 || killMargin === 0 ? 0 : Math.max(grace, deadline) + killMargin);
    this.#process.send({ kind: 'drain', ...this.#drain });
  }

  /** @internal */
  sendRelease(): void {
    this.#process.send({ kind: 'release' });
  }

  /** @internal */
  sendStop(): void {
    this.#deadline.arm(this.#settings.killMargin);
    this.#process.send({ kind: 'stop' });
  }

  /** @internal */
  killProcess(): void {
    this.#deadline.disarm();
    this.#process.kill();
  }

  #moved({ source, target: { tags } }: ChartEdge): void {
    const { clock, startTimeout, heartbeatTimeout, killMargin } = this.#settings;
    if (tags.has('serving')) this.#servesSince ??= clock.now();
    if (tags.has('overdue')) this.#expired = new TimeoutError('workerStart', startTimeout);
    if (tags.has('hung')) this.#expired = new TimeoutError('workerHeartbeat', heartbeatTimeout);
    if (tags.has('gone')) this.#deadline.disarm();
    else if (tags.has('drained')) this.#deadline.arm(killMargin);
    else if (tags.has('serving') && !tags.has('silent')) this.#awaitReport();
    this.#watcher.workerChanged(this, source.name as WorkerState);
  }

  /** A worker that serves and reports does not hang. */
  #heard(): void {
    if (this.is('silent')) this.#send('worker.heard');
    else if (this.is('serving')) this.#awaitReport();
  }

  /** Half of the time passes before the worker is asked, and half before it is killed. 0 is no limit. */
  #awaitReport(): void {
    this.#deadline.arm(this.#settings.heartbeatTimeout / 2);
  }

  #send(type: WorkerEvent['type']): void {
    this.#walk.send({ type });
  }
}
