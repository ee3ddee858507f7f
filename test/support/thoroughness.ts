/*
 * `npm test` covers every promise once, in three minutes. `npm run test:all` runs every case of it, and what takes
 * processes, browsers or minutes. Tests ask here which of the two it is; nothing else decides it.
 */

/** Whether this run is `npm run test:all`; set in jest.all.config.mjs. */
export const isExhaustive = 'isExhaustive' in globalThis;

/** A size: the first in `npm run test:all`, the second in `npm test`. */
export function sized(all: number, quick: number): number {
  return isExhaustive ? all : quick;
}

/**
 * All cases in `npm run test:all`; in `npm test` at most `count` of them, at equal distances over the whole list, the
 * first and the last included. The same ones each time.
 */
export function sampled<T>(cases: readonly T[], count: number): readonly T[] {
  if (isExhaustive || cases.length <= count) return cases;
  const distance = (cases.length - 1) / Math.max(count - 1, 1);
  return Array.from({ length: count }, (_, at) => cases[Math.round(at * distance)] as T);
}

/** Defines tests that only `npm run test:all` has. A test of `npm test` keeps the same promise on a smaller scale. */
export function onlyInTestAll(define: () => void): void {
  if (isExhaustive) define();
}
