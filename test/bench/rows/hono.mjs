import { measureServers } from '../measure/servers.mjs';
import { rowsOf } from './row.mjs';

/*
 * Hono on `toRequestHandler(app.fetch)` beside Hono on `@hono/node-server`: one application, one route for each row.
 */

/**
 * @param {string} work
 * @param {string} workload
 * @param {import('./row.mjs').Goal} goal
 * @returns {import('./row.mjs').Job}
 */
function job(work, workload, goal) {
  const load = { workload, connections: 50 };
  return {
    ours: 'hono-ours',
    rows: rowsOf(work, [goal]),
    measure: (settings, contestants) => measureServers(settings, contestants, load),
    load,
  };
}

const against = 'hono-node-server';

/** @type {import('./row.mjs').Job[]} */
export const HONO_JOBS = [
  job('Hono: text', 'honoText', { name: 'hono-text', against, bound: 1.3, aim: 1.6 }),
  job('Hono: JSON of 100 B', 'honoJson', { name: 'hono-json', against, bound: 1.3, aim: 1.6 }),
  job('Hono: parameters', 'honoParams', { name: 'hono-params', against, bound: 1.3, aim: 1.6 }),
  job('Hono: echo 1 KiB, streamed', 'honoEcho', { name: 'hono-echo', against, bound: 1.7, aim: 2 }),
  job('Hono: echo 1 KiB, as text', 'honoEchoText', { name: 'hono-echo-text', against }),
];
