/* The entry point `./cluster`: several processes at one port. */
export { WorkerError } from '../errors/index.js';
export { joinWorkerPool } from './join-worker-pool.js';
export type { DrainableServer } from './member.js';
export type { WorkerPoolOptions } from './pool-options.js';
export type { PoolState } from '../../machines/cluster/pool.states.js';
export type { WorkerState } from '../../machines/cluster/worker.states.js';
export type { PoolEvents, PoolListener } from './pool-observers.js';
export type { WorkerInfo, WorkerReport } from './pool-worker.js';
export { WorkerPool } from './worker-pool.js';
