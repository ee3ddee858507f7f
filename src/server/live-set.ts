/** What is in the set. Its number never changes, and no two have the same. */
interface Numbered {
  readonly id: number;
}

interface Entry<T> {
  value: T | null;
}

/**
 * A set that can be watched. What watches it need not walk it to find what is new.
 *
 * It is no `Set`, because V8 replaces the table of one now and then, and a replaced table keeps what it held until the
 * next full collection. On a server with a connection for each request that was half of all sessions. Here a table
 * holds entries, and what is deleted leaves its entry.
 */
export class LiveSet<T extends Numbered> implements ReadonlySet<T> {
  readonly #entries = new Map<number, Entry<T>>();
  #watchers: Set<(added: T) => void> | null = null;

  /** How many values there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether a value is in the set. */
  has(value: T): boolean {
    return this.#entries.get(value.id)?.value === value;
  }

  /** Adds a value, unless it is there. */
  add(value: T): this {
    if (this.#entries.has(value.id)) return this;
    this.#entries.set(value.id, { value });
    if (this.#watchers !== null) for (const added of this.#watchers) added(value);
    return this;
  }

  /** Removes a value; `false` when it was not there. */
  delete(value: T): boolean {
    const entry = this.#entries.get(value.id);
    if (entry?.value !== value) return false;
    this.#entries.delete(value.id);
    entry.value = null;
    return true;
  }

  /** The values in the order in which they were added. As in a `Set`, one may be added or deleted meanwhile. */
  *values(): SetIterator<T> {
    for (const { value } of this.#entries.values()) if (value !== null) yield value;
  }

  /** The same as `values()`. */
  keys(): SetIterator<T> {
    return this.values();
  }

  /** Each value twice. */
  *entries(): SetIterator<[T, T]> {
    for (const value of this.values()) yield [value, value];
  }

  /** The same as `values()`. */
  [Symbol.iterator](): SetIterator<T> {
    return this.values();
  }

  /** Calls back with each value. */
  forEach(callback: (value: T, key: T, set: ReadonlySet<T>) => void, self?: unknown): void {
    for (const value of this.values()) callback.call(self, value, value, this);
  }

  /** Calls back with each value that is added from now on; returns a function that ends it. The callback must not throw. */
  watch(added: (value: T) => void): () => void {
    const watchers = (this.#watchers ??= new Set());
    watchers.add(added);
    return () => {
      watchers.delete(added);
      if (watchers.size === 0 && this.#watchers === watchers) this.#watchers = null;
    };
  }
}
