import { committed } from '../generate/committed.js';

/** An entry point of the package: its specifier and its module in the sources. */
export interface EntryPoint {
  /** Such as `http-session-machine/node`. */
  readonly specifier: string;
  /** Such as `src/adapters/node/index.ts`. */
  readonly source: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>;
}

const manifest = JSON.parse(committed('package.json')) as Manifest;

/** Every entry point of the package, as package.json lists them. */
export const ENTRY_POINTS: readonly EntryPoint[] = Object.entries(manifest.exports).flatMap(
  ([entry, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            specifier: manifest.name + entry.slice(1),
            source: target.default.replace('./dist/', '').replace(/\.js$/, '.ts'),
          },
        ],
);

/** `paths` for the compiler: maps the name of the package to its sources. */
export const PATHS: Readonly<Record<string, string[]>> = Object.fromEntries(
  ENTRY_POINTS.map(({ specifier, source }) => [specifier, [`./${source}`]]),
);
