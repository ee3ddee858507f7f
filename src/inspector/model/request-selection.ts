import { OUTCOMES, ROLES, type RequestCells, type RequestChunk } from './request-chunk.js';
import type { RequestLog } from './request-log.js';
import type { RequestQuery } from './traffic-shapes.js';

const OPEN = OUTCOMES.indexOf('open');
const FAILED = OUTCOMES.indexOf('failed');

/** The rows of a chunk that were chosen. */
export interface SelectedRows {
  readonly chunk: RequestChunk;
  /** `null` is all of them. */
  readonly rows: Uint32Array | null;
  readonly length: number;
  /** The place of the first row of the chunk among all. */
  readonly start: number;
}

/** Whether a row is chosen. */
type Filter = (chunk: RequestChunk, row: number) => boolean;

/** The requests that a query asks for: those that had ended at its time, and those that were running then. */
export class RequestSelection {
  readonly #log: RequestLog;
  readonly #parts: SelectedRows[] = [];
  /** Copies, as they were. */
  readonly #running: RequestChunk;
  #total = 0;

  constructor(log: RequestLog, query: RequestQuery, at: number) {
    this.#log = log;
    const isPast = query.at !== undefined;
    const reopened = isPast ? [...reopenedAt(log, at)] : [];
    this.#running = log.runningRows(at, reopened.length);
    for (const { chunk, row } of reopened) this.#running.push(...reopen(log, chunk, row, at));
    const filters = filtersOf(log, query);
    let start = 0;
    for (const chunk of [...log.chunks, this.#running]) {
      // What ended later is among the copies.
      const isWhole = !isPast || chunk === this.#running || chunk.latestEnd <= at;
      const ended: Filter = ({ at: begun, duration }, row) => {
        return (begun[row] as number) + (duration[row] as number) <= at;
      };
      const begun: Filter = ({ at: begunAt }, row) => (begunAt[row] as number) <= at;
      const isRunning = chunk === this.#running && isPast;
      this.#select(chunk, start, [...(isWhole ? [] : [ended]), ...(isRunning ? [begun] : []), ...filters]);
      start += chunk.length;
    }
  }

  #select(chunk: RequestChunk, start: number, filters: readonly Filter[]): void {
    let rows: Uint32Array | null = null;
    let { length } = chunk;
    for (const filter of filters) {
      const before: Uint32Array | null = rows;
      rows ??= new Uint32Array(length);
      let kept = 0;
      for (let i = 0; i < length; i++) {
        const row = before === null ? i : (before[i] as number);
        if (filter(chunk, row)) rows[kept++] = row;
      }
      length = kept;
      if (length === 0) return;
    }
    if (length === 0) return;
    this.#total += length;
    this.#parts.push({ chunk, rows, length, start });
  }

  /** How many rows there are. */
  get total(): number {
    return this.#total;
  }

  parts(): readonly SelectedRows[] {
    return this.#parts;
  }

  /** A row by its place among all. */
  rowAt(place: number): { readonly chunk: RequestChunk; readonly row: number } {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#parts[middle] as SelectedRows).start <= place) low = middle;
      else high = middle - 1;
    }
    const { chunk, start } = this.#parts[low] as SelectedRows;
    return { chunk, row: place - start };
  }

  /** To be called once the rows were read. */
  release(): void {
    this.#log.release(this.#running);
  }
}

/** The rows of requests that have ended since, and were running at a time. */
function* reopenedAt(
  log: RequestLog,
  at: number,
): Generator<{ readonly chunk: RequestChunk; readonly row: number }, void> {
  for (const chunk of log.chunks) {
    if (chunk.latestEnd <= at) continue;
    for (let row = 0; row < chunk.length; row++) {
      const begun = chunk.at[row] as number;
      if (begun <= at && begun + (chunk.duration[row] as number) > at) yield { chunk, row };
    }
  }
}

/** A row as it was while the request was running. */
function reopen(log: RequestLog, chunk: RequestChunk, row: number, at: number): [RequestCells, string] {
  const cell = (column: ArrayLike<number>): number => column[row] as number;
  const duration = at - cell(chunk.at);
  const sending = cell(chunk.sending);
  const answeredAfter = cell(chunk.duration) - sending;
  const isAnswered = cell(chunk.status) !== 0 && sending > 0 && answeredAfter <= duration;
  const { paths, methods, stems, codes } = log;
  return [
    {
      ...{ number: cell(chunk.number), at: cell(chunk.at), duration, head: cell(chunk.head) },
      body: Math.min(cell(chunk.body), duration),
      sending: isAnswered ? duration - answeredAfter : 0,
      stem: stems.texts.use(stems.texts.get(cell(chunk.stem))),
      session: cell(chunk.session),
      role: cell(chunk.role),
      turn: cell(chunk.turn),
      method: methods.use(methods.get(cell(chunk.method))),
      path: paths.use(paths.get(cell(chunk.path))),
      status: isAnswered ? cell(chunk.status) : 0,
      bytesIn: cell(chunk.bytesIn),
      bytesOut: isAnswered ? cell(chunk.bytesOut) : 0,
      outcome: OPEN,
      code: codes.use(''),
    },
    chunk.queries?.get(row) ?? '',
  ];
}

function filtersOf(log: RequestLog, query: RequestQuery): Filter[] {
  const { session, role, status, search, slowerThan, isFailed, isOpen, except, since } = query;
  const filters: Filter[] = [];
  if (since !== undefined) filters.push(({ at }, row) => (at[row] as number) >= since);
  if (role !== undefined) {
    const number = ROLES.indexOf(role);
    filters.push((chunk, row) => chunk.role[row] === number);
  }
  if (slowerThan !== undefined) {
    const least = Math.fround(slowerThan);
    filters.push(({ duration }, row) => (duration[row] as number) >= least);
  }
  if (isFailed === true) filters.push(hasFailed);
  if (isOpen === true) filters.push(({ outcome }, row) => outcome[row] === OPEN);
  if (except !== undefined && except.length > 0) {
    const numbers = new Set(except);
    filters.push(({ number }, row) => !numbers.has(number[row] as number));
  }
  if (status !== undefined) filters.push(withStatus(status));
  if (session !== undefined) filters.push(ofSession(log, session));
  if (search !== undefined && search !== '') filters.push(found(log, search.toLowerCase()));
  return filters;
}

/** Whether a request failed: by an error, or with a status of 500 and more. */
export function hasFailed({ outcome, status }: RequestChunk, row: number): boolean {
  return outcome[row] === FAILED || (status[row] as number) >= 500;
}

function withStatus(status: string): Filter {
  const least = Number(status.replace(/xx$/i, '00'));
  const most = /xx$/i.test(status) ? least + 99 : least;
  return (chunk, row) => {
    const own = chunk.status[row] as number;
    return own >= least && own <= most;
  };
}

function ofSession({ stems }: RequestLog, id: string): Filter {
  const numbers = stems.numbersOf(id);
  return ({ stem, session }, row) => numbers[stem[row] as number] === session[row];
}

function found({ paths, methods, codes, stems }: RequestLog, search: string): Filter {
  const isIn = (text: string): boolean => text.toLowerCase().includes(search);
  const inPath = paths.marked(isIn);
  const inMethod = methods.marked(isIn);
  const inCode = codes.marked(isIn);
  const inSession = stems.search(search);
  return ({ path, method, code, stem, session }, row) =>
    inPath[path[row] as number] === 1 ||
    inMethod[method[row] as number] === 1 ||
    inCode[code[row] as number] === 1 ||
    inSession(stem[row] as number, session[row] as number);
}
