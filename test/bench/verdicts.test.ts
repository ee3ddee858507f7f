import { describe, expect, it } from '@jest/globals';

import { benchModule, type Contestant, type Costs, type Job, type Row } from '../support/bench/modules.js';

interface Result {
  readonly row: Row;
  readonly verdict: string;
  readonly ratio: { readonly median: number; readonly lowest: number; readonly highest: number } | null;
  readonly rounds: readonly unknown[];
  readonly note?: string;
}
type Run = (job: Job, wanted: (name: string) => boolean) => Promise<readonly Result[]>;

const { judge } = await benchModule<{
  judge: (row: Row, rounds: readonly { ours: { cost: number }; theirs: { cost: number } }[]) => Result;
}>('report/judge.mjs');
const { besidePeers, peersAmongThemselves } = await benchModule<{
  besidePeers: (settings: object) => Run;
  peersAmongThemselves: (settings: object, subject: string) => Run;
}>('runs/peers.mjs');
const { besideCommit } = await benchModule<{
  besideCommit: (settings: object, commit: { root: string; name: string }) => Run;
}>('runs/commits.mjs');
const { resultLine } = await benchModule<{ resultLine: (result: Result) => string }>('report/table.mjs');
const { interleave, median } = await benchModule<{
  interleave: (
    rounds: number,
    contestants: readonly (() => Promise<string>)[],
  ) => Promise<readonly string[][]>;
  median: (values: readonly number[]) => number;
}>('harness/statistics.mjs');

const ROW: Row = {
  name: 'invented',
  work: 'work',
  against: 'peer-a',
  part: 'request',
  unit: 'us',
  sense: 'at least',
  bound: 1.5,
  aim: 2,
};
const BEFORE = 'file:///before/';
const all = (): boolean => true;

/** A job whose contestants cost what the table says, and fail where it says nothing. */
function jobOf(costs: Readonly<Record<string, number>>, rows: readonly Row[] = [ROW]): Job {
  const measure = async (
    { rounds }: { rounds?: number },
    contestants: readonly Contestant[],
  ): Promise<Costs[][]> => {
    const round = contestants.map(({ kind, root }) => {
      const cost = costs[root === BEFORE ? 'before' : kind];
      if (cost === undefined) throw new Error(`${kind} cannot do this`);
      return { request: { cost } };
    });
    return new Array<Costs[]>(rounds ?? 1).fill(round);
  };
  return { ours: 'ours', rows, measure };
}

const rounds = (ours: number, theirs: number) => [{ ours: { cost: ours }, theirs: { cost: theirs } }];

describe('the verdicts of the bench', () => {
  it.each([
    ['at least', 1.5, 10, 15, 'ok'],
    ['at least', 1.5, 10, 14.9, 'below'],
    ['at most', 1, 10, 10, 'ok'],
    ['at most', 1, 10.1, 10, 'over'],
    ['at least', null, 10, 1, '-'],
  ] as const)('%s %s with costs of %s and %s is %s', (sense, bound, ours, theirs, verdict) => {
    expect(judge({ ...ROW, sense, bound }, rounds(ours, theirs)).verdict).toBe(verdict);
  });

  it('the ratio is the median of the ratios of the rounds', () => {
    const { ratio } = judge(ROW, [...rounds(1, 3), ...rounds(1, 1), ...rounds(2, 4)]);
    expect(ratio).toEqual({ median: 2, lowest: 1, highest: 3 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('contestants take turns, and none always goes first', async () => {
    const order: string[] = [];
    const contestant = (name: string) => async () => {
      order.push(name);
      return name;
    };
    const results = await interleave(3, ['a', 'b', 'c'].map(contestant));
    expect(order.join('')).toBe('abcbcacab');
    expect(results).toEqual(new Array(3).fill(['a', 'b', 'c']));
  });
});

describe('the runs of the bench', () => {
  it('several peers of one job are measured together', async () => {
    const rows = [ROW, { ...ROW, name: 'other', against: 'peer-b' }];
    const results = await besidePeers({ rounds: 2 })(
      jobOf({ ours: 10, 'peer-a': 20, 'peer-b': 5 }, rows),
      all,
    );
    expect(results.map(({ row, ratio }) => [row.name, ratio?.median])).toEqual([
      ['invented', 2],
      ['other', 0.5],
    ]);
  });

  it('a peer in our place meets itself, or says that it cannot', async () => {
    const job = jobOf({ 'peer-a': 20 });
    const [itself] = await peersAmongThemselves({ rounds: 1 }, 'peer')(job, all);
    expect([itself?.ratio?.median, itself?.verdict]).toEqual([1, '-']);
    const [unable] = await peersAmongThemselves({ rounds: 1 }, 'node-http')(job, all);
    expect([unable?.verdict, unable?.note]).toEqual(['cannot', 'node-http cannot do this']);
    expect(resultLine(unable!)).toMatch(/^invented .* cannot .* node-http cannot do this$/);
  });

  it.each([
    [11.2, 'slower', 4],
    [10.9, 'ok', 2],
  ])('a row that costs %s instead of 10 is %s, after %s rounds', async (cost, verdict, count) => {
    const rows = [ROW, { ...ROW, name: 'the same of ours', against: 'peer-b' }];
    const run = besideCommit({ rounds: 2 }, { root: BEFORE, name: 'abc1234' });
    const results = await run(jobOf({ ours: cost, before: 10 }, rows), all);
    expect(results).toHaveLength(1);
    expect([results[0]?.verdict, results[0]?.rounds.length]).toEqual([verdict, count]);
    expect(resultLine(results[0]!)).toContain('abc1234');
  });

  it('a row that the other commit cannot run is no failure', async () => {
    const run = besideCommit({ rounds: 2 }, { root: BEFORE, name: 'abc1234' });
    const [result] = await run(jobOf({ ours: 10 }), all);
    expect([result?.verdict, result?.note]).toEqual(['cannot', 'ours cannot do this']);
  });

  it('a row that we cannot run is a failure', async () => {
    const run = besideCommit({ rounds: 2 }, { root: BEFORE, name: 'abc1234' });
    await expect(run(jobOf({ before: 10 }), all)).rejects.toThrow('ours cannot do this');
  });
});
