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
import { payloadOf } from '../../../src/testing/models/model.js';
import { cover } from '../../../src/testing/paths/cover.js';
import { randomOf } from '../../../src/testing/random.js';
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

/** An event that carries one of so few things, such as a status, may make a difference by what it carries. */
const FEW = 6;

/** So many seeds are tried for a path on which no payload is one that makes a difference. */
const MAX_SEEDS = 300;

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
  /** Transitions that are taken no more, and those that are taken without these payloads. */
  readonly #avoided = new Set<string>();
  readonly #shunned = new Set<string>();
  readonly #passing: string[] = [];
  #seed = 1;

  /** @param isSlow - whether time has to pass for an event. */
  constructor(model: Model<TEvent>, driver: Driver<TEvent>, isSlow: (event: string) => boolean) {
    this.#model = model;
    this.#driver = driver;
    this.#isSlow = isSlow;
    this.#coverage = new Coverage(model, ModelGraph.of(model, driver.events));
  }

  async explore(): Promise<Omit<Exploration, 'choices'>> {
    await this.#exhaust((edge) => this.#isSlow(edge.event));
    await this.#exhaust();
    return {
      differences: [...this.#differences.values()],
      coverage: this.#coverage.toJSON(),
      passing: this.#passing,
    };
  }

  async #exhaust(isLeftOut?: (edge: ModelEdge) => boolean): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const graph = new ModelGraph(
        this.#model,
        this.#driver.events,
        (edge) => this.#avoided.has(nameOf(edge)) || isLeftOut?.(edge) === true,
      );
      const wanted = wantMissing(graph, this.#walked);
      // Where payloads have to be chosen, there are too many choices on a long path.
      const isShort = isLeftOut === undefined || this.#shunned.size > 0;
      const length = isShort ? LENGTHS.slow : LENGTHS.swift;
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
      const path = this.#pathOn(steps);
      const { failure } = await this.#walkCounted(path);
      if (failure === null) continue;
      if (failure.step === -1) throw failure;
      if (await this.#comesAgain(path, failure)) {
        await this.#note(graph, path, failure);
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
  async #note(graph: ModelGraph<TEvent>, path: ModelPath<TEvent>, first: PathError): Promise<void> {
    const edge = path.steps[first.step] as ModelEdge<TEvent>;
    const known = this.#differences.get(nameOf(edge));
    const seen = new Set(known?.seen).add(first.seen);
    const [passed, failed] = [new Set(known?.passed), new Set(known?.failed)];
    failed.add(this.#payloadAt(path, first.step));
    const steps = [...shortestWay(graph, edge.from), edge];
    for (let seed = 0; seed < PROBES; seed++) {
      const probe = { steps, seed };
      const { failure } = await this.#walk(probe);
      const payload = this.#payloadAt(probe, steps.length - 1);
      if (failure === null) passed.add(payload);
      else if (failure.step === steps.length - 1) {
        seen.add(failure.seen);
        failed.add(payload);
      }
    }
    const { from, event } = edge;
    const isChosen = this.#isOneOfFew(event);
    const isToldByPayload =
      isChosen && passed.size > 0 && ![...passed].some((payload) => failed.has(payload));
    this.#differences.set(nameOf(edge), {
      from,
      event,
      seen: [...seen].sort(),
      isAlways: passed.size === 0,
      passed: isToldByPayload ? [...passed].sort() : [],
      failed: isToldByPayload ? [...failed].sort() : [],
    });
    if (isToldByPayload) for (const payload of failed) this.#shunned.add(`${nameOf(edge)} ${payload}`);
    else this.#avoided.add(nameOf(edge));
  }

  #isOneOfFew(event: TEvent): boolean {
    const payloads = Array.from({ length: 10 * FEW }, (_, seed) =>
      JSON.stringify(payloadOf(this.#model, event, randomOf(seed))),
    );
    return new Set(payloads).size <= FEW;
  }

  /** A path with a seed that brings about no payload of which it is known that it makes a difference. */
  #pathOn(steps: readonly ModelEdge<TEvent>[]): ModelPath<TEvent> {
    const first = this.#seed++;
    if (this.#shunned.size === 0) return { steps, seed: first };
    for (let tried = 0; tried < MAX_SEEDS; tried++) {
      const path = { steps, seed: first + 1000 * tried };
      const isGood = steps.every(
        (edge, at) => !this.#shunned.has(`${nameOf(edge)} ${this.#payloadAt(path, at)}`),
      );
      if (isGood) return path;
    }
    throw new Error(`${this.#driver.name}: no seed avoids what makes a difference`);
  }

  #payloadAt({ steps, seed }: ModelPath<TEvent>, at: number): string {
    return JSON.stringify(
      payloadOf(this.#model, (steps[at] as ModelEdge<TEvent>).event, randomOf(seed, at + 1)),
    );
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
