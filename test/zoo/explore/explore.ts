import {
  Coverage,
  ModelGraph,
  PathError,
  pathText,
  testModel,
  type Driver,
  type Model,
  type ModelEdge,
  type ModelPath,
} from '../../../src/testing/index.js';
import { cover } from '../../../src/testing/paths/cover.js';
import type { Difference, Exploration } from './difference.js';
import { nameOf, wantMissing, WalkedPairs } from './missing-pairs.js';

/** A difference ends a round; a member that has more than these is none to be told by its differences. */
const MAX_ROUNDS = 60;

/** Long paths save connections, paths on which time passes had better be short. */
const LENGTHS = { swift: 30, slow: 8 };

/** How often a difference is looked at again, each time with another payload. */
const PROBES = 6;

/** A failure counts when it comes again. */
const REPEATS = 2;

/** A path as far as it went as the model says, and what was seen where it did not. */
interface Walk<TEvent extends string> {
  readonly walked: readonly ModelEdge<TEvent>[];
  readonly failure: PathError | null;
}

/**
 * Walks all pairs of transitions of a model. Where a member does something else, that transition is noted and avoided from
 * then on, and the pairs that are left are walked on other ways, until nothing new is found.
 */
export class Explorer<TEvent extends string> {
  readonly #model: Model<TEvent>;
  readonly #driver: Driver<TEvent>;
  readonly #isSlow: (event: string) => boolean;
  readonly #coverage: Coverage;
  readonly #walked = new WalkedPairs();
  readonly #differences = new Map<string, Difference>();
  readonly #passing: string[] = [];
  #seed = 1;

  /** @param isSlow - whether time has to pass for an event. */
  constructor(model: Model<TEvent>, driver: Driver<TEvent>, isSlow: (event: string) => boolean) {
    this.#model = model;
    this.#driver = driver;
    this.#isSlow = isSlow;
    this.#coverage = new Coverage(model, ModelGraph.of(model, driver.events));
  }

  async explore(): Promise<Exploration> {
    await this.#exhaust(LENGTHS.swift, (edge) => this.#isSlow(edge.event));
    await this.#exhaust(LENGTHS.slow);
    return {
      differences: [...this.#differences.values()],
      coverage: this.#coverage.toJSON(),
      passing: this.#passing,
    };
  }

  async #exhaust(length: number, isLeftOut: (edge: ModelEdge) => boolean = () => false): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const graph = new ModelGraph(
        this.#model,
        this.#driver.events,
        (edge) => this.#differences.has(nameOf(edge)) || isLeftOut(edge),
      );
      const wanted = wantMissing(graph, this.#walked, () => true);
      if (!(await this.#walkUntilDifference(graph, cover(graph, wanted, length)))) return;
    }
    throw new Error(`${this.#driver.name} has more than ${String(MAX_ROUNDS)} differences`);
  }

  /** Whether one was found. */
  async #walkUntilDifference(
    graph: ModelGraph<TEvent>,
    ways: readonly (readonly ModelEdge<TEvent>[])[],
  ): Promise<boolean> {
    for (const steps of ways) {
      const path = { steps, seed: this.#seed++ };
      const { failure } = await this.#walkCounted(path);
      if (failure === null) continue;
      if (failure.step === -1) throw failure;
      if (await this.#comesAgain(path, failure)) {
        await this.#note(graph, steps[failure.step] as ModelEdge<TEvent>, failure);
        return true;
      }
      this.#passing.push(failure.message);
    }
    return false;
  }

  async #comesAgain(path: ModelPath<TEvent>, { step }: PathError): Promise<boolean> {
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { failure } = await this.#walkCounted(path);
      if (failure?.step === step) return true;
    }
    return false;
  }

  /** Notes a difference, with what is seen with other payloads on the shortest way. */
  async #note(graph: ModelGraph<TEvent>, edge: ModelEdge<TEvent>, first: PathError): Promise<void> {
    const seen = new Set([first.seen]);
    let isPartial = false;
    const steps = [...shortestWay(graph, edge.from), edge];
    for (let probe = 0; probe < PROBES; probe++) {
      const { failure } = await this.#walk({ steps, seed: probe });
      if (failure === null) isPartial = true;
      else if (failure.step === steps.length - 1) seen.add(failure.seen);
    }
    this.#differences.set(nameOf(edge), { ...edge, seen: [...seen], isPartial });
  }

  async #walkCounted(path: ModelPath<TEvent>): Promise<Walk<TEvent>> {
    const walk = await this.#walk(path, this.#coverage);
    this.#walked.add(walk.walked);
    return walk;
  }

  async #walk(path: ModelPath<TEvent>, coverage?: Coverage): Promise<Walk<TEvent>> {
    const tests: (() => Promise<void>)[] = [];
    testModel({
      model: this.#model,
      driver: this.#driver,
      paths: [pathText(path)],
      it: (_name, run) => tests.push(run),
      coverage,
    });
    try {
      for (const test of tests) await test();
      return { walked: path.steps, failure: null };
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      return { walked: path.steps.slice(0, Math.max(0, error.step)), failure: error };
    }
  }
}

function shortestWay<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  state: string,
): readonly ModelEdge<TEvent>[] {
  const ways = new Map<string, readonly ModelEdge<TEvent>[]>([[graph.initial, []]]);
  for (const [from, way] of ways) {
    for (const edge of graph.edgesFrom(from)) if (!ways.has(edge.to)) ways.set(edge.to, [...way, edge]);
  }
  return ways.get(state) ?? [];
}
