import { readdirSync } from 'node:fs';
import { posix } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { committed } from '../support/generate/committed.js';

const INDEX = committed('docs/README.md');
const ROOT = new URL('../../', import.meta.url);

/** The pages in the tables of the index, linked or only named, as paths from the root. */
function listed(index: string): readonly string[] {
  return [...index.matchAll(/^\| (?:\[[^\]]+\]\(([^)#]+\.md)\)|`([^`]+\.md)`)/gm)].map(([, link, name]) =>
    link === undefined ? (name ?? '') : posix.join('docs', link),
  );
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.md'));
}

describe('docs/README.md', () => {
  it('docs/README.md lists every page exactly once', () => {
    const pages = [
      ...markdownIn('docs/').map((name) => `docs/${name}`),
      ...markdownIn('./').filter((name) => name !== 'README.md'),
    ].filter((name) => name !== 'docs/README.md');
    expect([...listed(INDEX)].sort()).toEqual(pages.sort());
  });

  it('docs/README.md has three parts: use it, run it, change it', () => {
    const parts = [...INDEX.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(parts).toEqual(['Use it', 'Run it', 'Change it']);
  });

  it('the check finds a page that is listed twice', () => {
    const row = '| [guide.md](guide.md) | what |\n';
    expect(listed(`see [this](other.md)\n\n${row}${row}| \`docs/zoo.md\` |\n`)).toEqual([
      'docs/guide.md',
      'docs/guide.md',
      'docs/zoo.md',
    ]);
  });
});
