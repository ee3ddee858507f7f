import { describe, expect, it } from '@jest/globals';

import { findCycle } from './model/liveness.js';

const all = (): boolean => true;

describe('a run without an end', () => {
  it.each([
    ['there is none where every way ends', 4, [0, 1, 1, 2, 0, 2, 2, 3], null],
    ['it is found where a way leads back', 4, [0, 1, 1, 2, 2, 1, 2, 3], 1],
    ['it is found where only the last states go round', 3, [0, 1, 1, 2, 2, 2], 2],
    ['it is found apart from the first state', 4, [0, 1, 2, 3, 3, 2], 2],
  ])('%s', (_, count, edges, expected) => {
    expect(findCycle(count, edges, all)).toBe(expected);
  });

  it('counts only where it stays among the chosen states', () => {
    const edges = [0, 1, 1, 2, 2, 0];
    expect(findCycle(3, edges, all)).toBe(0);
    expect(findCycle(3, edges, (state) => state !== 2)).toBeNull();
  });

  it('is found however long the way to it is', () => {
    const edges = Array.from({ length: 50_000 }, (_, state) => [state, state + 1]).flat();
    expect(findCycle(50_001, edges, all)).toBeNull();
    expect(findCycle(50_001, [...edges, 50_000, 49_999], all)).toBe(49_999);
  });
});
