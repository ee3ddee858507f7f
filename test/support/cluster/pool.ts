import { afterEach } from '@jest/globals';

import type { FaultMessage } from '../../../src/diagnostics.js';
import { WorkerPool, type WorkerPoolOptions } from '../../../src/cluster/index.js';
import { type DrainReport } from '../../../src/server/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { settled } from '../transport/sockets.js';
import { faultsOfPools } from './pool-faults.js';
import { FakeProcesses, type FakeProcess } from './fake-processes.js';

/** What a server without connections reports. */
export const NOTHING: DrainReport = { finished: 0, aborted: 0, duration: 0, sessions: [] };

const pools: PlayedPool[] = [];

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

/** A pool whose processes the test plays, in virtual time. */
export class PlayedPool {
  readonly clock = new VirtualClock();
  readonly processes = new FakeProcesses();
  readonly pool: WorkerPool;
  /** Every state that the pool was in. */
  readonly states: string[] = ['idle'];

  constructor(workers = 2, options: Partial<WorkerPoolOptions> = {}) {
    const { clock } = this;
    this.pool = new WorkerPool({ exec: 'worker.mjs', workers, clock, ...options }, this.processes.fork);
    this.pool.on('transition', ({ to }) => this.states.push(to));
    pools.push(this);
  }

  /** A pool all of whose workers serve. */
  static async running(workers = 2, options: Partial<WorkerPoolOptions> = {}): Promise<PlayedPool> {
    const played = new PlayedPool(workers, options);
    const started = played.pool.start();
    for (const process of [...played.processes.all]) process.serves();
    await started;
    return played;
  }

  /** Starts; what becomes of it is of no interest. */
  begin(): this {
    this.pool.start().catch(() => undefined);
    return this;
  }

  /** Restarts, in the same way. */
  renew(): this {
    this.pool.restart().catch(() => undefined);
    return this;
  }

  process(pid: number): FakeProcess {
    return this.processes.number(pid);
  }

  /** How many processes there have been. */
  get forked(): number {
    return this.processes.all.length;
  }

  /** `pid state` of every worker. */
  get workers(): readonly string[] {
    return this.pool.workers.map(({ pid, state }) => `${String(pid)} ${state}`);
  }

  get serving(): number {
    return this.pool.workers.filter(({ state }) => state === 'serving').length;
  }

  /** The faults that were reported. */
  get faults(): readonly FaultMessage[] {
    return faultsOfPools();
  }

  /** Lets time pass, and everything happen that this causes. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
  }

  /** Ends the pool, and with it what it holds. */
  async end(): Promise<void> {
    const stopped = this.pool.stop();
    for (const process of this.processes.all) process.exits();
    await stopped;
  }
}
