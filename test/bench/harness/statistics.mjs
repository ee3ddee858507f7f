/**
 * @param {number[]} values At least one.
 * @returns {number}
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Takes two contestants by turns, A B, B A, A B, ..., so that neither always goes first.
 *
 * @template T
 * @param {number} rounds
 * @param {() => Promise<T>} ours
 * @param {() => Promise<T>} theirs
 * @returns {Promise<{ ours: T, theirs: T }[]>}
 */
export async function interleave(rounds, ours, theirs) {
  const results = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await ours();
      results.push({ ours: first, theirs: await theirs() });
    } else {
      const first = await theirs();
      results.push({ ours: await ours(), theirs: first });
    }
  }
  return results;
}
