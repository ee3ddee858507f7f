import type { ChartEdge } from '../../chart/index.js';
import { LIMITS } from '../../constants.js';
import type { TransitionRecord } from '../../errors/index.js';
import { sessionChart } from './charts.js';

/** An edge and its time take two places. */
const CAPACITY = 2 * LIMITS.maxHistory.value;

/**
 * The last transitions of a session. Edges are interned, so that remembering one is two array stores; the records
 * that people read are made only when somebody asks.
 *
 * Times are kept relative to the session's creation: as small integers they need no memory of their own, and an idle
 * connection should cost little.
 */
export class TransitionHistory {
  /** When the session object was made, in milliseconds since the Unix epoch. */
  readonly since: number;
  readonly #ring: (ChartEdge | number)[] = [];
  #next = 0;

  /** @param since - wall-clock time of the session's creation, in milliseconds. */
  constructor(since: number) {
    this.since = since;
  }

  /** Remembers a transition at a wall-clock time in milliseconds. */
  push(edge: ChartEdge, at: number): void {
    this.#ring[this.#next] = edge;
    this.#ring[this.#next + 1] = at - this.since;
    this.#next = this.#next + 2 === CAPACITY ? 0 : this.#next + 2;
  }

  /** When the last transition was, in milliseconds since the Unix epoch. */
  get lastAt(): number {
    const last = this.#ring[(this.#next === 0 ? this.#ring.length : this.#next) - 1];
    return this.since + ((last as number | undefined) ?? 0);
  }

  /** The remembered transitions, oldest first. */
  records(): TransitionRecord[] {
    const ring = this.#ring;
    const first = ring.length === CAPACITY ? this.#next : 0;
    const records: TransitionRecord[] = [];
    for (let offset = 0; offset < ring.length; offset += 2) {
      const at = (first + offset) % CAPACITY;
      records.push(recordOf(ring[at] as ChartEdge, this.since + (ring[at + 1] as number)));
    }
    return records;
  }
}

function recordOf(edge: ChartEdge, at: number): TransitionRecord {
  const chart = edge.target.snapshot.machine === sessionChart.machine ? 'session' : 'exchange';
  return { chart, event: edge.event, state: edge.target.name, at };
}
