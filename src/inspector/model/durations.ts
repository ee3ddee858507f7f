/*
 * Durations are counted in buckets, so that thousands of them have percentiles at a small and constant cost. A bucket is
 * the exponent and the first five bits of the fraction of a 32-bit float: 32 buckets for each doubling. A percentile is the
 * lower end of its bucket, which is at most 3 % too small, and exact for whole milliseconds up to 64.
 */

const FRACTION = 23 - 5;
const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Shorter than 16 microseconds is 0. */
const FIRST = bitsOf(1 / 64) >>> FRACTION;

/** How many buckets there are; the last one has all that is longer than a day. */
export const DURATION_BUCKETS = (bitsOf(2 ** 27) >>> FRACTION) - FIRST + 1;

function bitsOf(value: number): number {
  single[0] = value;
  return bits[0] as number;
}

/** The bucket of a duration in milliseconds. */
export function bucketOf(duration: number): number {
  return bucketOfBits(bitsOf(duration));
}

/** The bucket of a positive duration that is known by the bits of its 32-bit float. */
export function bucketOfBits(floatBits: number): number {
  const bucket = (floatBits >>> FRACTION) - FIRST;
  return bucket < 0 ? 0 : bucket >= DURATION_BUCKETS ? DURATION_BUCKETS - 1 : bucket;
}

/** The shortest duration of a bucket. */
function leastOf(bucket: number): number {
  if (bucket === 0) return 0;
  bits[0] = (bucket + FIRST) << FRACTION;
  return single[0] as number;
}

/** A percentile of what is counted in buckets; `null` of nothing. @param share - 0.99 for the 99th */
export function percentile(counts: Uint32Array, share: number, from = 0): number | null {
  let total = 0;
  for (let bucket = 0; bucket < DURATION_BUCKETS; bucket++) total += counts[from + bucket] as number;
  if (total === 0) return null;
  let left = Math.ceil(total * share);
  for (let bucket = 0; bucket < DURATION_BUCKETS; bucket++) {
    left -= counts[from + bucket] as number;
    if (left <= 0) return rounded(leastOf(bucket));
  }
  return null;
}

/** What is counted in buckets without the empty ones: bucket, count, bucket, count. */
export function packed(counts: Uint32Array): Uint32Array {
  const pairs: number[] = [];
  for (const [bucket, count] of counts.entries()) if (count > 0) pairs.push(bucket, count);
  return Uint32Array.from(pairs);
}

/** Adds what was packed. */
export function addPacked(counts: Uint32Array, pairs: ArrayLike<number>): void {
  for (let at = 0; at < pairs.length; at += 2) {
    const bucket = Math.min(pairs[at] as number, DURATION_BUCKETS - 1);
    counts[bucket] = (counts[bucket] as number) + (pairs[at + 1] as number);
  }
}

/** To the microsecond: a 32-bit float has digits that say nothing. */
export function rounded(duration: number): number {
  return Math.round(duration * 1_000) / 1_000;
}
