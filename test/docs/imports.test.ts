import { readdirSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { committed } from '../support/generate/committed.js';

const PAGES = [
  'README.md',
  ...readdirSync(new URL('../../docs/', import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The names that an entry point exports, as its golden file lists them. */
function surfaceOf(specifier: string): readonly string[] {
  return committed(`test/golden/surface/${specifier.replaceAll('/', '.')}.txt`).split(/\W+/);
}

/** The imports of a page that the package does not export. */
function unknownImports(page: string): readonly string[] {
  const imports = page.matchAll(/import (?:type )?\{([^}]*)\} from '(http-session-machine[^']*)'/g);
  return [...imports].flatMap(([, names = '', specifier = '']) => {
    const surface = surfaceOf(specifier);
    return names
      .split(',')
      .map((name) => name.trim().replace(/^type | as .*/g, ''))
      .filter((name) => name !== '' && !surface.includes(name))
      .map((name) => `${name} from ${specifier}`);
  });
}

describe('imports in pages', () => {
  it.each(PAGES)('every import in %s exists', (path) => {
    expect(unknownImports(committed(path))).toEqual([]);
  });

  it('the check finds names and entry points that do not exist', () => {
    const page = [
      "import { HTTPServer, HTTPServant } from 'http-session-machine';",
      "import { anything } from 'http-session-machine/nowhere';",
    ].join('\n');
    expect(unknownImports(page)).toEqual([
      'HTTPServant from http-session-machine',
      'anything from http-session-machine/nowhere',
    ]);
  });
});
