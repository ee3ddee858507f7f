import { INSPECTION } from './inspection-limits.js';
import { rounded } from './durations.js';
import { OUTCOMES, ROLES, type RequestChunk } from './request-chunk.js';
import type { RequestLog } from './request-log.js';
import { RequestSelection } from './request-selection.js';
import { TopRows, type Keys } from './top-rows.js';
import type { RequestList, RequestOrder, RequestQuery, RequestRow } from './traffic-shapes.js';

const DEFAULT_LIMIT = 100;

/** Chooses and sorts requests, as they are or as they were. */
export function listRequests(log: RequestLog, query: RequestQuery, now: number): RequestList {
  const at = query.at ?? now;
  const selection = new RequestSelection(log, query, at);
  try {
    const { total } = selection;
    const { limit = DEFAULT_LIMIT, ascending = false } = query;
    const offset = Math.min(query.offset ?? 0, total);
    const last = Math.min(offset + Math.min(limit, INSPECTION.maxListed.value), total);
    // The end of a long list is the start of it from the other side.
    const isFromEnd = offset > total - last;
    const sign = ascending === isFromEnd ? 1 : -1;
    const [skipped, most] = isFromEnd ? [total - last, total - offset] : [offset, last];
    const top = new TopRows(most, total);
    const key = KEYS[query.order ?? 'at'](log);
    const parts = sign === 1 ? selection.parts().toReversed() : selection.parts();
    if (most > 0) for (const part of parts) top.offer(part, key(part.chunk), sign);
    const found = top.sorted(skipped).map((tie) => selection.rowAt(sign * tie));
    if (isFromEnd) found.reverse();
    return {
      at,
      total,
      since: log.since ?? now,
      requests: found.map(({ chunk, row }) => rowOf(log, chunk, row, query.hasQueries === true)),
    };
  } finally {
    selection.release();
  }
}

/** Every remembered request: those that have ended, in the order of their ends, and those that are running. */
export function* everyRequest(
  log: RequestLog,
  now: number,
  hasQueries: boolean,
): Generator<RequestRow, void> {
  const running = log.runningRows(now, 0);
  try {
    for (const chunk of [...log.chunks, running]) {
      for (let row = 0; row < chunk.length; row++) yield rowOf(log, chunk, row, hasQueries);
    }
  } finally {
    log.release(running);
  }
}

/** What each order compares. */
const KEYS: Readonly<Record<RequestOrder, (log: RequestLog) => (chunk: RequestChunk) => Keys>> = {
  at: () => (chunk) => plain(chunk.at),
  status: () => (chunk) => plain(chunk.status),
  bytesIn: () => (chunk) => plain(chunk.bytesIn),
  bytesOut: () => (chunk) => plain(chunk.bytesOut),
  duration: () => (chunk) => plain(chunk.duration),
  outcome: () => (chunk) => plain(chunk.outcome),
  method: ({ methods }) => {
    const table = methods.ranks();
    return (chunk) => ({ column: chunk.method, table });
  },
  path: ({ paths }) => {
    const table = paths.ranks();
    return (chunk) => ({ column: chunk.path, table });
  },
  session: ({ stems }) => {
    const ranks = stems.texts.ranks();
    return ({ stem, session, length }) => {
      const column = new Float64Array(length);
      for (let row = 0; row < length; row++) {
        column[row] = (ranks[stem[row] as number] as number) * 2 ** 32 + (session[row] as number);
      }
      return plain(column);
    };
  },
};

function plain(column: ArrayLike<number>): Keys {
  return { column, table: null };
}

/** A row as people read it. */
export function rowOf(log: RequestLog, chunk: RequestChunk, row: number, hasQuery = false): RequestRow {
  const cell = (column: ArrayLike<number>): number => column[row] as number;
  const stem = cell(chunk.stem);
  const session = cell(chunk.session);
  const duration = rounded(cell(chunk.duration));
  const sending = rounded(cell(chunk.sending));
  const code = log.codes.get(cell(chunk.code));
  const query = hasQuery ? chunk.queries?.get(row) : undefined;
  return {
    number: cell(chunk.number),
    at: cell(chunk.at),
    session: log.stems.idOf(stem, session),
    sessionName: log.stems.nameOf(stem, session),
    role: ROLES[cell(chunk.role)] ?? 'server',
    turn: cell(chunk.turn),
    method: log.methods.get(cell(chunk.method)),
    path: log.paths.get(cell(chunk.path)),
    ...(query === undefined ? {} : { query }),
    status: cell(chunk.status) || null,
    bytesIn: cell(chunk.bytesIn),
    bytesOut: cell(chunk.bytesOut),
    duration,
    phases: {
      head: rounded(cell(chunk.head)),
      waiting: rounded(duration - sending),
      body: rounded(cell(chunk.body)),
      sending,
    },
    outcome: OUTCOMES[cell(chunk.outcome)] ?? 'failed',
    code: code === '' ? null : code,
  };
}

/** A request that is running, as it is; `null` if it is not. */
export function runningRow(log: RequestLog, handle: number, now: number): RequestRow | null {
  const chunk = log.runningRow(handle, now);
  if (chunk === null) return null;
  const row = rowOf(log, chunk, 0);
  log.release(chunk);
  return row;
}
