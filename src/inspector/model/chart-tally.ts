import type { ActorEntry } from './actor-entry.js';
import { INSPECTION } from './inspection-limits.js';
import type { ActorStatus, ChartCounts } from './shapes.js';

/** What states are counted as for which there is no room. */
const OTHERS = '(other states)';

/** How many actors of a chart are in which state, counted along. */
export class ChartTally {
  #live = 0;
  #ended = 0;
  readonly #states = new Map<string, number>();
  readonly #endedStates = new Map<string, number>();

  /** Actors that run. */
  get live(): number {
    return this.#live;
  }

  /** Actors that have ended and are remembered. */
  get ended(): number {
    return this.#ended;
  }

  /** Actors that run, by their states. */
  get states(): ReadonlyMap<string, number> {
    return this.#states;
  }

  /** One more actor in a state, or, with -1, one less. */
  count(state: string, status: ActorStatus, by: 1 | -1): void {
    const states = status === 'active' ? this.#states : this.#endedStates;
    if (status === 'active') this.#live += by;
    else this.#ended += by;
    const counted = countedAs(state, states, by);
    const left = (states.get(counted) ?? 0) + by;
    if (left === 0) states.delete(counted);
    else states.set(counted, left);
  }

  copy(): ChartTally {
    const copy = new ChartTally();
    copy.#live = this.#live;
    copy.#ended = this.#ended;
    for (const [state, count] of this.#states) copy.#states.set(state, count);
    for (const [state, count] of this.#endedStates) copy.#endedStates.set(state, count);
    return copy;
  }

  /** @param most - how many states there is room for. */
  counts(chart: string, name: string, most: number): ChartCounts {
    const states = first(this.#states, most);
    const endedStates = first(this.#endedStates, most - Object.keys(states).length);
    return { chart, name, live: this.#live, ended: this.#ended, states, endedStates };
  }
}

/** As what a state is counted: no chart has as many as the counts of which would take long to write. */
function countedAs(state: string, states: ReadonlyMap<string, number>, by: 1 | -1): string {
  if (states.has(state)) return state;
  return by === -1 || states.size >= INSPECTION.maxToldStates.value ? OTHERS : state;
}

function first(states: ReadonlyMap<string, number>, most: number): Readonly<Record<string, number>> {
  return Object.fromEntries(states.size <= most ? states : [...states].slice(0, Math.max(most, 0)));
}

/** What tallies have counted, by the keys of their charts, as far as there is room for. */
export function countsIn(
  tallies: ReadonlyMap<string, ChartTally>,
  nameOf: (chart: string) => string,
): ChartCounts[] {
  let room = INSPECTION.maxToldStates.value;
  return [...tallies].map(([chart, tally]) => {
    const counts = tally.counts(chart, nameOf(chart), room);
    room -= Object.keys(counts.states).length + Object.keys(counts.endedStates).length;
    return counts;
  });
}

/** Counts actors by their charts. */
export function talliesOf(entries: Iterable<ActorEntry>): ReadonlyMap<string, ChartTally> {
  const tallies = new Map<string, ChartTally>();
  for (const { chart, condition, isForgotten } of entries) {
    if (chart === null || isForgotten) continue;
    const tally = tallies.get(chart) ?? new ChartTally();
    tallies.set(chart, tally);
    tally.count(condition.state, condition.status, 1);
  }
  return tallies;
}
