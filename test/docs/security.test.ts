import { existsSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { tableRows } from '../support/docs/markdown.js';
import { committed } from '../support/generate/committed.js';

const [, SECTION = ''] = committed('SECURITY.md').split('## What holds, and which test shows it');
const [TABLE = ''] = SECTION.split('\n## ');

/** Each claim with the file and the start of the title of the test that holds it. */
const CLAIMS = tableRows(TABLE)
  .filter(([, file = '']) => file.startsWith('`test/'))
  .map(([claim = '', file = '', title = '']) => [claim, file.replaceAll('`', ''), title] as const);

describe('What holds, in SECURITY.md', () => {
  it('SECURITY.md has a table of what holds', () => {
    expect(CLAIMS.length).toBeGreaterThan(20);
  });

  it.each(CLAIMS)('SECURITY.md names a test that exists: %s', (_claim, file, title) => {
    expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
    expect(title).not.toBe('');
    expect(committed(file)).toContain(title);
  });
});
