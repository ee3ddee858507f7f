/*
 * Builds `dist`: the code as ES modules that people can read, whitespace and names kept, and one file of declarations
 * for each entry point. There are no source maps: a stack that points into the bundle points to readable code.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

import { ENTRY_POINTS, ROOT } from './entry-points.mjs';

const DIST = join(ROOT, 'dist');
/** Declarations of single modules: what the compiler writes and the bundler reads. */
const DECLARATIONS = join(DIST, 'declarations');

const MODULES = ENTRY_POINTS.map(({ module }) => module);
/** What is started or measured, and imported by nobody. */
const PROGRAMS = ['src/cli/main', 'src/cli/start', 'src/chart/index'];

rmSync(DIST, { recursive: true, force: true });
await Promise.all([buildCode(), buildDeclarations()]);

async function buildCode() {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [...MODULES, ...PROGRAMS].map((module) => `${module}.ts`),
    outdir: DIST,
    outbase: ROOT,
    chunkNames: 'shared/[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
}

async function buildDeclarations() {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(
    process.execPath,
    [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', DECLARATIONS],
    { stdio: 'inherit' },
  );
  const bundle = await rollup({
    input: Object.fromEntries(MODULES.map((module) => [module, join(DECLARATIONS, `${module}.d.ts`)])),
    plugins: [dts()],
    external: (specifier) => !specifier.startsWith('.') && !specifier.startsWith('/'),
  });
  await bundle.write({
    dir: DIST,
    entryFileNames: '[name].d.ts',
    // A class that two entry points show must be one type, so what they share is in a file of its own.
    chunkFileNames: 'shared/[name].d.ts',
    format: 'es',
  });
  await bundle.close();
  rmSync(DECLARATIONS, { recursive: true });
}
