import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ROOT = new URL('../../', import.meta.url).pathname;

/** Unpacks a suite and installs what it needs, unless that was done before. Returns its folder. */
export async function unpack(
  /** @type {string} */ archive,
  /** @type {string} */ name,
  /** @type {string} */ scratch,
) {
  const folder = join(scratch, name);
  const stamp = join(scratch, `${name}.unpacked`);
  const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  await run('tar', ['xzf', archive, '-C', scratch]);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  writeFileSync(stamp, digest);
  return folder;
}

/** Builds the project, and copies it: another build meanwhile would break what runs. Returns the folder of the copy. */
export async function buildProject(/** @type {string} */ scratch) {
  const folder = join(scratch, `project-${process.pid}`);
  await run(process.execPath, ['.ci/build.mjs'], { cwd: ROOT });
  mkdirSync(folder, { recursive: true });
  for (const name of ['dist', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
