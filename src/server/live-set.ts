/** A set that can be watched. What watches it need not walk it to find what is new. */
export class LiveSet<T> extends Set<T> {
  #watchers: Set<(added: T) => void> | null = null;

  override add(value: T): this {
    super.add(value);
    if (this.#watchers !== null) for (const added of this.#watchers) added(value);
    return this;
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
