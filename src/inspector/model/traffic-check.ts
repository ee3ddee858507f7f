import type { RecordedChunk, RecordedRequests, RecordedSeconds } from './recorded-traffic.js';
import type { Recording } from './shapes.js';

type Loose = Readonly<Record<string, unknown>>;

const CHUNK_COLUMNS = [
  ...['number', 'at', 'duration', 'head', 'body', 'sending', 'session', 'turn', 'method', 'path'],
  ...['status', 'bytesIn', 'bytesOut', 'outcome', 'code'],
] as (keyof RecordedChunk)[];

const SECOND_COUNTS = ['at', 'requests', 'failed', 'errors', 'connections', 'busy', 'waiting'] as const;
const SECOND_GAPS = ['p50', 'p99', 'queued'] as const;
const SECOND_LISTS = ['durations', 'states'] as const;

/** Without requests and seconds. */
export const NO_TRAFFIC = {
  requests: { methods: [], paths: [], codes: [], sessions: [], chunks: [] },
  seconds: {
    ...{ startedAt: null, at: [], requests: [], failed: [], errors: [], p50: [], p99: [] },
    ...{ connections: [], busy: [], waiting: [], queued: [], durations: [], names: [], states: [] },
  },
  marks: [],
  hasForeign: false,
} as const satisfies Partial<Recording>;

/** Validates requests, seconds and marks of a recording. @throws TypeError with a readable text */
export function checkTraffic({ requests, seconds, marks, hasForeign }: Loose): void {
  ensure(isRequests(requests), 'its requests cannot be read');
  ensure(isSeconds(seconds), 'its seconds cannot be read');
  ensure(Array.isArray(marks) && marks.every(isMark), 'its marks of errors cannot be read');
  ensure(typeof hasForeign === 'boolean', 'it does not say whether other programs had reported');
}

function isRequests(value: unknown): value is RecordedRequests {
  if (!isObject(value)) return false;
  const { methods, paths, codes, sessions, chunks } = value;
  return (
    [methods, paths, codes].every((texts) => Array.isArray(texts) && texts.every(isText)) &&
    Array.isArray(sessions) &&
    sessions.every((session) => Array.isArray(session) && session.length === 2 && session.every(isText)) &&
    Array.isArray(chunks) &&
    chunks.every((chunk) => isObject(chunk) && areColumns(chunk, CHUNK_COLUMNS, isCount))
  );
}

function isSeconds(value: unknown): value is RecordedSeconds {
  if (!isObject(value)) return false;
  const { startedAt, names, at } = value;
  return (
    (startedAt === null || isCount(startedAt)) &&
    areColumns(value, SECOND_COUNTS, isCount) &&
    areColumns(value, SECOND_GAPS, (cell) => cell === null || isCount(cell)) &&
    areColumns(value, SECOND_LISTS, (cell) => {
      return Array.isArray(cell) && cell.length % 2 === 0 && cell.every(isCount);
    }) &&
    SECOND_GAPS.every((name) => (value[name] as unknown[]).length === (at as unknown[]).length) &&
    SECOND_LISTS.every((name) => (value[name] as unknown[]).length === (at as unknown[]).length) &&
    Array.isArray(names) &&
    names.every(
      (name) =>
        Array.isArray(name) && name.length === 2 && isText(name[0]) && (name[1] === null || isText(name[1])),
    )
  );
}

/** Whether all columns are lists of one length, of cells that are right. */
function areColumns(value: Loose, names: readonly string[], isRight: (cell: unknown) => boolean): boolean {
  const columns = names.map((name) => value[name]);
  const [first] = columns;
  return (
    Array.isArray(first) &&
    columns.every((column) => {
      return Array.isArray(column) && column.length === first.length && column.every(isRight);
    })
  );
}

function isMark(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    isCount(value['at']) && isText(value['code']) && (value['session'] === null || isText(value['session']))
  );
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function ensure(condition: boolean, what: string): asserts condition {
  if (!condition) throw new TypeError(`This recording is damaged: ${what}.`);
}
