/* Whether what was built is older than what it is built from. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './entry-points.mjs';

/** What `dist` is built from. */
const SOURCES = ['src', 'machines', 'package.json', 'tsconfig.json', 'tsconfig.build.json', '.ci/build.mjs'];

/**
 * Whether one of the files is missing, or older than a source. A folder changes when a file in it is removed.
 *
 * @param {readonly string[]} built - paths from the root
 */
export function isStale(built, root = ROOT) {
  const files = built.map((path) => join(root, path));
  if (!files.every((file) => existsSync(file))) return true;
  const newest = Math.max(
    ...SOURCES.map((path) => join(root, path))
      .filter(existsSync)
      .map(changedAt),
  );
  return Math.min(...files.map((file) => statSync(file).mtimeMs)) < newest;
}

/** @param {string} path @returns {number} */
function changedAt(path) {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}
