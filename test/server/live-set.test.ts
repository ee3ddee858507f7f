import { describe, expect, it } from '@jest/globals';

import { LiveSet } from '../../src/server/index.js';

const numbered = (...ids: number[]): { readonly id: number }[] => ids.map((id) => ({ id }));

function setOf(values: readonly { readonly id: number }[]): LiveSet<{ readonly id: number }> {
  const set = new LiveSet<{ readonly id: number }>();
  for (const value of values) set.add(value);
  return set;
}

describe('a set of live connections', () => {
  it('a live set keeps the order in which its values came', () => {
    const [one, two, three] = numbered(3, 1, 2) as [{ id: number }, { id: number }, { id: number }];
    const set = setOf([one, two, three]);
    set.delete(one);
    set.add(one).add(two);
    expect([[...set], set.size]).toEqual([[two, three, one], 3]);
    expect([...set.keys()]).toEqual([...set.values()]);
    expect([...set.entries()].every(([key, value]) => key === value)).toBe(true);
  });

  it('a live set knows its values by identity, not by their numbers', () => {
    const [one, other] = numbered(7, 7) as [{ id: number }, { id: number }];
    const set = setOf([one]);
    expect([set.has(other), set.delete(other), set.has(one)]).toEqual([false, false, true]);
  });

  it('a live set can be changed while it is walked', () => {
    const values = numbered(1, 2, 3, 4);
    const set = setOf(values);
    const added = { id: 5 };
    const walked: unknown[] = [];
    set.forEach((value) => {
      walked.push(value);
      if (value === values[0]) set.add(added).delete(values[1] as { id: number });
      set.delete(value);
    });
    expect(walked).toEqual([values[0], values[2], values[3], added]);
    expect(set.size).toBe(0);
  });

  it('a live set reports what is added, once, until it is no longer watched', () => {
    const [one, two, three] = numbered(1, 2, 3) as [{ id: number }, { id: number }, { id: number }];
    const set = setOf([one]);
    const added: unknown[] = [];
    const unwatch = set.watch((value) => added.push(value));
    set.add(two).add(two);
    unwatch();
    set.add(three);
    expect(added).toEqual([two]);
  });
});
