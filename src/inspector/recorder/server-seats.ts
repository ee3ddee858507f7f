import type { ChangeRing, Mark } from './change-ring.js';

/** A change of a server: rare, and of a chart whose edges a ring does not know. */
export interface ServerMove {
  readonly mark: Mark;
  readonly state: string;
}

/** What is kept of a server. */
export interface ServerSeat {
  readonly id: number;
  readonly first: ServerMove;
  readonly moves: ServerMove[];
  last: ServerMove | null;
}

/** A server has a handful of changes in its life, unless a program starts and stops it all the time. */
const MAX_MOVES = 100;
const MAX_ENDED = 100;

/** The servers that are recorded, or were. */
export class ServerSeats {
  readonly #ring: ChangeRing;
  readonly #seats = new Map<number, ServerSeat>();

  constructor(ring: ChangeRing) {
    this.#ring = ring;
  }

  get all(): readonly ServerSeat[] {
    return [...this.#seats.values()];
  }

  added(id: number, state: string, at: number): void {
    this.#seats.set(id, { id, first: this.#moveTo(state, at), moves: [], last: null });
  }

  moved(id: number, state: string, at: number): void {
    const moves = this.#seats.get(id)?.moves;
    moves?.push(this.#moveTo(state, at));
    if (moves !== undefined && moves.length > MAX_MOVES) moves.shift();
  }

  left(id: number, state: string, at: number): void {
    const seat = this.#seats.get(id);
    if (seat !== undefined) seat.last = this.#moveTo(state, at);
    const ended = this.all.filter(({ last }) => last !== null);
    if (ended.length > MAX_ENDED) this.#seats.delete((ended[0] as ServerSeat).id);
  }

  #moveTo(state: string, at: number): ServerMove {
    return { mark: this.#ring.mark(at), state };
  }
}
