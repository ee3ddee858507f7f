import type { ActorCondition, ActorEntry } from './actor-entry.js';
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

  /** All changes until now, oldest first; each is made when it is taken. */
  all(): Iterable<LogEntry> {
    const now = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    const tell = function* (): Generator<LogEntry, void> {
      for (const change of now) yield toLogEntry(change);
    };
    return tell();
  }

  /** What has changed last after a change of that number, oldest first, of the actors that are asked for. */
  after(number: number, isWanted: (entry: ActorEntry) => boolean, most = Infinity): LogEntry[] {
    const found: LogEntry[] = [];
    for (const change of this.backwards()) {
      if (change.number <= number || found.length >= most) break;
      if (isWanted(change.entry)) found.push(toLogEntry(change));
    }
    return found.reverse();
  }

  /**
   * The condition of every actor that has changed since a time, as it was at that time; `null` where there was no such
   * actor. All others are as they are now. Times before the journal begins are its beginning.
   */
  conditionsAt(at: number): Map<ActorEntry, ActorCondition | null> {
    const then = new Map<ActorEntry, ActorCondition | null>();
    const undone = new Map<ActorEntry, number>();
    const undated = new Set<ActorEntry>();
    for (const { at: changedAt, entry, event, from, previousStatus } of this.backwards()) {
      if (changedAt > at) {
        // To appear and to be forgotten are changes, and no transitions.
        const count = (undone.get(entry) ?? 0) + (event === '' ? 0 : 1);
        undone.set(entry, count);
        undated.add(entry);
        then.set(
          entry,
          from === null
            ? null
            : {
                state: from,
                status: previousStatus,
                changedAt: entry.since,
                transitions: entry.condition.transitions - count,
              },
        );
      } else if (undated.size === 0) break;
      else if (undated.delete(entry)) {
        const condition = then.get(entry);
        if (condition !== null && condition !== undefined) then.set(entry, { ...condition, changedAt });
      }
    }
    return then;
  }
}

function toLogEntry({ number, at, entry, event, sender, from, to, status }: Change): LogEntry {
  return { number, at, actor: entry.id, event, sender, from, to, status };
}

/** The changes of a log around a time, up to a number of them: half of them before. */
export function logAround(log: readonly LogEntry[], time: number, most: number): readonly LogEntry[] {
  const later = log.findIndex(({ at }) => at > time);
  const place = later === -1 ? log.length : later;
  return log.slice(Math.max(0, place - most / 2), place + most / 2);
}

/** The changes of several actors before they were watched, oldest first, numbered together. */
export function earlierOf(entries: Iterable<ActorEntry>): LogEntry[] {
  const earlier = [...entries]
    .flatMap((entry) => entry.earlier)
    .sort((a, b) => a.at - b.at || a.number - b.number);
  return earlier.map((change, i) => ({ ...change, number: i - earlier.length }));
}
