import { INSPECTION } from './inspection-limits.js';
import type { ChartFlows, TakenTransition } from './traffic-shapes.js';

const SECOND = 1_000;
const NONE: ReadonlyMap<string, ChartCounter> = new Map();

/** By event, then by the state before, then by the state after: no text is put together for a count. */
type Counts = Map<string, Map<string, Map<string, { count: number }>>>;

/** How often the actors of one chart took which transition, within one second. */
class ChartCounter {
  readonly #counts: Counts = new Map();
  #size = 0;

  count(event: string, from: string, to: string): void {
    const counter = this.#counts.get(event)?.get(from)?.get(to);
    if (counter !== undefined) counter.count++;
    else if (this.#size < INSPECTION.maxFlows.value) this.#countNew(event, from, to);
  }

  #countNew(event: string, from: string, to: string): void {
    this.#size++;
    const ofEvent = inner(this.#counts, event);
    inner(ofEvent, from).set(to, { count: 1 });
  }

  /** The most frequent ones, in that order. */
  most(most: number): readonly TakenTransition[] {
    const all: TakenTransition[] = [];
    for (const [event, ofEvent] of this.#counts) {
      for (const [from, ofState] of ofEvent) {
        for (const [to, { count }] of ofState) all.push({ event, from, to, count });
      }
    }
    return all.sort((a, b) => b.count - a.count).slice(0, most);
  }
}

function inner<K, V extends Map<string, unknown>>(outer: Map<K, V>, key: K): V {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const made = new Map() as V;
  outer.set(key, made);
  return made;
}

/**
 * How often the actors of each chart took which transition in the last whole second. Only reports count: what a recording
 * restores has not happened now.
 */
export class TransitionCounts {
  #second = 0;
  #current = new Map<string, ChartCounter>();
  #last: ReadonlyMap<string, ChartCounter> = NONE;
  /** What is reported of the last second, once it was asked for. */
  #flows: readonly ChartFlows[] | null = null;

  /** The second that begins at a time is the present one. It comes before everything that is counted in it. */
  advance(second: number): void {
    if (second === this.#second) return;
    // After a silence, the last whole second was a quiet one.
    this.#last = second - this.#second === SECOND ? this.#current : NONE;
    this.#flows = null;
    this.#current = new Map();
    this.#second = second;
  }

  /** An actor of a chart took a transition. */
  count(chart: string, event: string, from: string, to: string): void {
    let counter = this.#current.get(chart);
    if (counter === undefined) this.#current.set(chart, (counter = new ChartCounter()));
    counter.count(event, from, to);
  }

  /** Of each chart in which something happened in the last whole second. */
  get last(): readonly ChartFlows[] {
    return (this.#flows ??= flowsOf(this.#last));
  }
}

/** One report has room for all charts together; each has the same share. */
function flowsOf(counters: ReadonlyMap<string, ChartCounter>): ChartFlows[] {
  const { maxToldFlows, maxChartFlows } = INSPECTION;
  const share = Math.max(Math.floor(maxToldFlows.value / counters.size), 1);
  const most = Math.min(maxChartFlows.value, share);
  return [...counters].map(([chart, counter]) => ({ chart, taken: counter.most(most) }));
}
