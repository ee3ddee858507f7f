import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** @typedef {import('./results.mjs').Outcome} Outcome */

const run = promisify(execFile);

/** An application with a page, a route that reads JSON, and one that streams, behind a server of its own. */
const FILES = {
  'package.json': '{ "private": true, "type": "module" }',
  'app/layout.js': `import { createElement } from 'react';
export default function Layout({ children }) {
  return createElement('html', null, createElement('body', null, children));
}`,
  'app/page.js': `import { createElement } from 'react';
export const dynamic = 'force-dynamic';
export default async function Page({ searchParams }) {
  const { name } = await searchParams;
  return createElement('p', null, \`Hello \${name}!\`);
}`,
  'app/echo/route.js': `export async function POST(request) {
  const { name } = await request.json();
  return Response.json({ hello: name });
}`,
  'app/stream/route.js': `export const dynamic = 'force-dynamic';
export function GET() {
  const pieces = ['one', 'two', 'three'];
  const body = new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/plain' } });
}`,
  'server.js': `import { createServer } from 'node:http';
import next from 'next';
const app = next({ dev: false });
await app.prepare();
const server = createServer(app.getRequestHandler());
const { PROJECT } = process.env;
if (PROJECT) (await import(\`\${PROJECT}/dist/src/adapters/node/index.js\`)).onSessions(server);
server.listen(0, '127.0.0.1', () => process.send(server.address().port));`,
};

/** One check of each kind. @type {[name: string, check: (base: string) => Promise<boolean>][]} */
const CHECKS = [
  ['a page', async (base) => /Hello (?:<!-- -->)?Ada/.test(await (await fetch(`${base}/?name=Ada`)).text())],
  [
    'a route that reads JSON',
    async (base) => {
      const headers = { 'Content-Type': 'application/json' };
      const body = JSON.stringify({ name: 'Ada' });
      const response = await fetch(`${base}/echo`, { method: 'POST', headers, body });
      return (await response.json()).hello === 'Ada';
    },
  ],
  [
    'a streamed response',
    async (base) => {
      const response = await fetch(`${base}/stream`);
      return response.headers.get('content-length') === null && (await response.text()) === 'onetwothree';
    },
  ],
];

/** Installs Next.js and builds the application. Returns its folder, or `null` where Next.js cannot be had. */
async function build(/** @type {string} */ scratch) {
  const folder = join(scratch, 'next');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  // The page names the major version, which does not change by itself.
  const packages = ['next@16', 'react@19', 'react-dom@19'];
  try {
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
      cwd: folder,
    });
  } catch {
    return null;
  }
  await run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], { cwd: folder, env });
  return folder;
}

/** The names of the checks that fail. */
async function failedChecks(/** @type {string} */ folder, /** @type {NodeJS.ProcessEnv} */ env) {
  const child = fork('server.js', { cwd: folder, env: { ...process.env, NODE_ENV: 'production', ...env } });
  try {
    const [port] = await once(child, 'message');
    const failed = [];
    for (const [name, check] of CHECKS) {
      const isMet = await check(`http://127.0.0.1:${port}`).catch(() => false);
      if (!isMet) failed.push(name);
    }
    return failed;
  } finally {
    child.kill();
  }
}

/** Tries Next.js behind a server of its own. @returns {Promise<Outcome | null>} */
export async function tryNext(/** @type {string} */ scratch, /** @type {string} */ project) {
  const folder = await build(scratch);
  if (folder === null) return null;
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/next/package.json'), 'utf8'));
  const onNode = await failedChecks(folder, {});
  const onSessions = await failedChecks(folder, { PROJECT: project });
  return {
    title: `Next.js ${version.split('.', 1)[0]} (checks of ours)`,
    tests: CHECKS.length,
    onNode: CHECKS.length - onNode.length,
    onSessions: CHECKS.length - onSessions.length,
    failures: onSessions
      .filter((name) => !onNode.includes(name))
      .map((name) => ({ name, file: 'next', result: 'failed', error: '' })),
  };
}
