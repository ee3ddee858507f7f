import { measureClients } from '../measure/clients.mjs';
import { rowsOf } from './row.mjs';

/*
 * Clients. Each reads its answers whole.
 */

/**
 * @param {string} work
 * @param {import('./row.mjs').Load} load
 * @param {import('./row.mjs').Goal[]} goals
 * @returns {import('./row.mjs').Job}
 */
const job = (work, load, goals) => ({
  ours: 'ours',
  rows: rowsOf(work, goals),
  measure: (settings, contestants) => measureClients(settings, contestants, load),
  load: { task: 'get', ...load },
});

/** @type {import('./row.mjs').Job[]} */
export const CLIENT_JOBS = [
  job('client, 50 at once', { workload: 'hello', connections: 50 }, [
    { name: 'client-50', against: 'undici-client', bound: 2, aim: 2.4 },
    { name: 'client-50-pool', against: 'undici-pool', bound: 2.2, aim: 2.4 },
  ]),
  job('client, one by one', { workload: 'hello', connections: 1 }, [
    { name: 'client-sequential', against: 'undici-client', bound: 1.4, aim: 2 },
  ]),
  job('client, 1 MiB bodies', { workload: 'medium', connections: 1 }, [
    { name: 'client-medium', against: 'undici-client', bound: 2.2, aim: 2.7 },
  ]),
  job('client, upload of 1 MiB, streamed', { workload: 'upload', connections: 1, task: 'upload' }, [
    { name: 'client-upload', against: 'undici-client', bound: 1.5, aim: 2 },
  ]),
  job('client, a connection each', { workload: 'hello', connections: 1, task: 'fresh' }, [
    { name: 'client-fresh', against: 'undici-client', bound: 2, aim: 3 },
    { name: 'client-fresh-node', against: 'node-http', bound: 1.1, aim: 1.3 },
  ]),
];
