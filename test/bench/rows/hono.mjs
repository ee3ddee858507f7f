import { measureServers } from '../measure/servers.mjs';
import { rowsOf } from './row.mjs';

/*
 * Hono on `toRequestHandler(app.fetch)` beside Hono on `@hono/node-server`: one application, one route for each row. The
 * peer replaces `Response` by itself, and so do we (`replaceGlobals`) in the rows that have goals. The rows `-native` tell
 * what it costs not to.
 */

/**
 * An application, or a listener, that the package and the peer both run.
 *
 * @param {string} ours
 * @param {string} work
 * @param {string} workload
 * @param {import('./row.mjs').Goal} goal
 * @returns {import('./row.mjs').Job}
 */
export function frameworkJob(ours, work, workload, goal) {
  const load = { workload, connections: 50 };
  return {
    ours,
    rows: rowsOf(work, [goal]),
    measure: (settings, contestants) => measureServers(settings, contestants, load),
    load,
  };
}

const against = 'hono-node-server';

/** @type {(work: string, workload: string, goal: import('./row.mjs').Goal) => import('./row.mjs').Job} */
const replaced = (work, workload, goal) =>
  frameworkJob('hono-ours', `${work}, replaceGlobals`, workload, goal);

/** @type {(work: string, workload: string, name: string) => import('./row.mjs').Job} */
const native = (work, workload, name) =>
  frameworkJob('hono-ours-native', `${work}, native Response`, workload, { name, against });

/** @type {import('./row.mjs').Job[]} */
export const HONO_JOBS = [
  replaced('Hono: text', 'honoText', { name: 'hono-text', against, bound: 1.3, aim: 1.6 }),
  native('Hono: text', 'honoText', 'hono-text-native'),
  replaced('Hono: JSON of 100 B', 'honoJson', { name: 'hono-json', against, bound: 1.3, aim: 1.6 }),
  native('Hono: JSON of 100 B', 'honoJson', 'hono-json-native'),
  replaced('Hono: parameters', 'honoParams', { name: 'hono-params', against, bound: 1.3, aim: 1.6 }),
  native('Hono: parameters', 'honoParams', 'hono-params-native'),
  replaced('Hono: echo 1 KiB, streamed', 'honoEcho', { name: 'hono-echo', against, bound: 1.7, aim: 2 }),
  replaced('Hono: echo 1 KiB, as text', 'honoEchoText', { name: 'hono-echo-text', against }),
  native('Hono: echo 1 KiB, as text', 'honoEchoText', 'hono-echo-text-native'),
];
