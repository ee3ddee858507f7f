import type { ConnectionPool } from './connection-pool.js';

/**
 * The cap of connections over all pools of a client.
 *
 * At the cap, who has waited longest of all origins is served next: an idle connection of another origin is closed for it.
 */
export class Ceiling {
  readonly #maximum: number;
  readonly #blocked = new Set<ConnectionPool>();
  /** Pools that had idle places, and may have them still: that each of them comes and goes is of no interest. */
  readonly #idle = new Set<ConnectionPool>();
  #taken = 0;

  /** @param maximum - connections; `Infinity` for no cap. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** How many places are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether a place could be had, of an idle connection of another origin if need be. */
  get hasRoom(): boolean {
    return this.#taken < this.#maximum || this.#hasIdle();
  }

  /** Whether a place can be had; if not, the pool hears of the next one that is free. */
  take(pool: ConnectionPool): boolean {
    if (this.#taken >= this.#maximum && !this.#evict(pool)) {
      this.#blocked.add(pool);
      return false;
    }
    this.#taken++;
    return true;
  }

  /** A place is free: the pool whose call has waited longest may open a connection. */
  give(): void {
    this.#taken--;
    if (this.#blocked.size === 0) return;
    const pool = this.#longestBlocked();
    if (pool === null) return;
    this.#blocked.delete(pool);
    pool.work();
  }

  /** Whether the session that a pool has free should make room for another origin, whose call has waited longer. */
  isOwed(pool: ConnectionPool): boolean {
    if (this.#blocked.size === 0 || this.#taken < this.#maximum) return false;
    const other = this.#longestBlocked();
    return other !== null && other !== pool && other.waitsSince < (pool.oldest?.sequence ?? Infinity);
  }

  /** Keeps in mind that a pool has idle places. */
  noteIdle(pool: ConnectionPool): void {
    if (this.#maximum !== Infinity) this.#idle.add(pool);
  }

  #hasIdle(): boolean {
    for (const pool of this.#idle) if (pool.idleSince !== Infinity) return true;
    return false;
  }

  /** A pool is over. */
  forget(pool: ConnectionPool): void {
    this.#blocked.delete(pool);
    this.#idle.delete(pool);
  }

  /** Closes the connection that has been idle longest, of whichever origin. */
  #evict(wanting: ConnectionPool): boolean {
    let longest: ConnectionPool | null = null;
    for (const pool of this.#idle) {
      if (pool !== wanting && pool.idleSince < (longest?.idleSince ?? Infinity)) longest = pool;
    }
    if (longest === null) return false;
    longest.closeLongestIdle();
    return this.#taken < this.#maximum;
  }

  #longestBlocked(): ConnectionPool | null {
    let longest: ConnectionPool | null = null;
    for (const pool of this.#blocked) {
      if (!pool.wantsPlace) this.#blocked.delete(pool);
      else if (pool.waitsSince < (longest?.waitsSince ?? Infinity)) longest = pool;
    }
    return longest;
  }
}
