import type { RecordedRequests, RecordedSeconds } from './recorded-traffic.js';
import { REQUEST_COLUMNS } from './request-chunk.js';
import type { Recording } from './shapes.js';

type Loose = Readonly<Record<string, unknown>>;

/** Of a session a chunk has an index, and no stem. */
const CHUNK_COLUMNS = REQUEST_COLUMNS.filter((name) => name !== 'stem');

const SECOND_COUNTS = ['requests', 'failed', 'errors', 'connections', 'busy', 'waiting'] as const;
const SECOND_GAPS = ['p50', 'p99', 'queued'] as const;

/** Without requests and seconds. */
export const NO_TRAFFIC = {
  requests: { methods: [], paths: [], codes: [], sessions: [], chunks: [] },
  seconds: { startedAt: null, at: [], server: null, client: null, names: [], states: [] },
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
    chunks.every(isChunk)
  );
}

function isChunk(chunk: unknown): boolean {
  if (!isObject(chunk) || !areColumns(chunk, CHUNK_COLUMNS, isCount)) return false;
  const { queries = [] } = chunk;
  return Array.isArray(queries) && queries.every(isQuery);
}

function isQuery(entry: unknown): boolean {
  return Array.isArray(entry) && entry.length === 2 && isCount(entry[0]) && isText(entry[1]);
}

function isSeconds(value: unknown): value is RecordedSeconds {
  if (!isObject(value)) return false;
  const { startedAt, names, at, states, server, client } = value;
  return (
    (startedAt === null || isCount(startedAt)) &&
    areColumns({ at }, ['at'], isCount) &&
    areColumns({ states }, ['states'], arePairs) &&
    [server, client].every((minutes) => minutes === null || areMinutes(minutes, at as unknown[])) &&
    (states as unknown[]).length === (at as unknown[]).length &&
    Array.isArray(names) &&
    names.every(
      (name) =>
        Array.isArray(name) && name.length === 2 && isText(name[0]) && (name[1] === null || isText(name[1])),
    )
  );
}

function areMinutes(value: unknown, at: readonly unknown[]): boolean {
  return (
    isObject(value) &&
    areColumns({ ...value, at }, ['at', ...SECOND_COUNTS], isCount) &&
    areColumns(value, SECOND_GAPS, (cell) => cell === null || isCount(cell)) &&
    areColumns(value, ['durations'], arePairs) &&
    [...SECOND_GAPS, 'durations'].every((name) => (value[name] as unknown[]).length === at.length)
  );
}

function arePairs(cell: unknown): boolean {
  return Array.isArray(cell) && cell.length % 2 === 0 && cell.every(isCount);
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

/** A time and a duration up to it are together a time that JavaScript knows. */
const MOST = 8.64e15 / 2;

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MOST;
}

function ensure(condition: boolean, what: string): asserts condition {
  if (!condition) throw new TypeError(`This recording is damaged: ${what}.`);
}
