import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildPackage, type BuiltPackage } from '../../support/cli/build.js';
import { Process } from '../../support/cli/process.js';

let built: BuiltPackage;
let folder = '';

beforeAll(() => {
  built = buildPackage();
  folder = mkdtempSync(join(tmpdir(), 'recorded-'));
}, 60_000);

afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('a process that is recorded', () => {
  it('a signal has a file written, and the recorder does not keep the process alive', async () => {
    const program = built.copyOf('test/inspector/recorder/programs');
    const process = new Process(`${program}/recorded.mjs`, [folder]);
    await process.printed(/recording 0 sessions/);
    process.child.kill('SIGUSR2');
    const [path] = await process.printed(/^\/.*\.json$/m);
    expect(await process.ended).toBe(0);
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([path]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ format: 'http-session-recording' });
  });

  it('show prints the file that a signal had written', async () => {
    const [name = ''] = readdirSync(folder);
    const process = new Process(built.script('cli/main'), ['show', join(folder, name)]);
    expect([await process.ended, process.err]).toEqual([0, '']);
  });
});
