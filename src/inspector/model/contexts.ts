import { INSPECTION } from './inspection-limits.js';
import type { ActorEntry } from './actor-entry.js';
import { Recency } from './recency.js';

/** What is shown of an actor whose context was forgotten. */
export const FORGOTTEN_CONTEXT = '(forgotten: all contexts together are too long)';

/** The contexts of all actors, up to a length together: those that have not changed for the longest time go first. */
export class Contexts {
  readonly #max: number;
  /** In the order of their last change. */
  readonly #kept = new Recency<ActorEntry>();
  #length = 0;

  constructor(max: number = INSPECTION.maxToldContexts.value) {
    this.#max = max;
  }

  /** Keeps the context of an actor in place of the one before. */
  keep(entry: ActorEntry, context: string): void {
    this.release(entry);
    entry.context = context;
    this.#kept.use(entry);
    this.#length += context.length;
    while (this.#length > this.#max) {
      const oldest = this.#kept.takeOldest();
      if (oldest === undefined) return;
      this.#length -= oldest.context?.length ?? 0;
      oldest.context = FORGOTTEN_CONTEXT;
    }
  }

  /** The context of an actor counts no more. */
  release(entry: ActorEntry): void {
    if (this.#kept.delete(entry)) this.#length -= entry.context?.length ?? 0;
  }
}
