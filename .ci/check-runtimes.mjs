/*
 * Runs the packed package on every runtime that README.md names: the examples, which must print what they print under
 * the Node.js that runs this script, and `runtime-checks.mjs`. Expects a fresh build in dist.
 *
 * The runtimes come from the npm registry into a folder of their own. They have a hundred megabytes each, so they are no
 * development dependencies: building and testing does not need them.
 *
 * `node .ci/check-runtimes.mjs [NAME...]` runs some of them, such as `bun` or `node-24`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from './entry-points.mjs';

const CPU = { x64: 'x64', arm64: 'arm64' }[process.arch];
const BUN_CPU = { x64: 'x64', arm64: 'aarch64' }[process.arch];
if (process.platform !== 'linux' || CPU === undefined) {
  throw new Error(`no runtimes are known for ${process.platform} on ${process.arch}; run this on Linux`);
}

/** Each runtime: the package that contains it, its program in there, and the arguments before a script. */
const RUNTIMES = {
  'node-20.19': nodeOf('20.19.0'),
  'node-22': nodeOf('22'),
  'node-24': nodeOf('24'),
  'node-26': nodeOf('26'),
  bun: { spec: `@oven/bun-linux-${BUN_CPU}@1.4.5`, program: 'bin/bun', args: [] },
  deno: { spec: `@deno/linux-${CPU}-glibc@2.9.6`, program: 'deno', args: ['run', '--allow-all'] },
};

/** The program of checks, which prints a line for each. */
const CHECKS = 'runtime-checks.mjs';

/**
 * Programs that need the `fetch` of Node.js: those of Bun and Deno know no `dispatcher`, and use connections of their own.
 * docs/client.md says so.
 */
const NODE_ALONE = /^docs\/examples\/(?:fetch-everywhere|sdk-dispatcher)\.mjs$/;

/** Programs on `onSessions`: the node:http of Bun reads requests by itself, and so it is refused there. */
const NOT_ON_BUN = /^docs\/examples\/(?:express|fastify|koa|nest|socket-io|ws-on-sessions)\.mjs$/;

/** How long a program may take, in milliseconds. The longest takes five seconds on an idle machine. */
const TIME_LIMIT = 120_000;

const names = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(RUNTIMES);
const unknown = names.find((name) => !Object.hasOwn(RUNTIMES, name));
if (unknown !== undefined) {
  throw new Error(`unknown runtime ${unknown}; expected one of ${Object.keys(RUNTIMES).join(', ')}`);
}

const scratch = mkdtempSync(join(tmpdir(), 'http-session-runtimes-'));
try {
  await checkAll();
} finally {
  rmSync(scratch, { recursive: true });
}

async function checkAll() {
  installRuntimes();
  const programs = installPackage();
  const here = { name: `node ${process.version}`, command: process.execPath, args: [] };
  const examples = programs.filter((program) => program !== CHECKS);
  const expected = new Map();
  await inTurns(examples, async (program) => {
    const { out, complaint } = await run(here, program);
    if (complaint !== null) throw new Error(`${here.name}: ${program}: ${complaint}`);
    expected.set(program, out);
  });

  const complaints = [];
  for (const name of names) {
    const runtime = runtimeOf(name);
    let passed = 0;
    const own = programs.filter((program) => runsOn(name, program));
    await inTurns(own, async (program) => {
      const { out, complaint } = await run(runtime, program);
      const isExample = expected.has(program);
      const difference =
        complaint ??
        (isExample && wordsOf(out) !== wordsOf(expected.get(program))
          ? `printed\n${out}\ninstead of\n${expected.get(program)}`
          : null);
      if (difference !== null) complaints.push(`${runtime.name}: ${program}: ${difference}`);
      else passed += isExample ? 1 : out.split('\n').filter((line) => line.startsWith('ok ')).length;
    });
    console.log(`${runtime.name}: ${passed} programs and checks passed`);
  }
  if (complaints.length > 0) throw new Error(`\n${complaints.join('\n\n')}`);
}

function runsOn(name, program) {
  if (name.startsWith('node')) return true;
  return !NODE_ALONE.test(program) && !(name === 'bun' && NOT_ON_BUN.test(program));
}

/** What a program printed, whatever the layout of objects and the order of what happens at the same time; times aside. */
function wordsOf(out) {
  return (out.replaceAll(/\b\d{13}\b/g, 'TIME').match(/[\w./:-]*\w/g) ?? []).sort().join(' ');
}

/** @param {string} version */
function nodeOf(version) {
  return { spec: `npm:node-linux-${CPU}@${version}`, program: 'bin/node', args: [] };
}

/** The folder of a runtime's package, which is installed under its name here. */
function packageOf(name) {
  return join(scratch, 'runtimes/node_modules', `runtime-${name}`);
}

function installRuntimes() {
  const folder = join(scratch, 'runtimes');
  mkdirSync(folder);
  const dependencies = Object.fromEntries(
    names.map((name) => {
      const { spec } = RUNTIMES[name];
      return [`runtime-${name}`, spec.startsWith('npm:') ? spec : `npm:${spec}`];
    }),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--silent'];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit' });
}

function runtimeOf(name) {
  const { program, args } = RUNTIMES[name];
  const command = join(packageOf(name), program);
  const version = execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n', 1)[0];
  return { name: `${name} (${version})`, command, args };
}

/** Installs the packed package beside what the examples use; returns the programs, by their paths. */
function installPackage() {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const tarball = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
  const modules = join(scratch, 'consumer/node_modules');
  const installed = join(modules, 'http-session-machine');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(scratch, tarball), '-C', installed, '--strip-components=1']);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(scratch, 'consumer/package.json'), JSON.stringify({ type: 'module', private: true }));

  // The certificates are those that the examples read.
  for (const path of ['docs/examples', 'test/support/tls']) {
    cpSync(join(ROOT, path), join(scratch, 'consumer', path), { recursive: true });
  }
  cpSync(join(ROOT, '.ci', CHECKS), join(scratch, 'consumer', CHECKS));
  const examples = readdirSync(join(ROOT, 'docs/examples')).map((file) => `docs/examples/${file}`);
  return [CHECKS, ...examples];
}

/** Runs a program to its end; the complaint says what was wrong with it. */
async function run({ command, args }, program) {
  const child = spawn(command, [...args, program], {
    cwd: join(scratch, 'consumer'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', RUNTIME_ARGS: args.join(' ') },
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (piece) => (texts.out += piece));
  child.stderr.setEncoding('utf8').on('data', (piece) => (texts.err += piece));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, TIME_LIMIT);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal));
  });
  clearTimeout(timer);
  if (isLate) return { out: texts.out, complaint: `did not end within ${TIME_LIMIT} ms\n${texts.out}` };
  if (status !== 0) {
    return { out: texts.out, complaint: `ended with ${status}\n${texts.out}\n${texts.err}` };
  }
  return { out: texts.out, complaint: null };
}

/** Calls back for each item, as many at a time as there are processors. */
async function inTurns(items, callback) {
  const waiting = [...items];
  const lanes = Array.from({ length: Math.min(4, availableParallelism()) }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await callback(item);
  });
  await Promise.all(lanes);
}
