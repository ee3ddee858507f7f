import { EXCHANGES as NODE_EXCHANGES } from '../clients/node-http.mjs';
import { EXCHANGES as CLIENT_EXCHANGES } from '../clients/our-client.mjs';
import { EXCHANGES as OUR_EXCHANGES } from '../clients/ours.mjs';
import { EXCHANGES as UNDICI_EXCHANGES } from '../clients/undici-client.mjs';
import { EXCHANGES as FETCH_EXCHANGES } from '../clients/undici-fetch.mjs';
import { ROUTES as EXPRESS_ROUTES } from '../handlers/express.mjs';
import { HANDLERS as FASTIFY_HANDLERS, ROUTES as FASTIFY_ROUTES } from '../handlers/fastify.mjs';
import { ROUTES as HONO_ROUTES } from '../handlers/hono.mjs';
import { HANDLERS as NODE_HANDLERS } from '../handlers/node-http.mjs';
import { HANDLERS as OUR_HANDLERS } from '../handlers/ours.mjs';
import { JOBS } from '../rows/jobs.mjs';
import { NAMES } from '../rows/row.mjs';
import { WORKLOADS } from '../workloads.mjs';

/*
 * The code of the contestants as docs/benchmarks.md shows it: the text of the very functions that run.
 */

/** @typedef {(name: string) => Record<string, string>} Show The code of each contestant, by its kind. */

/** @type {(code: string, handler: unknown) => string} */
const call = (code, handler) => `${code}${String(handler)});`;

/** @type {Show} */
const server = (name) => ({
  ours: call('new HTTPServer(', OUR_HANDLERS[name]),
  'node-http': call('http.createServer(', NODE_HANDLERS[name]),
  fastify: call("app.get('/*', ", FASTIFY_HANDLERS[name]),
});

/** The applications that the same framework runs on both servers. */
const FRAMEWORKS = [
  { prefix: 'hono-ours', name: 'Hono', routes: HONO_ROUTES },
  { prefix: 'express-sessions', name: 'Express', routes: EXPRESS_ROUTES },
  { prefix: 'fastify-sessions', name: 'Fastify', routes: FASTIFY_ROUTES },
];

/** @type {(routes: Record<string, { method: string, path: string, handler: unknown }>, name: string) => string} */
const route = (routes, name) => {
  const { method, path, handler } = /** @type {typeof routes[string]} */ (routes[name]);
  return call(`app.${method}('${path}', `, handler);
};

/** @type {(exchange: unknown) => string} */
const exchange = (code) => `const exchange = ${String(code)};`;

/** @type {Show} */
const client = (name) => ({
  ours: exchange(OUR_EXCHANGES[name]),
  'our-client': exchange(CLIENT_EXCHANGES[name]),
  'our-fetch': exchange(FETCH_EXCHANGES[name]),
  'undici-client': exchange(UNDICI_EXCHANGES[name]),
  'node-http': exchange(NODE_EXCHANGES[name]),
});

/** The code behind all rows, in Markdown; rows for which our code is the same stand together. */
export function exhibits() {
  /** @type {Map<string, { names: string[], listings: Set<string> }>} */
  const byOurs = new Map();
  for (const job of JOBS) {
    const code = codeOf(job);
    if (code.length === 0) continue;
    const key = String(code[0]);
    const { names, listings } = byOurs.get(key) ?? { names: [], listings: new Set() };
    names.push(...job.rows.map(({ name }) => `\`${name}\``));
    byOurs.set(key, { names, listings: new Set([...listings, ...code]) });
  }
  return [...byOurs.values()]
    .map(({ names, listings }) => [`${names.join(', ')}:`, ...listings].join('\n\n'))
    .join('\n\n');
}

/**
 * @param {import('../rows/row.mjs').Job} job
 * @returns {string[]} Ours first.
 */
function codeOf({ ours, rows, load }) {
  if (load === undefined || ours === 'supervised') return [];
  const framework = FRAMEWORKS.find(({ prefix }) => ours.startsWith(prefix));
  if (framework !== undefined)
    return [listing(`${framework.name}, on both servers`, route(framework.routes, load.workload))];
  if (ours === 'node-http-sessions') {
    const { answer } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[load.workload]);
    return [listing('node:http, on both parsers', server(answer)['node-http'])];
  }
  const code = load.task === undefined ? server(WORKLOADS[load.workload]?.answer ?? '') : client(load.task);
  const peers = rows.filter(({ against }) => against in code);
  return [
    listing('this package', code[load.task === undefined ? 'ours' : ours]),
    ...peers.map(({ against }) => listing(NAMES[against] ?? against, code[against])),
  ];
}

/** @type {(title: string, code: string | undefined) => string} */
const listing = (title, code) => `\`\`\`js\n// ${title}\n${code}\n\`\`\``;
