import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The package as it is installed, built from the sources into a folder of its own. */
export interface BuiltPackage {
  /** The file of a script: `cli/main` for `src/cli/main.ts`. */
  script(name: string): string;
  /** Copies a file or a folder of the project to where it finds the package by its name; returns the path of the copy. */
  copyOf(path: string): string;
  remove(): void;
}

/**
 * Builds the package as it is shipped, so that tests need no `dist` and never see a stale one.
 *
 * @param packages - what is installed beside it; everything when not given.
 */
export function buildPackage(packages?: readonly string[]): BuiltPackage {
  const folder = mkdtempSync(join(tmpdir(), 'http-session-build-'));
  execFileSync(process.execPath, [join(ROOT, '.ci/bundle.mjs'), join(folder, 'dist')], { stdio: 'inherit' });
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  // The page is the one thing that is not made from sources here: it is built before all tests, where it is old.
  for (const link of ['docs', 'dist/page']) symlinkSync(join(ROOT, link), join(folder, link));
  if (packages === undefined) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  else {
    mkdirSync(join(folder, 'node_modules'));
    for (const name of packages) {
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    }
  }
  return {
    script: (name) => join(folder, 'dist', 'src', `${name}.js`),
    copyOf: (path) => {
      const copy = join(folder, 'copies', path);
      cpSync(join(ROOT, path), copy, { recursive: true });
      return copy;
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
