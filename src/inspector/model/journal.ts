import type { ActorEntry } from './actor-entry.js';
import type { ActorStatus, LogEntry } from './shapes.js';

/** A change, as the journal keeps it: enough to take it back. */
export interface Change {
  readonly number: number;
  readonly at: number;
  readonly entry: ActorEntry;
  readonly event: string;
  readonly sender: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly status: ActorStatus;
  readonly previousStatus: ActorStatus;
}

/** The last changes of all actors, in order, up to a number of them. */
export class Journal {
  readonly #capacity: number;
  readonly #ring: Change[] = [];
  /** Where the oldest is, once the ring is full. */
  #first = 0;
  #lastNumber = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many changes are remembered. */
  get length(): number {
    return this.#ring.length;
  }

  /** The oldest change that is remembered. */
  get oldest(): Change | undefined {
    return this.#ring[this.#first];
  }

  /** The number of the change that comes next. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** @returns the oldest change, where it had to go */
  push(change: Change): Change | undefined {
    this.#lastNumber = change.number;
    if (this.#ring.length < this.#capacity) {
      this.#ring.push(change);
      return undefined;
    }
    const gone = this.#ring[this.#first];
    this.#ring[this.#first] = change;
    this.#first = (this.#first + 1) % this.#capacity;
    return gone;
  }

  /** From the latest to the oldest. */
  *backwards(): Generator<Change, void> {
    const { length } = this.#ring;
    for (let back = 1; back <= length; back++) {
      yield this.#ring[(this.#first + length - back) % length] as Change;
    }
  }

  /** What has changed after a change of that number, oldest first, of the actors that are asked for. */
  after(number: number, isWanted: (entry: ActorEntry) => boolean): LogEntry[] {
    const found: LogEntry[] = [];
    for (const change of this.backwards()) {
      if (change.number <= number) break;
      if (isWanted(change.entry)) found.push(toLogEntry(change));
    }
    return found.reverse();
  }
}

function toLogEntry({ number, at, entry, event, sender, from, to, status }: Change): LogEntry {
  return { number, at, actor: entry.id, event, sender, from, to, status };
}
