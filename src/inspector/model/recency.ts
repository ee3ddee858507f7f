/**
 * Things in the order in which they were used last. The oldest is found at once: an iterator of a set that begins at its
 * front would pass over all that has left.
 */
export class Recency<T> {
  readonly #things = new Set<T>();
  #front = this.#things.values();

  get size(): number {
    return this.#things.size;
  }

  /** Makes a thing the newest. */
  use(thing: T): void {
    this.#things.delete(thing);
    this.#things.add(thing);
  }

  /** @returns whether it was there */
  delete(thing: T): boolean {
    return this.#things.delete(thing);
  }

  /** Takes the oldest out. */
  takeOldest(): T | undefined {
    let next = this.#front.next();
    if (next.done === true) {
      this.#front = this.#things.values();
      next = this.#front.next();
    }
    if (next.done === true) return undefined;
    this.#things.delete(next.value);
    return next.value;
  }
}
