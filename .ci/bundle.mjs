/*
 * Bundles the code into ES modules with whitespace and names kept: `node .ci/bundle.mjs FOLDER`.
 *
 * Each file costs a process about a millisecond to load, so what `http-session serve` loads is in two of them. What
 * only some programs need is in files of its own.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { rolldown } from 'rolldown';

import { ENTRY_POINTS, ROOT } from './entry-points.mjs';

/** Modules that are started or measured; no user imports them. */
const PROGRAMS = ['src/cli/main', 'src/cli/start', 'src/chart/index', 'src/chart/actors'];

/** The folder of the programs that users start. */
const COMMANDS = 'src/cli/';

/**
 * Shared files, by the module that each begins with: what that loads at once, unless an earlier file has it. What
 * browsers may load as well, errors and the words of the charts, has no dependencies.
 */
const SHARED = {
  words: 'src/errors/index',
  serve: 'src/cli/command-line',
  charts: 'machines/index',
  main: 'src/index',
};

/** The words of the charts: events, states. */
const WORDS = /\/machines\/\w+\.(?:events|states)\.ts$/;

/** Charts that one entry point needs. */
const RARE = /\/machines\/(?:client|cluster)\//;

/** The folders whose `index.ts` exports classes with actors, and the modules of these classes. */
const WITH_ACTORS = {
  'src/session': ['client/http-client-session', 'client/https-client-session', 'server/http-server-session'],
  'src/server': ['http-server'],
};

/** Puts the classes that bring XState along in the place of the plain ones, where an index exports them. */
const withActors = {
  name: 'with-actors',
  resolveId(/** @type {string} */ specifier, /** @type {string | undefined} */ importer) {
    for (const [folder, modules] of Object.entries(WITH_ACTORS)) {
      const isIndex = importer === join(ROOT, folder, 'index.ts');
      if (isIndex && modules.some((module) => specifier === `./${module}.js`)) {
        return join(ROOT, folder, 'with-actors.ts');
      }
    }
    return null;
  },
};

const OPTIONS = {
  plugins: [withActors],
  cwd: ROOT,
  platform: 'node',
  external: (/** @type {string} */ specifier) => !/^[./]/.test(specifier),
  transform: { target: 'node20' },
};

/** Writes the bundled code into a folder. */
export async function bundleCode(/** @type {string} */ folder) {
  const groups = [];
  for (const [name, module] of Object.entries(SHARED)) {
    const loaded = await loadedWith(module);
    // A bundler keeps the code of an entry point that it meets, even for an import of an error: they get none.
    for (const id of loaded) if (RARE.test(id) || isEntry(id)) loaded.delete(id);
    groups.push({
      name,
      test: (/** @type {string} */ id) => loaded.has(id) || (name === 'words' && WORDS.test(id)),
    });
  }
  const modules = [...ENTRY_POINTS.map(({ module }) => module), ...PROGRAMS];
  const bundle = await rolldown({
    ...OPTIONS,
    input: Object.fromEntries(modules.map((module) => [module, `./${module}.ts`])),
  });
  const { output } = await bundle.generate({
    format: 'es',
    chunkFileNames: 'shared/[name].js',
    minifyInternalExports: false,
    codeSplitting: { groups },
  });
  await bundle.close();
  const facades = facadesIn(output);
  mkdirSync(join(folder, COMMANDS), { recursive: true });
  writeFileSync(join(folder, COMMANDS, 'package.json'), '{ "type": "commonjs" }\n');
  for (const { fileName, code } of output) {
    if (facades.has(fileName)) continue;
    const path = join(folder, fileName);
    mkdirSync(dirname(path), { recursive: true });
    const text = await withoutDocumentation(withoutFacades(code, facades));
    writeFileSync(path, fileName.startsWith(COMMANDS) ? asCommonJS(text) : withShortLines(text));
  }
}

/** Lists of names one by one where they are long: a reader of the bundle has to find one. */
function withShortLines(/** @type {string} */ code) {
  return code.replace(/^(?:import|export) \{ .{200,} \}/gm, (list) => list.replace(/, /g, ',\n  '));
}

function isEntry(/** @type {string} */ id) {
  return ENTRY_POINTS.some(({ module }) => id === join(ROOT, `${module}.ts`));
}

/** The files of all modules that a module loads before its first line runs. */
async function loadedWith(/** @type {string} */ module) {
  const bundle = await rolldown({ ...OPTIONS, input: `./${module}.ts` });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const loaded = new Set([output[0]]);
  for (const { imports } of loaded) {
    for (const name of imports) if (chunks.has(name)) loaded.add(chunks.get(name));
  }
  return new Set([...loaded].flatMap(({ modules }) => Object.keys(modules)));
}

/**
 * A program that imports one module, as CommonJS: Node.js then loads the module at once, where an ES module would first
 * start the asynchronous loader. That is a twentieth of the time until `serve` has answered. Later versions than 20 keep
 * compiled code instead, and some of them warn of `require()`.
 */
function asCommonJS(/** @type {string} */ code) {
  const [whole = '', specifier] = /\bimport\(("[^"]+")\)/.exec(code) ?? [];
  if (specifier === undefined || /^(?:import|export) (?!\{\})/m.test(code)) throw new Error('not a program');
  const loaded = `(process.versions.node.startsWith("20.") ? Promise.resolve(require(${specifier})) : ${whole})`;
  return code.replace(whole, loaded).replace(/^export \{\};\n/m, '');
}

/** Files that only pass on what another one exports under the same names, with that file. */
function facadesIn(/** @type {import('rolldown').OutputChunk[]} */ chunks) {
  return new Map(
    chunks.flatMap(({ fileName, code, isEntry }) => {
      const [, names = '', target] = /^export \{ ([\w, ]+) \} from "\.\/(\w[\w.-]*)";\s*$/.exec(code) ?? [];
      return isEntry || target === undefined || / as /.test(names) ? [] : [[fileName, `shared/${target}`]];
    }),
  );
}

function withoutFacades(/** @type {string} */ code, /** @type {Map<string, string>} */ facades) {
  return code.replace(/\bimport\("((?:\.\.?\/)+(?:shared\/)?)([\w.-]+)"\)/g, (text, folder, name) => {
    const target = facades.get(`shared/${name}`);
    return target === undefined ? text : `import("${folder}${target.slice('shared/'.length)}")`;
  });
}

/** The code without its documentation, which the declarations have: a quarter of its size. Nothing else may change. */
async function withoutDocumentation(/** @type {string} */ code) {
  const short = code.replace(/^[ \t]*\/\*\*[^]*?\*\/\n/gm, '');
  const [before, after] = await Promise.all(
    [code, short].map((text) => transform(text, { minifyWhitespace: true, legalComments: 'none' })),
  );
  if (before.code !== after.code) throw new Error('a documentation comment stands in a string');
  return short;
}

if (argv[1] === fileURLToPath(import.meta.url)) await bundleCode(String(argv[2]));
