/*
 * Builds `dist`: the code as ES modules with whitespace and names kept, one file of declarations for each entry point,
 * and the inspector's page. There are no source maps: a stack that points into the bundle points to readable code.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { build as buildWithVite } from 'vite';

import { bundleCode } from './bundle.mjs';
import { ENTRY_POINTS, ROOT } from './entry-points.mjs';
import { thirdPartyNotices } from './third-party.mjs';

const DIST = join(ROOT, 'dist');
/** Declarations of single modules: what the compiler writes and the bundler reads. */
const DECLARATIONS = join(DIST, 'declarations');

const MODULES = ENTRY_POINTS.map(({ module }) => module);

rmSync(DIST, { recursive: true, force: true });
await Promise.all([bundleCode(DIST), buildDeclarations(), buildPage()]);

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
    // An entry point names types that it does not export: they are options or bases of one class each.
    onwarn: (warning) => {
      if (!warning.message.includes('private shared type exports')) throw new Error(warning.message);
    },
    external: (specifier) => !specifier.startsWith('.') && !specifier.startsWith('/'),
  });
  await bundle.write({
    dir: DIST,
    entryFileNames: '[name].d.ts',
    // A class that two entry points export must be one type, so what they share is in files of its own.
    chunkFileNames: 'shared/[name].ts',
    format: 'es',
  });
  await bundle.close();
  rmSync(DECLARATIONS, { recursive: true });
}

/** The page's server reads large files compressed: the layout engine alone has 1.5 MB. */
async function buildPage() {
  await buildWithVite({
    ...{ root: join(ROOT, 'src/inspector/page'), logLevel: 'warn' },
    plugins: [thirdPartyNotices()],
  });
  const assets = join(DIST, 'page/assets');
  for (const name of readdirSync(assets)) {
    const file = join(assets, name);
    if (statSync(file).size < 20_000) continue;
    writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
    rmSync(file);
  }
}
