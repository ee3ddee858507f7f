import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The built package in some folder: this one, or a checkout of another commit.
 *
 * @typedef {object} Library
 * @property {(entry: string) => Promise<any>} load The module of an entry point, such as `./fetch`; or `chart`, the engine, and `chart/actors`.
 */

/** The folder of this package, as a URL. */
export const HERE = new URL('../../../', import.meta.url).href;

/** Modules that are measured and that no user imports. @type {Record<string, string>} */
const INTERNAL = { chart: './dist/src/chart/index.js', 'chart/actors': './dist/src/chart/actors.js' };

/**
 * @param {string} root The folder of the package, as a URL.
 * @returns {Library}
 */
export function libraryAt(root) {
  return { load: (entry) => import(moduleOf(root, entry)) };
}

/**
 * @param {string} root
 * @param {string} entry
 * @returns {string} The URL of the module.
 */
export function moduleOf(root, entry) {
  const path = INTERNAL[entry] ?? manifest(root).exports[entry]?.default;
  if (path === undefined) throw new Error(`the package has no entry point ${entry}`);
  return new URL(path, root).href;
}

/** The file of the command `http-session`. @param {string} root */
export const commandOf = (root) => fileURLToPath(new URL(manifest(root).bin['http-session'], root));

/** @param {string} root */
const manifest = (root) => JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
