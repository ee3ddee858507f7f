import { describe, expect, it } from '@jest/globals';

import { formatted, table } from '../support/docs/markdown.js';
import { committed, withBlock } from '../support/generate/committed.js';
import { Sequence } from '../support/poco/sequence.js';

const PAGE = 'docs/poco-parity.md';

interface Row {
  readonly steps: string;
  /** Why the answers differ; empty where they do not. */
  readonly why: string;
  readonly poco: string;
}

/** The lines of a file that are no comments, cut at the bar. */
function linesOf(path: string): readonly (readonly [string, string])[] {
  const lines = committed(path).split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [before = '', behind = ''] = line.split(' |');
      return [before, behind.trim()] as const;
    });
}

const ANSWERS = new Map(linesOf('test/golden/poco/answers.txt'));
const ROWS: readonly Row[] = linesOf('test/poco/sequences.txt').map(([steps, why]) => ({
  steps,
  why,
  poco: ANSWERS.get(steps) ?? 'was not asked; run test/poco/regenerate.sh',
}));

/** The answers of this package, all sequences at once: each has a listener of its own. */
const OURS = new Map(
  await Promise.all(ROWS.map(async ({ steps }) => [steps, await Sequence.answers(steps)] as const)),
);

function cell(text: string): string {
  return text === '' ? '-' : `\`${text}\``;
}

describe('docs/poco-parity.md, beside POCO itself', () => {
  it('every committed answer of POCO is to a sequence of the list, and every sequence has one', () => {
    expect([...ANSWERS.keys()]).toEqual(ROWS.map(({ steps }) => steps));
    expect(ROWS.length).toBeGreaterThan(60);
  });

  it.each(ROWS)('$steps: the answer is that of POCO, or the list says why not', ({ steps, why, poco }) => {
    const ours = OURS.get(steps);
    expect({ steps, poco, ours, isExplained: why !== '' }).toEqual({
      steps,
      poco,
      ours,
      isExplained: ours !== poco,
    });
  });

  it('the table on the page has every difference, as the two were seen to answer', async () => {
    const rows = ROWS.filter(({ why }) => why !== '').map(({ steps, why, poco }, at, all) => [
      cell(steps),
      cell(poco),
      cell(OURS.get(steps) ?? ''),
      why === 'as above' ? (all[at - 1]?.why ?? '') : why,
    ]);
    const text = table(['sequence', 'POCO 1.11', 'here', 'why'], rows);
    const page = await formatted(withBlock(committed(PAGE), 'sequences', text), PAGE);
    expect(committed(PAGE, page)).toBe(page);
  });
});
