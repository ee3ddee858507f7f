import type { ActorEntry } from './actor-entry.js';
import { INSPECTION } from './inspection-limits.js';
import type { ActorStatus, ChartCounts } from './shapes.js';
import type { SessionRole } from './traffic-shapes.js';

interface Counter {
  count: number;
}

/** So many states may be without actors and keep their counters: they are entered again and again. */
const MAX_KEPT = 200;

/** What states are counted as for which there is no room. */
const OTHERS = '(other states)';

/** How many actors there are by their states. */
class StateCounts {
  readonly #counters = new Map<string, Counter>();

  count(state: string, by: number): void {
    const counter = this.#counters.get(state);
    if (counter === undefined) this.#countNew(state, by);
    else if ((counter.count += by) === 0 && this.#counters.size > MAX_KEPT) this.#counters.delete(state);
  }

  /** No chart has so many states that their counts would take long to write: others are counted together. */
  #countNew(state: string, by: number): void {
    const isOther = state !== OTHERS && (by < 0 || this.#counters.size >= INSPECTION.maxToldStates.value);
    if (isOther) this.count(OTHERS, by);
    else this.#counters.set(state, { count: by });
  }

  *entries(): Generator<[state: string, count: number], void> {
    for (const [state, { count }] of this.#counters) if (count !== 0) yield [state, count];
  }
}

/** How many actors of a chart are in which state, counted along. */
export class ChartTally {
  #live = 0;
  #ended = 0;
  readonly #states = new StateCounts();
  readonly #endedStates = new StateCounts();
  /** Of those that run, sessions and their exchanges. */
  readonly #byRole = { server: new StateCounts(), client: new StateCounts() };

  /** Actors that run. */
  get live(): number {
    return this.#live;
  }

  /** Actors that have ended and are remembered. */
  get ended(): number {
    return this.#ended;
  }

  /** Actors that run, by their states: all, or those of a role. */
  states(role?: SessionRole): Iterable<[state: string, count: number]> {
    return (role === undefined ? this.#states : this.#byRole[role]).entries();
  }

  /** One more actor in a state, or, with -1, one less. */
  count(state: string, status: ActorStatus, by: 1 | -1, role: SessionRole | null = null): void {
    if (status === 'active') {
      this.#live += by;
      this.#states.count(state, by);
      if (role !== null) this.#byRole[role].count(state, by);
    } else {
      this.#ended += by;
      this.#endedStates.count(state, by);
    }
  }

  copy(): ChartTally {
    const copy = new ChartTally();
    copy.#live = this.#live;
    copy.#ended = this.#ended;
    for (const [state, count] of this.#states.entries()) copy.#states.count(state, count);
    for (const [state, count] of this.#endedStates.entries()) copy.#endedStates.count(state, count);
    return copy;
  }

  /** @param most - how many states there is room for. */
  counts(chart: string, name: string, most: number): ChartCounts {
    const states = [...this.#states.entries()].slice(0, Math.max(most, 0));
    const endedStates = [...this.#endedStates.entries()].slice(0, Math.max(most - states.length, 0));
    return {
      ...{ chart, name, live: this.#live, ended: this.#ended },
      ...{ states: Object.fromEntries(states), endedStates: Object.fromEntries(endedStates) },
    };
  }
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
