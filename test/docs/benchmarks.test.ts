import { describe, expect, it } from '@jest/globals';

import { benchModule, ROWS } from '../support/bench/modules.js';
import { committed } from '../support/generate/committed.js';

type Figures = ReadonlyMap<string, readonly string[]>;

interface Pages {
  readonly PAGE: string;
  readonly README: string;
  readonly withRows: (page: string, figures?: Figures) => string;
  readonly withCode: (page: string) => string;
  readonly withSpeed: (readme: string, figures: Figures) => string;
  readonly figuresOf: (page: string) => Figures;
  readonly formatted: (page: string, path: string) => Promise<string>;
}

const pages = await benchModule<Pages>('report/pages.mjs');
const page = committed(pages.PAGE);

describe('docs/benchmarks.md (npm run bench -- --write renews its figures, UPDATE_GENERATED=1 the rest)', () => {
  it('docs/benchmarks.md has the rows and goals of the bench, and the code that it runs', async () => {
    const current = await pages.formatted(pages.withCode(pages.withRows(page)), pages.PAGE);
    expect(committed(pages.PAGE, current)).toBe(current);
    expect([...pages.figuresOf(current).keys()]).toEqual(ROWS.map(({ name }) => name));
  });

  it('README.md has the figures of docs/benchmarks.md', async () => {
    const readme = committed(pages.README);
    const current = await pages.formatted(pages.withSpeed(readme, pages.figuresOf(page)), pages.README);
    expect(committed(pages.README, current)).toBe(current);
    expect(current).toMatch(/\n## Speed\n[^#]*\n\| hello, 50 connections +\| node:http +\|/);
  });

  it('a new row has no figures, and the other rows keep theirs', () => {
    const [first, second] = ROWS;
    const old = pages.withRows(page, new Map([[second!.name, ['1.23', '1.20-1.30']]]));
    const renewed = pages.figuresOf(pages.withRows(old));
    expect(renewed.get(first!.name)).toEqual(['-', '-']);
    expect(renewed.get(second!.name)).toEqual(['1.23', '1.20-1.30']);
  });

  it('a page without the marks is refused', () => {
    expect(() => pages.withCode('# Benchmarks')).toThrow('the marks of the block "code" are missing');
  });
});
