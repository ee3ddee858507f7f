import { INSPECTION } from './inspection-limits.js';
import type { ActorEntry } from './actor-entry.js';

/** What is shown of an actor whose context was forgotten. */
export const FORGOTTEN_CONTEXT = '(forgotten: all contexts together are too long)';

/** The contexts of all actors, up to a length together: those that have not changed for the longest time go first. */
export class Contexts {
  readonly #max: number;
  /** In the order of their last change. */
  readonly #kept = new Set<ActorEntry>();
  #length = 0;

  constructor(max: number = INSPECTION.maxToldContexts.value) {
    this.#max = max;
  }

  /** Keeps the context of an actor in place of the one before. */
  keep(entry: ActorEntry, context: string): void {
    this.release(entry);
    entry.context = context;
    this.#kept.add(entry);
    this.#length += context.length;
    for (const oldest of this.#kept) {
      if (this.#length <= this.#max) break;
      this.release(oldest);
      oldest.context = FORGOTTEN_CONTEXT;
    }
  }

  /** The context of an actor counts no more. */
  release(entry: ActorEntry): void {
    if (this.#kept.delete(entry)) this.#length -= entry.context?.length ?? 0;
  }
}
