import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ask } from '../support/cli/ask.js';
import { buildPackage, type BuiltPackage } from '../support/cli/build.js';
import { freePort } from '../support/transport/sockets.js';
import { itInTestAll } from '../support/thoroughness.js';

let built: BuiltPackage;
let folder: string;

beforeAll(() => {
  built = buildPackage();
  folder = mkdtempSync(join(tmpdir(), 'http-session-terminal-'));
}, 120_000);

afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true });
});

/** Whether something listens at a port. */
async function listens(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
}

/** Resolves once a request is answered. */
async function untilServes(port: number): Promise<void> {
  const url = `http://127.0.0.1:${String(port)}/`;
  while ((await ask(url).catch(() => null))?.status !== 200) await nextLoopTurn();
}

/** Resolves once a process has ended. */
async function untilEnded(pid: number): Promise<void> {
  while (lives(pid)) await nextLoopTurn();
}

/** Whether a process exists. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** `http-session` in a terminal, which `script` of util-linux makes, and the id of its process. */
async function inTerminal(name: string, args: readonly string[]): Promise<readonly [ChildProcess, number]> {
  const file = join(folder, name);
  const command = ['exec', process.execPath, built.script('cli/main'), ...args].join(' ');
  const terminal = spawn('script', ['-qc', `sh -c 'echo $$ >${file}; ${command}'`, '/dev/null'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const watcher = watch(folder);
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await once(watcher, 'change');
  watcher.close();
  return [terminal, Number(readFileSync(file, 'utf8'))];
}

describe('a terminal that is closed', () => {
  it.each([
    ['one process', []],
    ['workers', ['--workers', '2']],
  ])('a terminal that is closed ends serve with %s, and the port is free', async (name, more) => {
    const port = await freePort();
    const [terminal, pid] = await inTerminal(name.replace(' ', '-'), [
      'serve',
      '--port',
      String(port),
      ...more,
    ]);
    await untilServes(port);
    terminal.kill('SIGKILL');
    await untilEnded(pid);
    expect(await listens(port)).toBe(false);
  });

  itInTestAll('SIGHUP from elsewhere restarts the workers while the terminal is open', async () => {
    const port = await freePort();
    const args = ['serve', '--port', String(port), '--workers', '1'];
    const [terminal, pid] = await inTerminal('restart', args);
    await untilServes(port);
    process.kill(pid, 'SIGHUP');
    await untilServes(port);
    expect(lives(pid)).toBe(true);
    terminal.kill('SIGKILL');
    await untilEnded(pid);
  });
});
