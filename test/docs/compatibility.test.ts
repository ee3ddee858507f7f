import { describe, expect, it } from '@jest/globals';

import { judge } from '../suites/reasons.mjs';
import { committed } from '../support/generate/committed.js';

const PAGE = committed('docs/compatibility.md');
const REASONS = JSON.parse(committed('test/suites/reasons.json')) as Record<string, Record<string, string>>;

/** `npm run test:suites` runs the suites; here it is seen that what it has written fits together. */
describe('docs/compatibility.md', () => {
  it('docs/compatibility.md gives every kept reason, and no other', () => {
    const kept = Object.entries(REASONS).flatMap(([framework, reasons]) =>
      Object.entries(reasons).map(([name, reason]) => `| ${framework} | ${name} | ${reason} |`),
    );
    const [, table = ''] = PAGE.split('## What passes on node:http alone');
    const rows = table.split('\n').filter((line) => /^\| (?!suite|---)/.test(line));
    expect(rows).toEqual(kept);
  });
});

describe('the judgement of suites', () => {
  const outcomes = [{ title: 'Express 5.2.1', failures: [{ name: 'a', error: 'wrong' }] }];

  it('a failure that has a reason is listed with it', () => {
    const { judged, complaints } = judge(outcomes, { Express: { a: 'because' } });
    expect(judged).toEqual([{ title: 'Express 5.2.1', name: 'a', reason: 'because' }]);
    expect(complaints).toEqual([]);
  });

  it('a failure without a reason is a complaint', () => {
    expect(judge(outcomes, {}).complaints).toEqual(['Express: no reason for "a": wrong']);
  });

  it('a reason that no failure needs is a complaint', () => {
    const reasons = { Express: { a: 'because', b: 'because' } };
    expect(judge(outcomes, reasons).complaints).toEqual([
      'Express: there is a reason for "b", which does not fail',
    ]);
  });
});
