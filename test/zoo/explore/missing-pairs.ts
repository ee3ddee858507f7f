import type { ModelEdge, ModelGraph } from '../../../src/testing/index.js';
import type { Wanted } from '../../../src/testing/paths/cover.js';

/** A transition as text. */
export function nameOf({ from, event }: Pick<ModelEdge, 'from' | 'event'>): string {
  return `${from} > ${event}`;
}

/** Pairs of transitions that were walked; graphs that avoid something have transitions of their own, so by name. */
export class WalkedPairs {
  readonly #walked = new Set<string>();

  has(first: ModelEdge, second: ModelEdge): boolean {
    return this.#walked.has(pairOf(first, second));
  }

  add(steps: readonly ModelEdge[]): void {
    for (const [at, second] of steps.entries()) {
      const first = steps[at - 1];
      if (first !== undefined) this.#walked.add(pairOf(first, second));
    }
  }
}

function pairOf(first: ModelEdge, second: ModelEdge): string {
  return `${nameOf(first)}, ${nameOf(second)}`;
}

/** Wants the pairs of a graph that were not walked yet. */
export function wantMissing<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  walked: WalkedPairs,
): Wanted<TEvent> {
  const left = new Map(
    graph.edges.map((first) => {
      const seconds = graph.edgesFrom(first.to).filter((second) => !walked.has(first, second));
      return [first, new Set(seconds)];
    }),
  );
  return {
    isWanted: (first, second) => first !== undefined && left.get(first)?.has(second) === true,
    take: (first, second) => first !== undefined && left.get(first)?.delete(second),
    isDone: () => [...left.values()].every((seconds) => seconds.size === 0),
  };
}
