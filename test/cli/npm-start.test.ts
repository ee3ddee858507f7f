import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const STARTER = fileURLToPath(new URL('../../.ci/starter.mjs', import.meta.url));

/** What `npm start` runs, less the build and the server. */
const PROGRAM = `
import { whenStarterEnds } from './starter.mjs';
whenStarterEnds(() => process.kill(process.pid, 'SIGTERM'));
process.once('SIGTERM', () => {
  console.log('drained');
  process.exit();
});
setInterval(() => undefined, 1_000);
console.log('serves');
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'http-session-start-'));
  mkdirSync(join(folder, 'project'));
  copyFileSync(STARTER, join(folder, 'project', 'starter.mjs'));
  writeFileSync(join(folder, 'project', 'start.mjs'), PROGRAM);
  const manifest = { type: 'module', scripts: { start: 'node start.mjs' } };
  writeFileSync(join(folder, 'project', 'package.json'), JSON.stringify(manifest));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Starts a command; what it and its children print is in one text, which ends when the last of them has ended. */
async function started(
  command: string,
  args: readonly string[],
): Promise<readonly [ChildProcess, () => string]> {
  const child = spawn(command, args, { cwd: join(folder, 'project'), stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  while (!out.includes('serves')) await once(child.stdout, 'data');
  return [child, () => out];
}

describe('npm start', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)(
    'npm start leaves no process behind when npm gets %s',
    async (signal) => {
      const [npm, out] = await started('npm', ['start', '--silent']);
      npm.kill(signal);
      await once(npm, 'close');
      expect(out()).toMatch(/drained\n$/);
    },
  );
});
