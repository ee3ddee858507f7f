/** A source of chance that a seed decides: the same seed gives the same numbers, on every platform. */
export interface Random {
  /** A whole number from 0 up to, and without, `below`. */
  int(below: number): number;
  /** One of the values. @throws RangeError for an empty list */
  pick<T>(values: readonly T[]): T;
  /** Lower-case letters. */
  letters(length: number): string;
}

/** Keeps the numbers of a path's steps apart: the golden ratio as 32 bits. */
const STRIDE = 0x9e3779b9;

/**
 * Makes a source of chance.
 *
 * @param seed - any whole number; 32 bits of it count.
 * @param stream - numbers of the same seed that must not resemble each other, such as those of the steps of a path.
 *
 * @example
 * ```ts
 * const random = randomOf(7);
 * console.log(random.int(6), random.letters(4), random.pick(['GET', 'POST']));
 * ```
 */
export function randomOf(seed: number, stream = 0): Random {
  let state = (seed + Math.imul(stream, STRIDE)) | 0;
  const next = (): number => {
    // Marsaglia's multiply-and-shift in the form known as mulberry32: all states are visited, 32 bits suffice here.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    pick: <T>(values: readonly T[]): T => {
      if (values.length === 0) throw new RangeError('there is nothing to pick from');
      return values[int(values.length)] as T;
    },
    letters: (length) =>
      Array.from({ length }, () => String.fromCharCode('a'.charCodeAt(0) + int(26))).join(''),
  };
}
