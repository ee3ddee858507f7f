import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { expressSuite, fastifySuite } from './frameworks.mjs';
import { tryNext } from './next.mjs';
import { compatibilityPage } from './page.mjs';
import { judge } from './reasons.mjs';
import { compare } from './results.mjs';
import { buildProject, unpack } from './scratch.mjs';

/*
 * `npm run test:suites`: the frameworks' own tests, on node:http and on our sessions. Compares docs/compatibility.md with
 * what it sees; with UPDATE_GENERATED=1 it writes the page.
 *
 * SUITES names the folder with the suites, SUITES_SCRATCH the one that they are unpacked to and installed in.
 */

const FOLDER = resolve(
  process.env['SUITES'] ?? fileURLToPath(new URL('../../../shared/suites', import.meta.url)),
);
const SCRATCH = resolve(process.env['SUITES_SCRATCH'] ?? join(tmpdir(), 'http-session-machine-suites'));
const PAGE = new URL('../../docs/compatibility.md', import.meta.url);

/** @type {[name: string, suiteOf: typeof expressSuite][]} */
const FRAMEWORKS = [
  ['express', expressSuite],
  ['fastify', fastifySuite],
];

async function main() {
  const project = await buildProject(SCRATCH);
  try {
    const preload = pathToFileURL(join(FOLDER, 'preload.mjs')).href;
    const ours = { PROJECT: project, NODE_OPTIONS: `--import=${preload}` };
    /** @type {import('./results.mjs').Outcome[]} */
    const outcomes = [];
    for (const [name, suiteOf] of FRAMEWORKS) {
      const folder = await unpack(join(FOLDER, `${name}.tar.gz`), name, SCRATCH);
      outcomes.push(await compare(suiteOf(folder), ours));
    }
    const next = await tryNext(SCRATCH, project);
    if (next !== null) outcomes.push(next);
    report(outcomes, next !== null);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** Prints what was seen, and compares it with the reasons and with the page. */
function report(/** @type {import('./results.mjs').Outcome[]} */ outcomes, /** @type {boolean} */ hasNext) {
  for (const { title, tests, onNode, onSessions } of outcomes) {
    console.log(`${title}: ${onSessions} of ${tests} on sessions, ${onNode} on node:http`);
  }
  const { judged, complaints } = judge(outcomes);
  for (const complaint of complaints) {
    process.exitCode = 1;
    console.log(complaint);
  }
  const page = compatibilityPage(outcomes, judged, hasNext);
  if (process.env['UPDATE_GENERATED'] === '1') writeFileSync(PAGE, page);
  else if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== page) {
    process.exitCode = 1;
    console.log('docs/compatibility.md shows something else; UPDATE_GENERATED=1 renews it');
  }
}

if (existsSync(FOLDER)) await main();
else console.log(`test:suites: no suites to run, as ${FOLDER} does not exist; SUITES names another folder`);
