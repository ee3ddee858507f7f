import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

import { buildPackage, type BuiltPackage } from '../support/cli/build.js';
import { Process } from '../support/cli/process.js';

const HOOKS = fileURLToPath(new URL('../support/architecture/loaded-files.mjs', import.meta.url));

const ROLLDOWN = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url));

/** The command, what errors are made of, and what serves. */
const SERVE_FILES = 3;

/** A user's program that looks at actors. */
const LOOKING = `
import { HTTPClientSession, HTTPServer } from 'http-session-machine';

const server = new HTTPServer((_request, response) => response.end('hello'));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const session = new HTTPClientSession('127.0.0.1', port);
const response = await session.request({ path: '/' });
const [served] = server.sessions;
const text = await response.text();
console.log(text, server.actor.getSnapshot().value, session.actor.getSnapshot().value, served.actor.getSnapshot().value);
session.dispose();
await server.stop();
`;

const SHOWN = "hello { listening: 'accepting' } { connected: 'open' } { connected: 'open' }\n";

let built: BuiltPackage;

beforeAll(() => {
  built = buildPackage();
}, 120_000);

afterAll(() => {
  built.remove();
});

/** The modules that a command loads until it prints a line. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const command = new Process(built.script('cli/main'), args, { NODE_OPTIONS: `--import ${HOOKS}` });
  try {
    const [, url] = await command.printed(/^listening on (http:\S+)\n/);
    expect(await (await fetch(`${String(url)}/`)).text()).toBe('Hello, world!');
    return [...command.err.matchAll(/^loaded (file:.*)$/gm)].map(([, file]) => String(file));
  } finally {
    command.child.kill('SIGKILL');
    await command.ended;
  }
}

async function run(file: string): Promise<{ readonly out: string; readonly err: string }> {
  const program = new Process(file);
  await program.ended;
  return program;
}

describe('a process that serves', () => {
  it(`\`http-session serve\` loads at most ${SERVE_FILES} files, and no XState`, async () => {
    const loaded = await loadedBy(['serve', '--port', '0']);
    expect(loaded.filter((file) => /xstate|machine\.js/.test(file))).toEqual([]);
    expect(loaded.slice(SERVE_FILES)).toEqual([]);
    expect(loaded.length).toBeGreaterThan(0);
  });

  it('`http-session serve --inspect` loads XState when it shows actors', async () => {
    const loaded = await loadedBy(['serve', '--port', '0', '--inspect', '0']);
    expect(loaded.some((file) => file.includes('/xstate/'))).toBe(true);
  });
});

describe('a bundle of a program that looks at actors', () => {
  it('a bundle by esbuild has the actors', async () => {
    const outfile = join(installed(), 'looking-bundled.mjs');
    await build({
      stdin: { contents: LOOKING, loader: 'js', resolveDir: installed() },
      ...{ bundle: true, format: 'esm', platform: 'node', outfile },
    });
    const { out, err } = await run(outfile);
    expect([out, err]).toEqual([SHOWN, '']);
  });

  it('a bundle by rolldown has the actors', async () => {
    const input = join(installed(), 'looking.mjs');
    writeFileSync(input, LOOKING);
    const folder = join(installed(), 'bundled');
    execFileSync(process.execPath, [ROLLDOWN, input, '--platform', 'node', '--dir', folder]);
    const { out, err } = await run(join(folder, 'looking.js'));
    expect([out, err]).toEqual([SHOWN, '']);
  });

  it('a bundle of nothing but an error has no XState', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "export { TimeoutError } from 'http-session-machine';",
        resolveDir: installed(),
      },
      ...{ bundle: true, format: 'esm', platform: 'node', write: false, minify: true },
    });
    const text = String(outputFiles[0]?.text);
    expect(text).not.toContain('createMachine');
    expect(text.length).toBeLessThan(10_000);
  });
});

/** A folder beside the built package, which finds it by its name. */
function installed(): string {
  const folder = join(dirname(built.script('index')), '../../consumer');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  try {
    symlinkSync(join(folder, '..'), join(folder, 'node_modules/http-session-machine'));
  } catch {
    // It is there already.
  }
  return folder;
}
