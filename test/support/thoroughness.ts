import { it } from '@jest/globals';

/*
 * `npm test` keeps every promise once, within three minutes. `npm run test:all` runs all cases of it, and what takes
 * processes, browsers or minutes. Tests ask here which of the two runs; nothing else decides it.
 */

/** Whether this is `npm run test:all`; jest.all.config.mjs says so. */
export const isExhaustive = 'isExhaustive' in globalThis;

/** A size: the first in `npm run test:all`, the second in `npm test`. */
export function sized(all: number, quick: number): number {
  return isExhaustive ? all : quick;
}

/**
 * All cases in `npm run test:all`; in `npm test` at most `count` of them, at equal distances over the list, with the
 * first and the last. They are the same each time.
 */
export function sampled<T>(cases: readonly T[], count: number): readonly T[] {
  if (isExhaustive || cases.length <= count) return cases;
  const distance = (cases.length - 1) / Math.max(count - 1, 1);
  return Array.from({ length: count }, (_, at) => cases[Math.round(at * distance)] as T);
}

/** A test of `npm run test:all` alone. Another test of its file keeps the promise, on a smaller scale, in `npm test`. */
export const itInTestAll: (name: string, run: () => void | Promise<void>, timeout?: number) => void = (
  ...test
) => {
  if (isExhaustive) it(...test);
};
