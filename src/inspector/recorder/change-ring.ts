/** What a change is of. Numbers of sessions, pools, places and calls are counted apart. */
export const KINDS = ['server', 'client', 'origin', 'place', 'call'] as const;

/** The kind of an actor that changes: a session by its role, or a chart of a client. */
export type ActorKind = (typeof KINDS)[number];

/** Ids of edges stay below it, as in the history of a session. */
const EDGES = 65_536;

/** Kinds stay below it. */
const MOST_KINDS = 8;

/** A status takes this much room beside the bytes that were sent. */
const STATUSES = 1_024;

/** Numbers for each change. */
const WIDTH = 5;

/** A change, as it is read again. */
export interface RecordedChange {
  readonly at: number;
  /** What its actor's changes are written under. */
  readonly key: number;
  readonly kind: ActorKind;
  /** The number of the session, pool, place or call. */
  readonly id: number;
  /** The id of the edge that was taken. */
  readonly edge: number;
  /** Of a session: the bytes of its connection up to then. Of a client's chart: the number of the client. */
  readonly first: number;
  /** Of a session: the bytes that were sent. Of a client's chart: the number of the pool, or of an origin. */
  readonly second: number;
  /** Of a session: the status of its response; 0 before there is one. */
  readonly status: number;
  /** Where its text is; 0 for none. */
  readonly text: number;
}

/** A moment between two changes. */
export interface Mark {
  /** How many changes had been recorded. */
  readonly place: number;
  /** Counts marks, which may be between the same two changes. */
  readonly order: number;
  readonly at: number;
}

/** What an actor's changes have in common, for `push`: computed once for each actor. */
export function keyOf(kind: ActorKind, id: number): number {
  return (id * MOST_KINDS + KINDS.indexOf(kind)) * EDGES;
}

/**
 * The last changes, as numbers side by side in memory that is allocated once. Nothing that a change is of stays alive for
 * it, and nothing has to be collected.
 */
export class ChangeRing {
  readonly capacity: number;
  readonly #cells: Float64Array;
  #next = 0;
  #pushed = 0;
  #marks = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#cells = new Float64Array(capacity * WIDTH);
  }

  /** How many changes there have been. */
  get pushed(): number {
    return this.#pushed;
  }

  /** The place of the oldest change that is remembered, counted from the first one ever. */
  get oldest(): number {
    return Math.max(0, this.#pushed - this.capacity);
  }

  /** The moment after the last change. */
  mark(at: number): Mark {
    return { place: this.#pushed, order: ++this.#marks, at };
  }

  /** @param key - of the actor, with the id of the edge added */
  push(at: number, key: number, first: number, second: number, status: number, text: number): void {
    const cells = this.#cells;
    const next = this.#next;
    cells[next] = at;
    cells[next + 1] = key;
    cells[next + 2] = first;
    cells[next + 3] = second * STATUSES + status;
    cells[next + 4] = text;
    this.#next = next + WIDTH === cells.length ? 0 : next + WIDTH;
    this.#pushed++;
  }

  /** The change at a place that is remembered. */
  read(place: number): RecordedChange {
    const cell = (place % this.capacity) * WIDTH;
    const [at = 0, key = 0, first = 0, packed = 0, text = 0] = this.#cells.subarray(cell, cell + WIDTH);
    const actor = Math.floor(key / EDGES);
    return {
      at,
      key: actor * EDGES,
      kind: KINDS[actor % MOST_KINDS] as ActorKind,
      id: Math.floor(actor / MOST_KINDS),
      edge: key % EDGES,
      first,
      second: Math.floor(packed / STATUSES),
      status: packed % STATUSES,
      text,
    };
  }
}
