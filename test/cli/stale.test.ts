import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

const { isStale } = (await import(new URL('../../.ci/stale.mjs', import.meta.url).href)) as {
  isStale(built: readonly string[], root: string): boolean;
};

const BUILT = ['dist/start.js', 'dist/page.html'];
const DIRECTORIES = ['dist', 'src/cli', 'machines'];
const SOURCES = ['src/index.ts', 'src/cli/start.ts', 'machines/session.ts', 'package.json'];

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stale-'));
  for (const directory of DIRECTORIES) mkdirSync(join(root, directory), { recursive: true });
  for (const file of [...SOURCES, ...BUILT]) writeFileSync(join(root, file), '');
  for (const path of [...SOURCES, 'src', 'src/cli', 'machines']) touch(path, 1_000);
  for (const file of BUILT) touch(file, 2_000);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function touch(path: string, seconds: number): void {
  utimesSync(join(root, path), seconds, seconds);
}

it('npm start builds nothing if the built files are newer than every source', () => {
  expect(isStale(BUILT, root)).toBe(false);
});

it.each(BUILT)('npm start builds if %s is missing', (file) => {
  rmSync(join(root, file));
  expect(isStale(BUILT, root)).toBe(true);
});

it.each(SOURCES)('npm start builds if %s has changed since the build', (file) => {
  touch(file, 3_000);
  expect(isStale(BUILT, root)).toBe(true);
});

it('npm start builds if a source has changed since the oldest of the built files', () => {
  touch('src/index.ts', 2_500);
  touch('dist/page.html', 3_000);
  expect(isStale(BUILT, root)).toBe(true);
});

it('npm start builds if a source was removed', () => {
  rmSync(join(root, 'src/cli/start.ts'));
  expect(isStale(BUILT, root)).toBe(true);
});
