import type { RequestOutcome, SessionRole } from './traffic-shapes.js';

/** Rows of a chunk. It is allocated and released as a whole. */
export const CHUNK_ROWS = 16_384;

/** By their numbers in a column. */
export const OUTCOMES = ['open', 'completed', 'failed', 'replayed'] as const satisfies RequestOutcome[];

/** By their numbers in a column. */
export const ROLES = ['server', 'client'] as const satisfies SessionRole[];

/** The columns of requests: each member has one entry for each row. Texts are numbers of `InternedTexts`. */
export interface RequestColumns {
  readonly number: Uint32Array;
  readonly at: Float64Array;
  readonly duration: Float32Array;
  readonly head: Float32Array;
  readonly body: Float32Array;
  readonly sending: Float32Array;
  readonly stem: Uint16Array;
  readonly session: Uint32Array;
  readonly role: Uint8Array;
  readonly turn: Uint32Array;
  readonly method: Uint16Array;
  readonly path: Uint16Array;
  readonly status: Uint16Array;
  readonly bytesIn: Float64Array;
  readonly bytesOut: Float64Array;
  readonly outcome: Uint8Array;
  /** The empty text is no code. */
  readonly code: Uint16Array;
}

/** What a row is filled from. */
export type RequestCells = { readonly [Column in keyof RequestColumns]: number };

/** The bytes that a row takes. */
export const ROW_BYTES = 62;

/** Rows of requests, in columns. The wait for the response is not among them: it is the duration without `sending`. */
export class RequestChunk implements RequestColumns {
  readonly number: Uint32Array;
  readonly at: Float64Array;
  readonly duration: Float32Array;
  readonly head: Float32Array;
  readonly body: Float32Array;
  readonly sending: Float32Array;
  readonly stem: Uint16Array;
  readonly session: Uint32Array;
  readonly role: Uint8Array;
  readonly turn: Uint32Array;
  readonly method: Uint16Array;
  readonly path: Uint16Array;
  readonly status: Uint16Array;
  readonly bytesIn: Float64Array;
  readonly bytesOut: Float64Array;
  readonly outcome: Uint8Array;
  readonly code: Uint16Array;
  readonly capacity: number;
  /** By row, where there is one. */
  queries: Map<number, string> | null = null;
  /** How long these are together. */
  queriesLength = 0;
  length = 0;
  /** The time of the last end, of all rows so far. */
  latestEnd = -Infinity;

  constructor(capacity = CHUNK_ROWS) {
    this.capacity = capacity;
    this.number = new Uint32Array(capacity);
    this.at = new Float64Array(capacity);
    this.duration = new Float32Array(capacity);
    this.head = new Float32Array(capacity);
    this.body = new Float32Array(capacity);
    this.sending = new Float32Array(capacity);
    this.stem = new Uint16Array(capacity);
    this.session = new Uint32Array(capacity);
    this.role = new Uint8Array(capacity);
    this.turn = new Uint32Array(capacity);
    this.method = new Uint16Array(capacity);
    this.path = new Uint16Array(capacity);
    this.status = new Uint16Array(capacity);
    this.bytesIn = new Float64Array(capacity);
    this.bytesOut = new Float64Array(capacity);
    this.outcome = new Uint8Array(capacity);
    this.code = new Uint16Array(capacity);
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
