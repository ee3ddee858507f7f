import { LIMITS, TIMEOUTS } from '../constants.js';
import { checkTimeout } from '../session/core/address.js';
import { systemClock, type Clock } from '../transport/index.js';
import type { DrainOptions } from '../server/drain-report.js';
import type { WorkerProgram } from './worker-process.js';

/** The program of a pool, the number of its workers, and its timeouts. Durations are in milliseconds. */
export interface WorkerPoolOptions extends DrainOptions {
  /** The file that each worker runs; it calls `joinWorkerPool`. */
  readonly exec: string | URL;
  /** Its arguments. @defaultValue none */
  readonly args?: readonly string[] | undefined;
  /** Options of Node.js itself for the workers. @defaultValue those of this process */
  readonly execArgv?: readonly string[] | undefined;
  /** Variables that are added to the environment of this process. @defaultValue none */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** How many workers serve. @defaultValue the available parallelism of the machine */
  readonly workers?: number | undefined;
  /** How long a process may take from its start until it serves; 0 for no limit. @defaultValue 60000 */
  readonly startTimeout?: number | undefined;
  /**
   * How long a worker may stay after its drain, or beyond the deadline of its drain, before it is killed; 0 for no limit.
   * @defaultValue 5000
   */
  readonly killMargin?: number | undefined;
  /** The source of time; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

/** The same, checked and complete. */
export interface PoolSettings {
  readonly program: WorkerProgram;
  readonly workers: number;
  readonly startTimeout: number;
  readonly killMargin: number;
  readonly drain: DrainOptions;
  readonly clock: Clock;
}

/** Checks options. @throws TypeError, RangeError */
export function poolSettings(options: WorkerPoolOptions): PoolSettings {
  const exec = options.exec instanceof URL ? pathOf(options.exec) : options.exec;
  if (typeof exec !== 'string' || exec === '')
    throw new TypeError('WorkerPool: exec must be the path or URL of the file that the workers run');
  return {
    program: { exec, args: options.args ?? [], execArgv: options.execArgv, env: options.env ?? {} },
    workers: checkWorkers(options.workers ?? process.getBuiltinModule('node:os').availableParallelism()),
    startTimeout: checkTimeout(options.startTimeout ?? TIMEOUTS.workerStartTimeout.value, 'startTimeout'),
    killMargin: checkTimeout(options.killMargin ?? TIMEOUTS.workerKillMargin.value, 'killMargin'),
    drain: drainSettings(options),
    clock: options.clock ?? systemClock,
  };
}

/** The options of a drain out of others; what is not set is left to the server. @throws TypeError, RangeError */
export function drainSettings(options: DrainOptions): DrainOptions {
  const { grace, deadline } = options;
  return {
    ...(grace === undefined ? {} : { grace: checkTimeout(grace, 'grace') }),
    ...(deadline === undefined ? {} : { deadline: checkTimeout(deadline, 'deadline') }),
  };
}

/** Loads node:url only when it is needed. */
function pathOf(url: URL): string {
  return process.getBuiltinModule('node:url').fileURLToPath(url);
}

function checkWorkers(workers: number): number {
  const most = LIMITS.maxWorkers.value;
  if (Number.isInteger(workers) && workers >= 1 && workers <= most) return workers;
  throw new RangeError(`workers: must be an integer from 1 to ${String(most)} (got ${String(workers)})`);
}
