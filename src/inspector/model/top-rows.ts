import type { SelectedRows } from './request-selection.js';

/** What rows are sorted by: the greater the key, the later; of equal keys the greater tie. */
export interface Candidates {
  readonly keys: Float64Array;
  readonly ties: Float64Array;
  length: number;
}

/** What the rows of a chunk are compared by: a column, or what a table has for its numbers. */
export interface Keys {
  readonly column: ArrayLike<number>;
  readonly table: Float64Array | null;
}

/** Room for candidates. */
export function candidates(capacity: number): Candidates {
  return { keys: new Float64Array(capacity), ties: new Float64Array(capacity), length: 0 };
}

/** Up to so many, the list is thinned out as it grows; beyond it, all are collected and selected once. */
const FEW = 4_096;

/**
 * Keeps the greatest of many: of a million rows a list has a hundred, and to sort all of them would take a second. Ties
 * name the rows, so no two candidates are equal.
 */
export class TopRows {
  readonly #most: number;
  #all: Candidates;
  #leastKey = -Infinity;
  #leastTie = -Infinity;

  /**
   * @param most - how many are kept
   * @param total - how many there can be
   */
  constructor(most: number, total: number) {
    this.#most = Math.min(most, total);
    this.#all = candidates(this.#most <= FEW ? Math.min(2 * this.#most + 1, total) : total);
  }

  /**
   * Offers the rows of a part, one key for each.
   *
   * @param sign - 1 for the greatest keys, -1 for the least
   */
  offer({ rows, length, start }: SelectedRows, keyOf: Keys, sign: 1 | -1): void {
    const { column, table } = keyOf;
    // The latest rows first, or the earliest: times grow with the rows, so most of the others are below the least soon.
    for (let i = sign === 1 ? length - 1 : 0; i >= 0 && i < length; i -= sign) {
      const row = rows === null ? i : (rows[i] as number);
      const cell = column[row] as number;
      const key = sign * (table === null ? cell : (table[cell] as number));
      if (key < this.#leastKey) continue;
      const tie = sign * (start + row);
      if (key === this.#leastKey && tie < this.#leastTie) continue;
      this.#add(key, tie);
    }
  }

  #add(key: number, tie: number): void {
    const { keys, ties } = this.#all;
    if (this.#all.length === keys.length) this.#thin();
    keys[this.#all.length] = key;
    ties[this.#all.length] = tie;
    this.#all.length++;
  }

  #thin(): void {
    if (this.#all.length <= this.#most || this.#most === 0) return;
    selectGreatest(this.#all, this.#most);
    this.#all.length = this.#most;
    const { keys, ties } = this.#all;
    this.#leastKey = Infinity;
    this.#leastTie = Infinity;
    for (let at = 0; at < this.#most; at++) {
      const key = keys[at] as number;
      if (key > this.#leastKey || (key === this.#leastKey && (ties[at] as number) > this.#leastTie)) continue;
      this.#leastKey = key;
      this.#leastTie = ties[at] as number;
    }
  }

  /** The ties of the greatest from an offset on, the greatest first. */
  sorted(offset: number): number[] {
    if (this.#all.length > this.#most) this.#thin();
    const { keys, ties, length } = this.#all;
    const left = length - Math.min(offset, length);
    // Those that are passed over are moved to the front, unsorted.
    if (left < length) selectGreatest(this.#all, length - left);
    const chosen = Array.from({ length: left }, (_, at) => length - left + at);
    chosen.sort((a, b) => {
      return (keys[b] as number) - (keys[a] as number) || (ties[b] as number) - (ties[a] as number);
    });
    return chosen.map((at) => ties[at] as number);
  }
}

/** Moves the greatest to the front, in any order: Hoare's quickselect. */
function selectGreatest({ keys, ties, length }: Candidates, most: number): void {
  let from = 0;
  let to = length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    const pivotKey = keys[middle] as number;
    const pivotTie = ties[middle] as number;
    let left = from;
    let right = to;
    while (left <= right) {
      while (isGreater(keys, ties, left, pivotKey, pivotTie)) left++;
      while (isLess(keys, ties, right, pivotKey, pivotTie)) right--;
      if (left > right) break;
      swap(keys, left, right);
      swap(ties, left, right);
      left++;
      right--;
    }
    if (most <= right) to = right;
    else if (most > left) from = left;
    else return;
  }
}

function isGreater(keys: Float64Array, ties: Float64Array, at: number, key: number, tie: number): boolean {
  const own = keys[at] as number;
  return own > key || (own === key && (ties[at] as number) > tie);
}

function isLess(keys: Float64Array, ties: Float64Array, at: number, key: number, tie: number): boolean {
  const own = keys[at] as number;
  return own < key || (own === key && (ties[at] as number) < tie);
}

function swap(column: Float64Array, a: number, b: number): void {
  const kept = column[a] as number;
  column[a] = column[b] as number;
  column[b] = kept;
}
