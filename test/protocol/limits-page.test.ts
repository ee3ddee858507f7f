import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { limitsPage } from '../generate/limits.js';

const PAGE = new URL('../../docs/limits.md', import.meta.url);

describe('docs/limits.md', () => {
  it('is what src/constants.ts says (UPDATE_GENERATED=1 writes it anew)', () => {
    const page = limitsPage();
    if (process.env['UPDATE_GENERATED'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
