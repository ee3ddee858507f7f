import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { fetchesPage } from './page.mjs';

/*
 * `npm run test:fetches`: the cells under each `fetch`, in a process of each Node.js, which comes from the npm registry.
 * Compares docs/fetches.md with what it sees; with UPDATE_GENERATED=1 it writes the page. Expects a fresh build in dist.
 */

/** Each `fetch`, and the major version of Node.js that it runs in. */
const SUBJECTS = [
  ['global', 20],
  ['global', 22],
  ['global', 24],
  ['global', 26],
  ['undici6', 20],
  ['undici', 20],
  // It needs Node.js 22.19.
  ['undici8', 22],
  ['undici6', 24],
  ['undici', 24],
  ['undici8', 24],
];

const PAGE = new URL('../../docs/fetches.md', import.meta.url);
const PROGRAM = new URL('process.mjs', import.meta.url).pathname;

const run = promisify(execFile);

/** @returns {Promise<import('./page.mjs').Column>} */
async function columnOf(/** @type {string} */ subject, /** @type {number} */ major) {
  // Node.js 20 has a WebSocket, but not without asking.
  const flags = major === 20 && subject === 'global' ? ['--experimental-websocket'] : [];
  const program = ['-y', '-p', `node@${major}`, 'node', ...flags, PROGRAM, subject];
  const { stdout } = await run('npx', program, { timeout: 300_000 }).catch((error) => {
    throw new Error(`${subject} in Node.js ${major}: ${error.stderr}`, { cause: error });
  });
  const [first, ...cells] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { subject, major, version: first.version, cells };
}

/** @type {import('./page.mjs').Column[]} */
const columns = [];
for (const [subject, major] of /** @type {[string, number][]} */ (SUBJECTS)) {
  const column = await columnOf(subject, major);
  columns.push(column);
  const failed = column.cells.filter(({ error }) => error !== null);
  console.log(
    `${subject} ${column.version}, Node.js ${major}: ${column.cells.length - failed.length} of ${column.cells.length}`,
  );
  for (const { name, error } of failed) {
    process.exitCode = 1;
    console.log(`  ${name}: ${error}`);
  }
}

const page = fetchesPage(columns);
if (process.env['UPDATE_GENERATED'] === '1') writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  process.exitCode = 1;
  console.log('docs/fetches.md shows something else; UPDATE_GENERATED=1 renews it');
}
