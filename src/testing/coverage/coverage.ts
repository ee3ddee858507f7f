import { describeValue } from '../../errors/index.js';
import type { Model } from '../models/model.js';
import { ModelGraph, type ModelEdge } from '../paths/graph.js';
import { coverageChart } from './chart.js';
import { coverageTable, type CoverageReport, type Share } from './table.js';

/**
 * Counts what paths exercise of a model.
 *
 * @example
 * ```ts
 * const graph = ModelGraph.of(serverModel);
 * const coverage = new Coverage(serverModel, graph);
 * coverage.begin();
 * for (const edge of graph.edgesFrom(graph.initial).slice(0, 1)) coverage.take(edge);
 * console.log(coverage.toText(), coverage.toJSON().transitions.missing);
 * ```
 */
export class Coverage {
  /** The name of the model. */
  readonly name: string;
  /** What there is to be covered. */
  readonly graph: ModelGraph;
  readonly #faults: Model['faults'];
  readonly #undriven: readonly string[];
  readonly #transitions = new Map<string, number>();
  readonly #pairs = new Set<string>();
  readonly #states = new Set<string>();
  #last: ModelEdge | null = null;

  /** Coverage of nothing so far. @throws TypeError for a graph that is none */
  constructor(model: Pick<Model, 'name' | 'faults' | 'events'>, graph: ModelGraph) {
    if (!(graph instanceof ModelGraph)) {
      throw new TypeError(`new Coverage(): the graph must be a ModelGraph (got ${describeValue(graph)})`);
    }
    this.name = model.name;
    this.graph = graph;
    this.#faults = model.faults;
    const driven = new Set(graph.edges.map(({ event }) => event));
    this.#undriven = model.events.filter((event) => !driven.has(event));
  }

  /** A path begins in the initial state. */
  begin(): void {
    this.#last = null;
    this.#states.add(this.graph.initial);
  }

  /** A transition was taken, and led where it should. */
  take(edge: ModelEdge): void {
    this.#states.add(edge.to);
    this.#transitions.set(keyOf(edge), this.timesTaken(edge) + 1);
    if (this.#last !== null) this.#pairs.add(pairOf(this.#last, edge));
    this.#last = edge;
  }

  /** How often a transition was taken. */
  timesTaken(edge: ModelEdge): number {
    return this.#transitions.get(keyOf(edge)) ?? 0;
  }

  /** Whether a state was seen. */
  hasSeen(state: string): boolean {
    return this.#states.has(state);
  }

  /** The names of the faults that mean something in a state, with whether they came there. */
  faultsIn(state: string): ReadonlyMap<string, boolean> {
    const cells = Object.entries(this.#faults).flatMap(([fault, events]) => {
      const edges = this.graph.edgesFrom(state).filter(({ event }) => events.includes(event));
      return edges.length === 0 ? [] : [[fault, edges.some((edge) => this.timesTaken(edge) > 0)] as const];
    });
    return new Map(cells);
  }

  /** The numbers and what is missing: plain data for JSON. */
  toJSON(): CoverageReport {
    const { states, edges } = this.graph;
    const pairs = edges.flatMap((first) =>
      this.graph.edgesFrom(first.to).map((second) => pairOf(first, second)),
    );
    const cells = states.flatMap((state) =>
      [...this.faultsIn(state)].map(([fault, came]) => [`${state} x ${fault}`, came] as const),
    );
    return {
      model: this.name,
      states: shareOf(states.map((state) => [state, this.hasSeen(state)])),
      transitions: shareOf(edges.map((edge) => [keyOf(edge), this.timesTaken(edge) > 0])),
      pairs: shareOf(pairs.map((pair) => [pair, this.#pairs.has(pair)])),
      faults: shareOf(cells),
      undriven: this.#undriven,
    };
  }

  /** The numbers and what is missing as a table for a terminal. */
  toText(): string {
    return coverageTable(this.toJSON());
  }

  /** The model as a Mermaid flowchart, coloured by what was exercised. */
  toMermaid(): string {
    return coverageChart(this);
  }
}

function shareOf(all: readonly (readonly [text: string, isCovered: boolean])[]): Share {
  const missing = all.filter(([, isCovered]) => !isCovered).map(([text]) => text);
  return { covered: all.length - missing.length, total: all.length, missing };
}

function keyOf({ from, event, to }: ModelEdge): string {
  return `${from} --${event}--> ${to}`;
}

function pairOf(first: ModelEdge, second: ModelEdge): string {
  return `${keyOf(first)} --${second.event}--> ${second.to}`;
}
