import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { HERE } from './library.mjs';

const REPOSITORY = fileURLToPath(HERE);

/** @param {string[]} args */
const git = (...args) =>
  execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: 'pipe' }).trim();

/**
 * Another commit of this package, checked out and built, with the dependencies of this one. It is within the repository, in
 * a folder that git ignores: to TypeScript, dependencies that are reached by a link out of elsewhere have no portable names.
 *
 * @param {string} commit Anything that git takes for one.
 * @returns {{ root: string, name: string, remove: () => void }} `name` is its short hash.
 */
export function checkOut(commit) {
  const name = shortNameOf(commit);
  const reports = join(REPOSITORY, 'reports');
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, 'against-'));
  const root = join(folder, 'package');
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    git('worktree', 'prune');
  };
  try {
    git('worktree', 'add', '--detach', root, name);
    symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'), 'junction');
    build(root, name);
  } catch (error) {
    remove();
    throw error;
  }
  return { root: `${pathToFileURL(root).href}/`, name, remove };
}

/** @param {string} commit */
function shortNameOf(commit) {
  try {
    return git('rev-parse', '--short', '--verify', `${commit}^{commit}`);
  } catch (error) {
    throw new Error(`--against ${commit} is no commit of this repository`, { cause: error });
  }
}

/**
 * @param {string} folder
 * @param {string} name
 */
function build(folder, name) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} cannot be built: ${stdout}${stderr}`);
}
