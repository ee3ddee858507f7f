import { bucketOfBits, DURATION_BUCKETS, percentile, rounded } from './durations.js';
import { INSPECTION } from './inspection-limits.js';
import type { RequestLog } from './request-log.js';
import { hasFailed, RequestSelection } from './request-selection.js';
import type { PathRow, RequestQuery } from './traffic-shapes.js';

const DEFAULT_LIMIT = 100;

interface PathGroup {
  readonly method: number;
  readonly path: number;
  requests: number;
  failed: number;
  longest: number;
  /** Where its buckets begin; -1 for a group that is not reported. */
  buckets: number;
}

/** Groups requests by method and path: those with the most, or with the longest, if the query orders by duration. */
export function listPaths(log: RequestLog, query: RequestQuery, now: number): PathRow[] {
  const selection = new RequestSelection(log, query, query.at ?? now);
  try {
    const groups = groupsOf(log, selection);
    const ordered = [...groups.all].sort(
      query.order === 'duration' ? (a, b) => b.longest - a.longest : (a, b) => b.requests - a.requests,
    );
    const limit = Math.min(query.limit ?? DEFAULT_LIMIT, INSPECTION.maxListed.value);
    const reported = ordered.slice(0, limit);
    for (const [index, group] of reported.entries()) group.buckets = index * DURATION_BUCKETS;
    const counts = countDurations(selection, groups, reported.length);
    return reported.map(({ method, path, requests, failed, longest, buckets }) => ({
      method: log.methods.get(method),
      path: log.paths.get(path),
      ...{ requests, failed },
      p50: Math.min(percentile(counts, 0.5, buckets) ?? 0, rounded(longest)),
      p99: Math.min(percentile(counts, 0.99, buckets) ?? 0, rounded(longest)),
      longest: rounded(longest),
    }));
  } finally {
    selection.release();
  }
}

interface PathGroups {
  readonly all: readonly PathGroup[];
  of(method: number, path: number): PathGroup;
}

function groupsOf(log: RequestLog, selection: RequestSelection): PathGroups {
  const all: PathGroup[] = [];
  /** By method, then by path: a map of a million look-ups would take longer than all the rest. */
  const byMethod: (Int32Array | undefined)[] = [];
  const of = (method: number, path: number): PathGroup => {
    const byPath = (byMethod[method] ??= new Int32Array(log.paths.size));
    const known = all[(byPath[path] as number) - 1];
    if (known !== undefined) return known;
    const group = { method, path, requests: 0, failed: 0, longest: 0, buckets: -1 };
    byPath[path] = all.push(group);
    return group;
  };
  for (const { chunk, rows, length } of selection.parts()) {
    for (let i = 0; i < length; i++) {
      const row = rows === null ? i : (rows[i] as number);
      const group = of(chunk.method[row] as number, chunk.path[row] as number);
      group.requests++;
      if (hasFailed(chunk, row)) group.failed++;
      const duration = chunk.duration[row] as number;
      if (duration > group.longest) group.longest = duration;
    }
  }
  return { all, of };
}

function countDurations(selection: RequestSelection, groups: PathGroups, reported: number): Uint32Array {
  const counts = new Uint32Array(reported * DURATION_BUCKETS);
  for (const { chunk, rows, length } of selection.parts()) {
    const { buffer, byteOffset, length: columnLength } = chunk.duration;
    const bits = new Uint32Array(buffer, byteOffset, columnLength);
    for (let i = 0; i < length; i++) {
      const row = rows === null ? i : (rows[i] as number);
      const { buckets } = groups.of(chunk.method[row] as number, chunk.path[row] as number);
      if (buckets === -1) continue;
      const at = buckets + bucketOfBits(bits[row] as number);
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts;
}
