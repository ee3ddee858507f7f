import type { Place } from './place.js';

/**
 * The idle places of a pool. The one that was used last is used first, so under little load the others become old and are
 * closed. Linked through the places.
 */
export class IdleStack {
  #top: Place | null = null;
  #bottom: Place | null = null;
  #size = 0;
  readonly #filled: () => void;

  /** @param filled - is called when the first place comes. */
  constructor(filled: () => void) {
    this.#filled = filled;
  }

  get size(): number {
    return this.#size;
  }

  /** Removes the place that was used last. */
  take(): Place | null {
    const top = this.#top;
    if (top !== null) this.remove(top);
    return top;
  }

  /** The place that has been idle longest. */
  get bottom(): Place | null {
    return this.#bottom;
  }

  push(place: Place): void {
    place.below = this.#top;
    place.above = null;
    if (this.#top === null) this.#bottom = place;
    else this.#top.above = place;
    this.#top = place;
    this.#size++;
    if (this.#size === 1) this.#filled();
  }

  /** Removes a place, wherever it is; `false` when it is not here. */
  remove(place: Place): boolean {
    const { above, below } = place;
    if (above === null && this.#top !== place) return false;
    if (above === null) this.#top = below;
    else above.below = below;
    if (below === null) this.#bottom = above;
    else below.above = above;
    place.above = place.below = null;
    this.#size--;
    return true;
  }
}
