import { describe, expect, it } from '@jest/globals';

import { importCycles } from '../support/architecture/cycles.js';
import { defaultExports } from '../support/architecture/exports.js';
import { forbiddenImports } from '../support/architecture/import-table.js';
import { importsOf } from '../support/architecture/imports.js';
import { invent, readSources } from '../support/architecture/source.js';

const MAX_LINES = 400;
/** One object each, of which nobody could read one half alone. */
const LONGER: Readonly<Record<string, number>> = {
  'src/session/http-session.ts': 450,
  'src/session/core/session-core.ts': 450,
  'src/protocol/message/http-messages.ts': 450,
  'src/constants.ts': 450,
  'src/client/pool/connection-pool.ts': 450,
  'src/session/client/client-exchange.ts': 480,
  'src/session/client/http-client-session.ts': 450,
  'src/session/server/http-server-response.ts': 450,
};

const sources = readSources('src', 'machines');

/** Every source that a source loads, itself included. */
function loadedWith(entry: string): ReadonlySet<string> {
  const loaded = new Set([entry]);
  for (const path of loaded) {
    const source = sources.find((it) => it.path === path);
    for (const { target, isTypeOnly } of source === undefined ? [] : importsOf(source)) {
      if (target !== null && !isTypeOnly) loaded.add(target);
    }
  }
  return loaded;
}

describe('the sources of the package', () => {
  it('are read at all', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['machines/session.machine.ts', 'src/constants.ts', 'src/errors/index.ts']),
    );
  });

  it('import only what the import table allows', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it('have no import cycles; types alone may know each other inside one folder', () => {
    expect(importCycles(sources)).toEqual([]);
  });

  it('have no default exports', () => {
    expect(defaultExports(sources)).toEqual([]);
  });

  it('load no machine at the start: the charts are tables', () => {
    expect([...loadedWith('src/index.ts')].filter((path) => path.endsWith('.table.ts'))).toHaveLength(3);
    expect([...loadedWith('src/index.ts')].filter((path) => path.endsWith('.machine.ts'))).toEqual([]);
  });

  it(`have ${MAX_LINES} lines at the most`, () => {
    const tooLong = sources
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ path, lines }) => lines > (LONGER[path] ?? MAX_LINES));
    expect(tooLong).toEqual([]);
  });
});

describe('the check of the import table', () => {
  it.each([
    ['a static import', `import { HTTPServer } from '../server/index.js';`],
    ['a type-only import', `import type { HTTPServer } from '../server/index.js';`],
    ['an import for its effect', `import '../server/index.js';`],
    ['a re-export', `export { HTTPServer } from '../server/index.js';`],
    ['a re-export of everything', `export * from '../server/index.js';`],
    ['a dynamic import', `export const load = () => import('../server/index.js');`],
    ['an import() type', `export type Server = import('../server/index.js').HTTPServer;`],
    ['an import assignment', `import server = require('../server/index.js');`],
    ['a require', `const server = require('../server/index.js');`],
  ])('finds %s upward', (_form, text) => {
    const [finding, ...others] = forbiddenImports([invent('src/session/invented.ts', text)]);
    expect(finding).toBe('src/session/invented.ts:1: session may not import ../server/index.js');
    expect(others).toEqual([]);
  });

  it.each([
    ['protocol', 'node:stream'],
    ['protocol', 'node:timers'],
    ['protocol', 'node:timers/promises'],
    ['protocol', 'xstate'],
    ['protocol', '../transport/index.js'],
    ['protocol', '../../machines/index.js'],
    ['chart', '../protocol/index.js'],
    ['chart', '../transport/index.js'],
    ['chart', '../../machines/index.js'],
    ['transport', '../chart/index.js'],
    ['streams', '../transport/index.js'],
    ['session', 'node:net'],
    ['session', 'node:tls'],
    ['session', 'net'],
    ['session', 'xstate'],
    ['session', 'xstate/graph'],
    ['client', '../server/index.js'],
    ['server', '../client/index.js'],
    ['adapters', 'xstate'],
    ['adapters', '../testing/index.js'],
    ['inspect', '../cli/main.js'],
    ['cli', 'xstate'],
    ['errors', 'node:util'],
    ['errors', '../protocol/index.js'],
    ['session', '../support/chart/recorder.js'],
    ['session', 'left-pad'],
  ])('keeps %s from importing %s', (part, specifier) => {
    const source = invent(`src/${part}/invented.ts`, `import { x } from '${specifier}';`);
    expect(forbiddenImports([source])).toEqual([
      `src/${part}/invented.ts:1: ${part} may not import ${specifier}`,
    ]);
  });

  it.each([
    ['src/protocol/a.ts', 'node:buffer'],
    ['src/protocol/a.ts', '../errors/index.js'],
    ['src/protocol/deep/a.ts', '../grammar.js'],
    ['src/chart/a.ts', 'xstate'],
    ['src/transport/a.ts', 'node:net'],
    ['src/session/a.ts', '../chart/index.js'],
    ['src/session/a.ts', '../../machines/index.js'],
    ['src/server/a.ts', '../session/index.js'],
    ['src/inspect/a.ts', 'xstate'],
    ['src/cli/a.ts', '../../machines/index.js'],
    ['src/cli/a.ts', '../inspect/index.js'],
    ['src/index.ts', './server/index.js'],
    ['machines/a.ts', 'xstate'],
  ])('lets %s import %s', (path, specifier) => {
    expect(forbiddenImports([invent(path, `import { x } from '${specifier}';`)])).toEqual([]);
  });

  it('refuses an import whose module is computed', () => {
    const source = invent('src/cli/invented.ts', `export const load = (name: string) => import(name);`);
    expect(forbiddenImports([source])).toEqual([
      'src/cli/invented.ts:1: cli may not import a computed module',
    ]);
  });

  it('refuses a folder that the table does not know', () => {
    expect(forbiddenImports([invent('src/utils/invented.ts', '')])).toEqual([
      'src/utils/invented.ts: utils is not in the import table',
    ]);
  });

  it('does not take words in comments and strings for imports', () => {
    const text = `// import { x } from 'xstate';\nexport const text = "import('node:net')";`;
    expect(forbiddenImports([invent('src/protocol/invented.ts', text)])).toEqual([]);
  });
});

