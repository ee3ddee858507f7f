import { LIMITS } from '../constants.js';
import type { LiveConnection } from './registry.js';

/**
 * The idle connections of a server, those first that have been idle longest.
 *
 * Nothing is kept up to date with each request. A look at all connections fills the queue, and it stays in the right
 * order by itself: what becomes idle later would stand behind all that are in it. So an entry only has to be checked when
 * it is taken. Each connection to shed pays for a part of the next look, so that the cost of one does not grow with
 * their number.
 */
export class IdleQueue<TConnection extends LiveConnection> {
  readonly #live: ReadonlySet<TConnection>;
  /** With the time of their last change, as of the last look. */
  readonly #queue = new Map<TConnection, number>();
  /** How many connections may be looked at. */
  #paid = Infinity;

  constructor(live: ReadonlySet<TConnection>) {
    this.#live = live;
  }

  /** Pays for a connection that is to be shed. */
  pay(): void {
    this.#paid += LIMITS.maxShedLooks.value;
  }

  /** Takes out the connection that has been idle longest; looks for idle ones if none is known and enough was paid. */
  take(): TConnection | undefined {
    this.#dropStale();
    if (this.#queue.size === 0 && this.#paid >= this.#live.size) this.#look();
    const [oldest] = this.#queue.keys();
    if (oldest !== undefined) this.#queue.delete(oldest);
    return oldest;
  }

  #look(): void {
    const { size } = this.#live;
    this.#paid = Math.min(this.#paid - size, LIMITS.maxShedLooks.value);
    const idle = [...this.#live].filter(isIdle).sort((one, other) => one.changedAt - other.changedAt);
    for (const connection of idle) this.#queue.set(connection, connection.changedAt);
  }

  /** The connection is gone. */
  forget(connection: TConnection): void {
    this.#queue.delete(connection);
  }

  /** Drops those at the front that were not idle all the time. */
  #dropStale(): void {
    for (const [connection, changedAt] of this.#queue) {
      if (isIdle(connection) && connection.changedAt === changedAt) return;
      this.#queue.delete(connection);
    }
  }
}

function isIdle({ activity }: LiveConnection): boolean {
  return activity === 'idle' || activity === 'silent';
}
