import { checkOptions, KnownNames } from '../../errors/index.js';
import { randomOf } from '../random.js';
import { cover, wantPairs, wantTransitions } from './cover.js';
import type { ModelEdge, ModelGraph } from './graph.js';
import type { ModelPath } from './path.js';

/**
 * Which paths to walk: a shortest one to each state, few that cover all transitions, few that cover all pairs of
 * transitions, or random ones.
 */
export type PathPlan = 'shortest' | 'transitions' | 'pairs' | 'random';

/** How paths are made. */
export interface PathOptions {
  /** Decides random walks and all payloads. @defaultValue 1 */
  readonly seed?: number | undefined;
  /** The most steps that a path has; a random walk has exactly so many where it can. @defaultValue 30 */
  readonly maxLength?: number | undefined;
  /** How many random walks. @defaultValue 20 */
  readonly count?: number | undefined;
}

const MAX_LENGTH = 30;
const WALKS = 20;

const OPTIONS = new KnownNames('option of pathsOf()', ['seed', 'maxLength', 'count']);

/**
 * The paths of a plan, the same for the same seed.
 *
 * @throws RangeError for a length or count that is not positive; TypeError for an unknown plan or option
 *
 * @example
 * ```ts
 * const paths = pathsOf(ModelGraph.of(serverModel), 'random', { seed: 7, count: 100 });
 * for (const path of paths) console.log(pathText(path));
 * ```
 */
export function pathsOf<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  plan: PathPlan,
  options: PathOptions = {},
): readonly ModelPath<TEvent>[] {
  checkOptions('pathsOf()', options, OPTIONS);
  KNOWN_PLANS.check(plan);
  const { seed = 1, maxLength = MAX_LENGTH, count = WALKS } = options;
  if (!(maxLength > 0) || !(count > 0)) throw new RangeError('maxLength and count must be positive');
  const ways = PLANS[plan](graph, { seed, maxLength, count }) as readonly (readonly ModelEdge<TEvent>[])[];
  return ways.map((steps, at) => ({ steps, seed: seed + at }));
}

type Resolved = Readonly<Record<'seed' | 'maxLength' | 'count', number>>;

const PLANS: Readonly<
  Record<PathPlan, (graph: ModelGraph, options: Resolved) => readonly (readonly ModelEdge[])[]>
> = {
  shortest: (graph) => shortestWays(graph),
  transitions: (graph, { maxLength }) => cover(graph, wantTransitions(graph), maxLength),
  pairs: (graph, { maxLength }) => cover(graph, wantPairs(graph), maxLength),
  random: (graph, { seed, maxLength, count }) =>
    Array.from({ length: count }, (_, at) => randomWalk(graph, seed + at, maxLength)),
};

const KNOWN_PLANS = new KnownNames('plan of paths', Object.keys(PLANS));

/** A shortest way to each state, in the order of their lengths. */
function shortestWays(graph: ModelGraph): readonly (readonly ModelEdge[])[] {
  const ways = new Map<string, readonly ModelEdge[]>([[graph.initial, []]]);
  // A Map is walked in the order of insertion, also what is inserted meanwhile: the queue of a breadth-first search.
  for (const [state, way] of ways) {
    for (const edge of graph.edgesFrom(state)) if (!ways.has(edge.to)) ways.set(edge.to, [...way, edge]);
  }
  return [...ways.values()];
}

function randomWalk(graph: ModelGraph, seed: number, length: number): readonly ModelEdge[] {
  const random = randomOf(seed);
  const walk: ModelEdge[] = [];
  for (let edges = graph.edgesFrom(graph.initial); edges.length > 0 && walk.length < length;) {
    const edge = random.pick(edges);
    walk.push(edge);
    edges = graph.edgesFrom(edge.to);
  }
  return walk;
}
