import { measureClients } from './measure/client-row.mjs';
import { measureEngine } from './measure/engine.mjs';
import { measureIdle } from './measure/idle.mjs';
import { measureServers } from './measure/server-row.mjs';
import { measureStart } from './measure/start.mjs';

/**
 * @typedef {object} Settings
 * @property {import('./harness/cores.mjs').Cores} cores
 * @property {string} subject Whose figures stand under "ours".
 * @property {number} rounds
 * @property {number} duration Of one contestant in one round, in milliseconds.
 * @property {number} warmUp Before the first round, twice for each contestant, in milliseconds.
 *
 * @typedef {object} Figure
 * @property {number} cost In the unit of the row; less is better.
 * @property {number} [rate] Requests per second of wall-clock time.
 * @property {number} [busy] Share of the time in which the measured process had its core; well below 1, it had to wait for load.
 *
 * @typedef {{ ours: Figure, theirs: Figure }} Round
 *
 * @typedef {object} Row
 * @property {string} name For `--rows`.
 * @property {string} work
 * @property {string} against
 * @property {'us' | 'ms' | 'B'} unit Of the cost: CPU time per request (or call), wall-clock time, bytes per connection.
 * @property {'at least' | 'at most'} sense How to read the two figures that follow.
 * @property {number | null} bound What the ratio has to reach; `null` when the row only informs.
 * @property {number | null} aim What the ratio ought to reach.
 *
 * @typedef {object} Job One measurement, which fills one row or several.
 * @property {Row[]} rows
 * @property {(settings: Settings) => Promise<Round[][]>} measure Rounds for each row, in the order of `rows`.
 */

const NAMES = /** @type {Record<string, string>} */ ({
  'raw-net': 'raw net',
  'node-http': 'node:http',
  'undici-pool': 'undici Pool',
  'undici-client': 'undici Client',
});

/**
 * @param {string} name
 * @param {string} work
 * @param {{ against: string, workload: string, connections: number, depth?: number, fresh?: boolean }} plan
 * @param {number} bound
 * @param {number} aim
 * @returns {Job}
 */
function server(name, work, { against, ...load }, bound, aim) {
  return {
    rows: [{ name, work, against: NAMES[against] ?? against, unit: 'us', sense: 'at least', bound, aim }],
    measure: async (settings) => [
      await measureServers(settings, { ours: settings.subject, theirs: against, ...load }),
    ],
  };
}

/**
 * @param {string} name
 * @param {string} work
 * @param {{ against: string, workload: string, connections: number, fresh?: boolean }} plan
 * @param {number} bound
 * @param {number} aim
 * @returns {Job}
 */
function client(name, work, { against, ...load }, bound, aim) {
  return {
    rows: [{ name, work, against: NAMES[against] ?? against, unit: 'us', sense: 'at least', bound, aim }],
    measure: async (settings) => [
      await measureClients(settings, { ours: settings.subject, theirs: against, ...load }),
    ],
  };
}

/** @type {Job} */
const idle = {
  rows: [
    {
      name: 'idle-heap',
      work: 'idle keep-alive connection, heap',
      against: 'node:http',
      unit: 'B',
      sense: 'at most',
      bound: 1.25,
      aim: 1.0,
    },
    {
      name: 'idle-rss',
      work: 'idle keep-alive connection, RSS',
      against: 'node:http',
      unit: 'B',
      sense: 'at most',
      bound: 1.0,
      aim: 1.0,
    },
  ],
  measure: async (settings) => {
    const { heap, rss } = await measureIdle(settings, {
      ours: settings.subject,
      theirs: 'node-http',
      connections: 4_000,
    });
    return [heap, rss];
  },
};

/** @type {Job} */
const start = {
  rows: [
    {
      name: 'start',
      work: 'server start to first response',
      against: 'node:http',
      unit: 'ms',
      sense: 'at most',
      bound: 1.3,
      aim: 1.1,
    },
  ],
  measure: async (settings) => [
    await measureStart(settings, { ours: settings.subject, theirs: 'node-http' }),
  ],
};

/**
 * @param {string} name
 * @param {string} work
 * @param {'us' | 'B'} unit
 * @returns {Row}
 */
const engineRow = (name, work, unit) => ({
  name,
  work,
  against: 'stock actor',
  unit,
  sense: 'at least',
  bound: null,
  aim: null,
});

/** @type {Job} */
const engine = {
  rows: [
    engineRow('engine-create', 'session actor: create', 'us'),
    engineRow('engine-event', 'session actor: event', 'us'),
    engineRow('engine-invoke', 'session actor: event with a service', 'us'),
    engineRow('engine-bytes', 'session actor: heap when connected', 'B'),
  ],
  measure: measureEngine,
};

const hello = { workload: 'hello', connections: 50 };
const one = { workload: 'hello', connections: 1 };

/** Everything that is measured. The bounds and aims are the project's own. @type {Job[]} */
export const JOBS = [
  server('hello-50-net', 'hello, 50 connections', { ...hello, against: 'raw-net' }, 0.75, 0.8),
  server('hello-50', 'hello, 50 connections', { ...hello, against: 'node-http' }, 1.5, 1.65),
  server(
    'hello-500',
    'hello, 500 connections',
    { ...hello, connections: 500, against: 'node-http' },
    1.5,
    1.65,
  ),
  server(
    'browser',
    "hello, a browser's head",
    { ...hello, workload: 'browser', against: 'raw-net' },
    0.58,
    0.65,
  ),
  server('echo', 'echo 1 KiB', { ...hello, workload: 'echo', against: 'node-http' }, 1.5, 1.7),
  server('pipelined', 'hello, pipelined x16', { ...hello, depth: 16, against: 'node-http' }, 6, 8),
  server(
    'closing',
    'one request per connection',
    { ...hello, workload: 'closing', fresh: true, against: 'node-http' },
    1.0,
    1.1,
  ),
  server('down', '64 MiB down', { workload: 'big', connections: 1, against: 'raw-net' }, 0.95, 1.0),
  idle,
  client('client-50-pool', 'client, 50 at once', { ...hello, against: 'undici-pool' }, 2.0, 2.4),
  client('client-50-clients', 'client, 50 at once', { ...hello, against: 'undici-client' }, 2.0, 2.4),
  client('client-sequential', 'client, one by one', { ...one, against: 'undici-client' }, 1.2, 1.35),
  client(
    'client-medium',
    'client, 1 MiB bodies',
    { ...one, workload: 'medium', against: 'undici-client' },
    2.0,
    2.7,
  ),
  client(
    'client-fresh',
    'client, connection each',
    { ...one, fresh: true, against: 'undici-client' },
    2.5,
    4,
  ),
  start,
  engine,
];
