import type { RequestOutcome, SessionRole } from './traffic-shapes.js';

/** Rows of a chunk. It is allocated and released as a whole. */
export const CHUNK_ROWS = 16_384;

/** By their numbers in a column. */
export const OUTCOMES = ['open', 'completed', 'failed', 'replayed'] as const satisfies RequestOutcome[];

/** By their numbers in a column. */
export const ROLES = ['server', 'client'] as const satisfies SessionRole[];

/** The columns of requests: each has one entry for each row. Texts are numbers of `InternedTexts`. */
const COLUMNS = {
  number: Uint32Array,
  at: Float64Array,
  duration: Float32Array,
  head: Float32Array,
  body: Float32Array,
  sending: Float32Array,
  stem: Uint16Array,
  session: Uint32Array,
  role: Uint8Array,
  turn: Uint32Array,
  method: Uint16Array,
  path: Uint16Array,
  status: Uint16Array,
  bytesIn: Float64Array,
  bytesOut: Float64Array,
  outcome: Uint8Array,
  /** The empty text is no code. */
  code: Uint16Array,
};

type RequestColumns = Readonly<{
  [Column in keyof typeof COLUMNS]: InstanceType<(typeof COLUMNS)[Column]>;
}>;

/** The name of a column. */
export type RequestColumn = keyof RequestColumns;

/** The names of all columns. */
export const REQUEST_COLUMNS = Object.keys(COLUMNS) as RequestColumn[];

/** What a row is filled from. */
export type RequestCells = Readonly<Record<RequestColumn, number>>;

const Columns = class {
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    for (const name of REQUEST_COLUMNS) Object.assign(this, { [name]: new COLUMNS[name](capacity) });
  }
} as new (capacity: number) => RequestColumns & { readonly capacity: number };

/** Rows of requests, in columns. The wait for the response is not among them: it is the duration without `sending`. */
export class RequestChunk extends Columns {
  /** By row, where there is one. */
  queries: Map<number, string> | null = null;
  /** How long these are together. */
  queriesLength = 0;
  length = 0;
  /** The time of the last end, of all rows so far. */
  latestEnd = -Infinity;

  constructor(capacity = CHUNK_ROWS) {
    super(capacity);
  }

  get isFull(): boolean {
    return this.length === this.capacity;
  }

  /** Fills the next row. */
  push(cells: RequestCells, query: string): void {
    const row = this.length++;
    this.number[row] = cells.number;
    this.at[row] = cells.at;
    this.duration[row] = cells.duration;
    this.head[row] = cells.head;
    this.body[row] = cells.body;
    this.sending[row] = cells.sending;
    this.stem[row] = cells.stem;
    this.session[row] = cells.session;
    this.role[row] = cells.role;
    this.turn[row] = cells.turn;
    this.method[row] = cells.method;
    this.path[row] = cells.path;
    this.status[row] = cells.status;
    this.bytesIn[row] = cells.bytesIn;
    this.bytesOut[row] = cells.bytesOut;
    this.outcome[row] = cells.outcome;
    this.code[row] = cells.code;
    this.latestEnd = Math.max(this.latestEnd, cells.at + cells.duration);
    if (query === '') return;
    (this.queries ??= new Map()).set(row, query);
    this.queriesLength += query.length;
  }
}
