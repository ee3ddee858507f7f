/**
 * @typedef {object} Settings
 * @property {import('../harness/cores.mjs').Cores} cores
 * @property {number} rounds
 * @property {number} duration Of one contestant in one round, in milliseconds.
 * @property {number} warmUp Before the first round, twice for each contestant, in milliseconds.
 *
 * @typedef {object} Figure
 * @property {number} cost In the unit of the row; less is better.
 * @property {number} [rate] Requests per second of wall-clock time.
 * @property {number} [busy] Share of the time in which the measured process had its core; well below 1, it had to wait for load.
 *
 * @typedef {object} Row
 * @property {string} name For `--rows`.
 * @property {string} work
 * @property {string} against The kind of the peer.
 * @property {string} part Which figure of the job.
 * @property {'us' | 'ms' | 'B'} unit Of the cost: CPU time per request (or call), wall-clock time, bytes per connection.
 * @property {'at least' | 'at most'} sense How to read the two figures that follow.
 * @property {number | null} bound What the ratio has to reach; `null` when the row only informs.
 * @property {number | null} aim What the ratio ought to reach.
 *
 * @typedef {object} Job One measurement, in which this package meets one peer or several.
 * @property {string} ours The kind of our contestant.
 * @property {Row[]} rows
 * @property {(settings: Settings, contestants: import('../measure/contest.mjs').Contestant[]) => Promise<import('../measure/contest.mjs').Figures>} measure
 * @property {Load} [load] What servers and clients have to do.
 *
 * @typedef {object} Load
 * @property {string} workload
 * @property {number} connections
 * @property {number} [atOnce] Requests that a client makes at once, where they are more than its connections.
 * @property {number} [depth] Requests that are pipelined.
 * @property {boolean} [fresh] Whether each request gets a connection of its own.
 * @property {import('../clients/client.mjs').Task} [task] Of clients.
 *
 * @typedef {object} Goal
 * @property {string} name
 * @property {string} against
 * @property {number} [bound]
 * @property {number} [aim]
 */

/** How a kind of contestant is called in the tables. @type {Record<string, string>} */
export const NAMES = {
  'raw-net': 'raw `net`',
  'node-http': 'node:http',
  'hono-node-server': '@hono/node-server',
  'undici-pool': 'undici Pool',
  'undici-client': 'undici Client',
  'undici-fetch': 'undici Agent',
  undici: 'undici',
  ours: 'bare sessions',
  'queue-100': '100 waiting',
  fastify: 'Fastify',
  express: 'node:http',
  'fastify-app': 'node:http',
  stock: 'stock actor',
};

/**
 * Rows of one work that compare CPU time per request.
 *
 * @param {string} work
 * @param {Goal[]} goals
 * @returns {Row[]}
 */
export const rowsOf = (work, goals) =>
  goals.map(({ bound = null, aim = null, ...goal }) => ({
    ...goal,
    work,
    part: 'request',
    unit: 'us',
    sense: 'at least',
    bound,
    aim,
  }));
