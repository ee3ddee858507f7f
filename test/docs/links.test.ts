import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { committed } from '../support/generate/committed.js';

const ROOT = new URL('../../', import.meta.url);

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The targets of links and pictures outside of code. */
function linksOf(page: string): readonly string[] {
  const prose = page.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
}

/** Anchors of headings, as repository hosts make them. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a page that do not resolve inside this project. */
function brokenLinks(path: string, page: string): readonly string[] {
  return linksOf(page)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(new URL(target, ROOT))) return true;
      return anchor !== undefined && !anchorsOf(committed(target)).includes(anchor);
    });
}

/** Whether a file of this project is in the package, as `files` of package.json says. */
function isPacked(path: string): boolean {
  if (path === 'README.md' || path === 'LICENSE' || path === 'package.json') return true;
  const { files } = JSON.parse(committed('package.json')) as { files: readonly string[] };
  const matches = (pattern: string): boolean => {
    const start = pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
    return new RegExp(`^${start}(?:/|$)`).test(path);
  };
  const isIncluded = files.some((pattern) => !pattern.startsWith('!') && matches(pattern));
  return isIncluded && !files.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)));
}

/** Marks of an unresolved merge, also as a formatter changes them. */
const MERGE_MARK = /^(?:<{7} |={7}$|>{7} |(?:> ){7})/m;

describe('merge marks', () => {
  it.each(PAGES)('%s has no merge marks', (path) => {
    expect(MERGE_MARK.test(committed(path))).toBe(false);
  });

  it.each(['<<<<<<< HEAD', '=======', '>>>>>>> other', '> > > > > > > other'])(
    'the line `%s` is found as a merge mark',
    (mark) => {
      expect(MERGE_MARK.test(`above\n${mark}\nbelow`)).toBe(true);
    },
  );
});

describe('links between pages', () => {
  it.each(PAGES)('every link in %s resolves', (path) => {
    expect(brokenLinks(path, committed(path))).toEqual([]);
  });

  it.each(PAGES.filter(isPacked))('every link in %s leads to a file of the package', (path) => {
    const targets = linksOf(committed(path))
      .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
      .map((link) => posix.join(posix.dirname(path), link.replace(/#.*/, '')));
    expect(targets.filter((target) => !isPacked(target))).toEqual([]);
  });

  it('the check knows which files are in the package', () => {
    const paths = [
      'docs/guide.md',
      'docs/diagrams/session.svg',
      'CONTRIBUTING.md',
      'docs/mutation-testing.md',
    ];
    expect(paths.map(isPacked)).toEqual([true, true, false, false]);
  });

  it('the check finds links to missing files and headings', () => {
    const page =
      '[a](README.md) [b](README.md#install) [c](README.md#no-such) [d](docs/none.md) `[e](none.md)`';
    expect(brokenLinks('page.md', page)).toEqual(['README.md#no-such', 'docs/none.md']);
  });
});
