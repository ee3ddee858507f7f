import type { Unwatch } from '../../model/source.js';

/** The listeners of a value, and the value that a new listener gets first. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();
  #last: { readonly value: T } | undefined;

  /** Calls the listener with the last value, if there is one, and with all later ones. */
  add(listener: (value: T) => void): Unwatch {
    this.#listeners.add(listener);
    if (this.#last !== undefined) listener(this.#last.value);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(value: T): void {
    this.#last = { value };
    for (const listener of this.#listeners) listener(value);
  }
}
