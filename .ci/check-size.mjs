/* Checks how large the installed package is, how much of it `import { TimeoutError }` brings along, and its lines. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = process.argv[2];
if (root === undefined) throw new Error('usage: check-size.mjs <folder of the unpacked package>');

/** Bytes of all files: a third is code, a third declarations and pages, a fifth the page with its layout engine. */
const MAX_PACKAGE = 2_930_000;
/** Bytes of a minified program that uses nothing but an error. */
const MAX_ERROR = 10_000;
/** Characters of a line: Node.js prints the line that threw. */
const MAX_LINE = 1_000;

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  statSync(join(root, file)).isFile(),
);
const size = files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
check('the package unpacked', size, MAX_PACKAGE, 'bytes');

const { outputFiles } = await build({
  stdin: { contents: "export { TimeoutError } from './dist/src/index.js'", resolveDir: root },
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  platform: 'node',
  external: ['xstate'],
});
check('import { TimeoutError }, bundled', outputFiles[0].contents.length, MAX_ERROR, 'bytes');

// What a browser runs is minified.
const code = files.filter((file) => file.endsWith('.js') && !file.startsWith(join('dist', 'page')));
const longest = Math.max(
  ...code.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((line) => line.length),
  ),
);
check('the longest line of code', longest, MAX_LINE, 'characters');

function check(what, value, limit, unit) {
  if (value > limit) throw new Error(`${what}: ${value} ${unit}, more than ${limit}`);
  console.log(`${what}: ${value} ${unit} (at most ${limit})`);
}
