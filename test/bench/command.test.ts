import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { benchModule, ROWS } from '../support/bench/modules.js';

interface Options {
  readonly wanted: (name: string) => boolean;
  readonly rounds: number;
  readonly duration: number;
}

const { parseOptions } = await benchModule<{ parseOptions: (args: readonly string[]) => Options }>(
  'options.mjs',
);
const { checkOut } = await benchModule<{ checkOut: (commit: string) => unknown }>('harness/checkout.mjs');
const { timeToFirstByte } = await benchModule<{
  timeToFirstByte: (args: readonly string[]) => Promise<number>;
}>('measure/start.mjs');
const fileOf = (path: string): string => fileURLToPath(new URL(`../bench/${path}`, import.meta.url));

describe('the command of the bench', () => {
  it('measures a row in processes of its own; node:http in our place needs no build', async () => {
    const args = ['--rows', 'pieces-awaited', '--subject', 'node-http', '--quick', '--rounds', '2', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [fileOf('main.mjs'), ...args]);
    const { results } = JSON.parse(stdout) as {
      results: { row: { name: string }; rounds: { ours: { cost: number } }[] }[];
    };
    expect(results.map(({ row }) => row.name)).toEqual(['pieces-awaited']);
    expect(results[0]?.rounds.map(({ ours }) => ours.cost > 0)).toEqual([true, true]);
  }, 60_000);

  it('a program that is started for its first response answers', async () => {
    expect(await timeToFirstByte([fileOf('programs/node-http.mjs')])).toBeGreaterThan(0);
  });

  it('a program that ends instead is reported', async () => {
    await expect(timeToFirstByte(['--eval', '0'])).rejects.toThrow('did not start');
  });

  it('chooses rows by their names and by the first word of them', () => {
    const { wanted } = parseOptions(['--rows', 'echo,hono']);
    expect(ROWS.map(({ name }) => name).filter(wanted)).toEqual([
      'echo',
      'hono-text',
      'hono-text-native',
      'hono-json',
      'hono-json-native',
      'hono-params',
      'hono-params-native',
      'hono-echo',
      'hono-echo-text',
      'hono-echo-text-native',
    ]);
  });

  it('--quick is short, and what is said otherwise holds', () => {
    const [usual, quick] = [parseOptions([]), parseOptions(['--quick'])];
    expect(quick.rounds * quick.duration).toBeLessThan((usual.rounds * usual.duration) / 4);
    expect(parseOptions(['--quick', '--rounds', '9']).rounds).toBe(9);
  });

  it.each([
    [['--rows', 'nothing'], 'there is no row nothing'],
    [['--rounds', '0'], '--rounds: must be a positive integer (got 0)'],
    [['--duration', 'long'], '--duration: must be a positive integer (got long)'],
    [['--subject', 'apache'], '--subject: must be one of'],
    [['--against', 'main', '--subject', 'peer'], '--against compares us with ourselves'],
    [['--write', '--quick'], '--write needs all rows'],
    [['--write', '--rows', 'echo'], '--write needs all rows'],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('a commit that does not exist is refused', () => {
    expect(() => checkOut('no-such-commit')).toThrow('--against no-such-commit is no commit');
  });

  it('every row has a name of its own', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });
});
