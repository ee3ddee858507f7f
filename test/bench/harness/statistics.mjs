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
 * Lets contestants take turns, A B, B A, A B, ... or A B C, B C A, C A B, ..., so that none always goes first.
 *
 * @template T
 * @param {number} rounds
 * @param {(() => Promise<T>)[]} contestants
 * @returns {Promise<T[][]>} For each round, the results in the order of `contestants`.
 */
export async function interleave(rounds, contestants) {
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const result = new Array(contestants.length);
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (round + turn) % contestants.length;
      result[index] = await contestants[index]?.();
    }
    results.push(result);
  }
  return results;
}
