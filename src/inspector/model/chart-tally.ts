import type { ActorStatus, ChartCounts } from './shapes.js';

/** How many actors of a chart are in which state, counted along. */
export class ChartTally {
  #live = 0;
  #ended = 0;
  readonly #states = new Map<string, number>();

  /** One more actor in a state, or, with -1, one less. */
  count(state: string, status: ActorStatus, by: 1 | -1): void {
    if (status === 'active') this.#live += by;
    else this.#ended += by;
    const left = (this.#states.get(state) ?? 0) + by;
    if (left === 0) this.#states.delete(state);
    else this.#states.set(state, left);
  }

  copy(): ChartTally {
    const copy = new ChartTally();
    copy.#live = this.#live;
    copy.#ended = this.#ended;
    for (const [state, count] of this.#states) copy.#states.set(state, count);
    return copy;
  }

  /** @param most - how many states there is room for. */
  counts(chart: string, name: string, most: number): ChartCounts {
    const states = this.#states.size <= most ? this.#states : [...this.#states].slice(0, most);
    return { chart, name, live: this.#live, ended: this.#ended, states: Object.fromEntries(states) };
  }
}
