import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';

import { HTTPClientSession } from '../../../src/index.js';
import { WorkerPool, type WorkerPoolOptions } from '../../../src/cluster/index.js';
import { buildPackage, type BuiltPackage } from '../cli/build.js';
import { Process } from '../cli/process.js';
import type { Load } from './load.js';

let built: BuiltPackage;
let programs: string;
let folder: string;
const pools: WorkerPool[] = [];
const processes: Process[] = [];

beforeAll(() => {
  built = buildPackage();
  programs = built.copyOf('test/cluster/programs');
}, 120_000);

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  if (folder !== '') rmSync(folder, { recursive: true });
  folder = '';
});

afterAll(() => {
  built.remove();
});

/** The environment of workers: where they note their orders, and the gate that busy ones wait for. */
function environment(more: Record<string, string> = {}): Record<string, string> {
  folder ||= mkdtempSync(join(tmpdir(), 'http-session-cluster-'));
  return { LOG: join(folder, 'orders'), GATE: join(folder, 'gate'), ...more };
}

/** A pool of real processes whose primary is this one, not started yet. It is stopped after the test. */
export function realPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({
    exec: join(programs, 'worker.mjs'),
    execArgv: [],
    workers: 2,
    grace: 200,
    deadline: 5_000,
    killMargin: 1_000,
    ...options,
    env: environment(options.env),
  });
  pools.push(pool);
  return pool;
}

/** The same, started. */
export async function startedPool(options: Partial<WorkerPoolOptions> = {}): Promise<WorkerPool> {
  const pool = realPool(options);
  await pool.start();
  return pool;
}

/** A program of the tests as a process with a group of its own. It is killed after the test. */
export function program(name: string, env: Record<string, string> = {}): Process {
  const process = new Process(join(programs, `${name}.mjs`), [], environment(env), { detached: true });
  processes.push(process);
  return process;
}

/** Lets workers go on that are busy. */
export function openGate(): void {
  writeFileSync(environment()['GATE'] as string, '');
}

/** Where a pool listens. */
export function portOf(pool: WorkerPool): number {
  return pool.address?.port ?? 0;
}

/** The process that answers on a connection of its own. */
export async function whoAnswers(port: number): Promise<number> {
  const session = new HTTPClientSession('127.0.0.1', port, { keepAlive: false });
  const response = await session.request();
  return Number(await response.text());
}

/** What is wrong with a load: orders that failed, that were taken twice, or answered and not taken. */
export function faultsOf(load: Load): Record<'failed' | 'duplicated' | 'lost', readonly string[]> {
  const log = environment()['LOG'] as string;
  const taken = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  const counts = new Map<string, number>();
  for (const order of taken) counts.set(order, (counts.get(order) ?? 0) + 1);
  return {
    failed: load.failed,
    duplicated: [...counts].filter(([, count]) => count > 1).map(([order]) => order),
    lost: load.answered.filter((order) => !counts.has(order)),
  };
}

/** A load in which nothing went wrong. */
export const NO_FAULTS = { failed: [], duplicated: [], lost: [] };
