import { measureClients } from '../measure/clients.mjs';
import { measureLoad } from '../measure/load.mjs';
import { measurePooled } from '../measure/pooled.mjs';
import { rowsOf } from './row.mjs';

/*
 * Clients that share their connections, and what a pool costs beyond the sessions in it.
 */

/**
 * @param {string} ours
 * @param {string} work
 * @param {Omit<import('./row.mjs').Load, 'workload'>} load
 * @param {import('./row.mjs').Goal[]} goals
 * @returns {import('./row.mjs').Job}
 */
const job = (ours, work, load, goals) => ({
  ours,
  rows: rowsOf(work, goals),
  measure: (settings, contestants) => measureClients(settings, contestants, { workload: 'hello', ...load }),
  load: { workload: 'hello', task: 'get', ...load },
});

/** @type {import('./row.mjs').Job} */
const queue = {
  ours: 'queue-100000',
  rows: rowsOf('pool, a call with 100,000 waiting', [
    { name: 'pool-queue', against: 'queue-100', bound: 0.9, aim: 1 },
  ]),
  measure: (settings, contestants) =>
    measureClients(settings, contestants, { workload: 'hello', connections: 50 }),
};

/** The bound is 250 bytes more than the 4,200 of a bare session. @type {import('./row.mjs').Job} */
const idle = {
  ours: 'our-client',
  rows: [
    {
      name: 'pool-idle-heap',
      work: 'idle pooled connection, heap',
      against: 'ours',
      part: 'heap',
      unit: 'B',
      sense: 'at most',
      bound: 1.06,
      aim: 1.035,
    },
  ],
  measure: measurePooled,
};

/** @type {import('./row.mjs').Job} */
const load = {
  ours: 'ours',
  rows: [
    {
      name: 'pool-load',
      work: 'load of the entry point ./client',
      against: 'undici',
      part: 'request',
      unit: 'ms',
      sense: 'at most',
      bound: 1,
      aim: 0.5,
    },
  ],
  measure: measureLoad,
};

/** @type {import('./row.mjs').Job[]} */
export const POOL_JOBS = [
  job('our-client', 'pool, 50 at once', { connections: 50 }, [
    { name: 'pool-50', against: 'undici-pool', bound: 1.5, aim: 2 },
    { name: 'pool-50-bare', against: 'ours', bound: 0.92, aim: 0.97 },
  ]),
  job('our-client', 'pool, 5,000 waiting, 128 connections', { connections: 128, atOnce: 5_128 }, [
    { name: 'pool-5000', against: 'undici-pool', bound: 1.3, aim: 1.8 },
  ]),
  queue,
  job('our-client', 'pool, one by one', { connections: 1 }, [
    { name: 'pool-sequential', against: 'undici-client', bound: 1.2, aim: 1.4 },
  ]),
  job('our-fetch', 'fetch, 50 at once', { connections: 50 }, [
    { name: 'fetch-dispatcher', against: 'undici-fetch', bound: 1, aim: 1.15 },
  ]),
  idle,
  load,
];
