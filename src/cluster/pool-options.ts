import { LIMITS, TIMEOUTS } from '../constants.js';
import { checkOptions, describeValue, KnownNames } from '../errors/index.js';
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
   * How long a worker that serves may be silent before it is killed and replaced, because its event loop is blocked; 0 for
   * no limit, as while you debug a worker. The pool asks a worker after half of it. @defaultValue 60000
   */
  readonly heartbeatTimeout?: number | undefined;
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
  readonly heartbeatTimeout: number;
  readonly killMargin: number;
  readonly drain: DrainOptions;
  readonly clock: Clock;
}

const POOL_SUBJECT = 'new WorkerPool()';
const POOL_OPTIONS = new KnownNames(`option of ${POOL_SUBJECT}`, [
  'exec',
  'args',
  'execArgv',
  'env',
  'workers',
  'startTimeout',
  'heartbeatTimeout',
  'killMargin',
  'grace',
  'deadline',
  'clock',
] satisfies (keyof WorkerPoolOptions)[]);
const DRAIN_OPTIONS = new KnownNames('option of a drain', ['grace', 'deadline']);

/** Checks options. @throws TypeError, RangeError */
export function poolSettings(options: WorkerPoolOptions): PoolSettings {
  checkOptions(POOL_SUBJECT, options, POOL_OPTIONS);
  return {
    program: programOf(options),
    workers: checkWorkers(options.workers ?? process.getBuiltinModule('node:os').availableParallelism()),
    startTimeout: checkTimeout(options.startTimeout ?? TIMEOUTS.workerStartTimeout.value, 'startTimeout'),
    heartbeatTimeout: checkTimeout(
      options.heartbeatTimeout ?? TIMEOUTS.workerHeartbeatTimeout.value,
      'heartbeatTimeout',
    ),
    killMargin: checkTimeout(options.killMargin ?? TIMEOUTS.workerKillMargin.value, 'killMargin'),
    drain: drainSettings(options),
    clock: options.clock ?? systemClock,
  };
}

/** Checks the options of one drain. @throws TypeError, RangeError */
export function checkedDrain(call: string, options: unknown): DrainOptions {
  checkOptions(call, options, DRAIN_OPTIONS);
  return drainSettings(options as DrainOptions);
}

/** The options of a drain out of others; what is not set is left to the server. @throws TypeError, RangeError */
export function drainSettings(options: DrainOptions): DrainOptions {
  const { grace, deadline } = options;
  return {
    ...(grace === undefined ? {} : { grace: checkTimeout(grace, 'grace') }),
    ...(deadline === undefined ? {} : { deadline: checkTimeout(deadline, 'deadline') }),
  };
}

function programOf({ exec, args, execArgv, env }: WorkerPoolOptions): WorkerProgram {
  return {
    exec: pathOf(exec),
    args: checkStrings('args', args) ?? [],
    execArgv: checkStrings('execArgv', execArgv),
    env: checkEnvironment(env ?? {}),
  };
}

function pathOf(exec: unknown): string {
  if (typeof exec === 'string' && exec !== '') return exec;
  if (!(exec instanceof URL)) {
    throw new TypeError(
      `${POOL_SUBJECT}: exec must be the path or URL of the file that the workers run (got ${describeValue(exec)})`,
    );
  }
  if (exec.protocol !== 'file:')
    throw new TypeError(`${POOL_SUBJECT}: exec must be a file: URL (got ${exec.href})`);
  // Loads node:url only when it is needed.
  return process.getBuiltinModule('node:url').fileURLToPath(exec);
}

function checkStrings(name: string, values: unknown): readonly string[] | undefined {
  if (values === undefined) return undefined;
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  throw new TypeError(`${POOL_SUBJECT}: ${name} must be an array of strings (got ${describeValue(values)})`);
}

function checkEnvironment(env: unknown): Readonly<Record<string, string>> {
  if (typeof env !== 'object' || env === null || Array.isArray(env)) {
    throw new TypeError(`${POOL_SUBJECT}: env must be an object of strings (got ${describeValue(env)})`);
  }
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string')
      throw new TypeError(`${POOL_SUBJECT}: env.${name} must be a string (got ${describeValue(value)})`);
  }
  return env as Readonly<Record<string, string>>;
}

function checkWorkers(workers: unknown): number {
  const most = LIMITS.maxWorkers.value;
  if (Number.isInteger(workers) && (workers as number) >= 1 && (workers as number) <= most)
    return workers as number;
  throw new RangeError(
    `workers: must be an integer from 1 to ${String(most)} (got ${describeValue(workers)})`,
  );
}