describe('the check of cycles', () => {
  it('finds a cycle over three folders, one import of which is of types only', () => {
    const cycle = [
      invent('src/session/core/a.ts', `import { b } from '../bytes/b.js';`),
      invent('src/session/bytes/b.ts', `import type { C } from '../message/c.js';`),
      invent('src/session/message/c.ts', `export { a } from '../core/a.js';`),
    ];
    expect(importCycles(cycle)).toEqual([
      'src/session/core/a.ts -> src/session/bytes/b.ts -> src/session/message/c.ts -> src/session/core/a.ts',
    ]);
  });

  it.each([`import { a, type A } from './a.js';`, `import './a.js';`, `export { a } from './a.js';`])(
    'finds a cycle of values inside one folder: %s',
    (back) => {
      const cycle = [
        invent('src/session/core/a.ts', `import { b } from './b.js';`),
        invent('src/session/core/b.ts', back),
      ];
      expect(importCycles(cycle)).toHaveLength(1);
    },
  );

  it.each([`import type { A } from './a.js';`, `import { type A, type AA } from './a.js';`])(
    'lets a type know its own folder: %s',
    (back) => {
      const cycle = [
        invent('src/session/core/a.ts', `import { b } from './b.js';`),
        invent('src/session/core/b.ts', back),
      ];
      expect(importCycles(cycle)).toEqual([]);
    },
  );

  it('finds a file that imports itself', () => {
    expect(importCycles([invent('src/session/a.ts', `import { a } from './a.js';`)])).toEqual([
      'src/session/a.ts -> src/session/a.ts',
    ]);
  });

  it('does not take two ways to one file for a cycle', () => {
    const diamond = [
      invent('src/session/a.ts', `import './b.js'; import './c.js';`),
      invent('src/session/b.ts', `import './d.js';`),
      invent('src/session/c.ts', `import './d.js';`),
      invent('src/session/d.ts', ''),
    ];
    expect(importCycles(diamond)).toEqual([]);
  });
});

describe('the check of default exports', () => {
  it.each([
    `export default 1;`,
    `export default function f() {}`,
    `export default class {}`,
    `export default interface I {}`,
    `const a = 1; export { a as default };`,
    `export { default } from './a.js';`,
    `export = 1;`,
  ])('finds %s', (text) => {
    expect(defaultExports([invent('src/invented.ts', text)])).toEqual(['src/invented.ts:1']);
  });

  it('does not take a default clause or a default import for one', () => {
    const text = `import x from './x.js'; switch (x) { default: } export { x };`;
    expect(defaultExports([invent('src/invented.ts', text)])).toEqual([]);
  });
});
