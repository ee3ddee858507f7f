/* The entry points of the package, as package.json lists them, and where their sources are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));

const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

/** Each with its specifier, such as `http-session-machine/node`, and its module without extension: `src/adapters/node/index`. */
export const ENTRY_POINTS = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target !== 'string')
  .map(([entry, target]) => ({
    specifier: manifest.name + entry.slice(1),
    module: target.default.replace(/^\.\/dist\/|\.js$/g, ''),
  }));
