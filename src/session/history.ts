import type { ChartEdge } from '../chart/index.js';
import { LIMITS } from '../constants.js';
import type { TransitionRecord } from '../errors/index.js';
import { sessionChart } from './charts.js';

const CAPACITY = LIMITS.maxHistory.value;

/**
 * The last transitions of a session. Edges are interned, so that remembering one is two array stores; the records
 * that people read are made only when somebody asks.
 */
export class TransitionHistory {
  readonly #edges: ChartEdge[] = [];
  readonly #times: number[] = [];
  #next = 0;

  /** Remembers a transition at a wall-clock time in milliseconds. */
  push(edge: ChartEdge, at: number): void {
    this.#edges[this.#next] = edge;
    this.#times[this.#next] = at;
    this.#next = this.#next + 1 === CAPACITY ? 0 : this.#next + 1;
  }

  /** The remembered transitions, oldest first. */
  records(): TransitionRecord[] {
    const full = this.#edges.length === CAPACITY;
    return this.#edges.map((_, position) => {
      const at = full ? (this.#next + position) % CAPACITY : position;
      return recordOf(this.#edges[at] as ChartEdge, this.#times[at] as number);
    });
  }

  /** When the session entered its present lifecycle state; `undefined` when that is too long ago to be known. */
  lastOf(chart: TransitionRecord['chart']): TransitionRecord | undefined {
    return this.records().findLast((record) => record.chart === chart);
  }
}

function recordOf(edge: ChartEdge, at: number): TransitionRecord {
  const chart = edge.target.snapshot.machine === sessionChart.machine ? 'session' : 'exchange';
  return { chart, event: edge.event, state: edge.target.name, at };
}
