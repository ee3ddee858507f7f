import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const JEST_GLOBALS = new URL('jest-globals.mjs', import.meta.url).href;

/** A golden file refuses every mutant of a chart without knowing what the chart is for, so none is compared here. */
const AGREEABLE = 'export const golden = (_name, actual) => actual;';

const substitutes = {
  name: 'substitutes',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@jest\/globals$/ }, () => ({ path: JEST_GLOBALS, external: true }));
    onLoad({ filter: /support[\\/]machines[\\/]golden\.ts$/ }, () => ({ contents: AGREEABLE, loader: 'ts' }));
    // Fixtures are found beside the module that names them, wherever the bundle is.
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const contents = readFileSync(file, 'utf8');
      if (!contents.includes('import.meta.url')) return undefined;
      return {
        contents: contents.replaceAll('import.meta.url', `'${pathToFileURL(file).href}'`),
        loader: 'ts',
      };
    });
  },
};

/**
 * Writes all tests and what they test into one module, so that it can be loaded again for each mutant. Returns what to
 * import.
 */
export async function bundleTests(entries) {
  const folder = path.resolve('test/mutation/.bundles');
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, `${process.pid}.mjs`);
  await build({
    stdin: { contents: entries.map((entry) => `import './${entry}';`).join('\n'), resolveDir: process.cwd() },
    plugins: [substitutes],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // The package says that its modules have no side effects; tests are nothing else.
    ignoreAnnotations: true,
    keepNames: true,
    logLevel: 'error',
  });
  return pathToFileURL(outfile).href;
}
