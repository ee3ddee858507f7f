import type { ModelEdge, ModelGraph } from './graph.js';

type Edges<TEvent extends string> = readonly ModelEdge<TEvent>[];

/** What a cover is made of: which edges are worth taking after an edge, or at the start. */
export interface Wanted<TEvent extends string> {
  /** Whether taking `next` after `last` covers something new. */
  isWanted(last: ModelEdge<TEvent> | undefined, next: ModelEdge<TEvent>): boolean;
  /** Notes that it was taken. */
  take(last: ModelEdge<TEvent> | undefined, next: ModelEdge<TEvent>): void;
  /** Whether nothing is left. */
  isDone(): boolean;
}

/** Wants every transition. */
export function wantTransitions<TEvent extends string>(graph: ModelGraph<TEvent>): Wanted<TEvent> {
  const left = new Set(graph.edges);
  return {
    isWanted: (_last, next) => left.has(next),
    take: (_last, next) => left.delete(next),
    isDone: () => left.size === 0,
  };
}

/** Wants every two transitions of which the second may follow the first. */
export function wantPairs<TEvent extends string>(graph: ModelGraph<TEvent>): Wanted<TEvent> {
  const left = new Map(graph.edges.map((edge) => [edge, new Set(graph.edgesFrom(edge.to))]));
  return {
    isWanted: (last, next) => last !== undefined && left.get(last)?.has(next) === true,
    take: (last, next) => {
      if (last === undefined) return;
      const seconds = left.get(last);
      seconds?.delete(next);
      if (seconds?.size === 0) left.delete(last);
    },
    isDone: () => [...left.values()].every((seconds) => seconds.size === 0),
  };
}

/**
 * Few long paths that cover all that is wanted: each takes the nearest thing that is wanted, again and again, until it has
 * `maxLength` steps. Long paths save resets; too long ones are hard to read when they fail.
 */
export function cover<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  wanted: Wanted<TEvent>,
  maxLength: number,
): Edges<TEvent>[] {
  const paths: Edges<TEvent>[] = [];
  while (!wanted.isDone()) {
    const path = onePath(graph, wanted, maxLength);
    // What no way leads to would be waited for in vain.
    if (path.length === 0) break;
    paths.push(path);
  }
  return paths;
}

function onePath<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  wanted: Wanted<TEvent>,
  maxLength: number,
): Edges<TEvent> {
  const path: ModelEdge<TEvent>[] = [];
  while (path.length < maxLength) {
    const way = nearest(graph, wanted, path.at(-1));
    if (way === undefined || (path.length > 0 && path.length + way.length > maxLength)) break;
    for (const edge of way) {
      wanted.take(path.at(-1), edge);
      path.push(edge);
    }
  }
  return path;
}

/** The shortest way on from an edge whose last step is wanted. */
function nearest<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  wanted: Wanted<TEvent>,
  start: ModelEdge<TEvent> | undefined,
): Edges<TEvent> | undefined {
  const cameFrom = new Map<ModelEdge<TEvent>, ModelEdge<TEvent> | undefined>();
  const queue: (ModelEdge<TEvent> | undefined)[] = [start];
  for (let at = 0; at < queue.length; at++) {
    const last = queue[at];
    for (const next of graph.edgesFrom(last?.to ?? graph.initial)) {
      if (wanted.isWanted(last, next)) return [...wayTo(cameFrom, last, start), next];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, last);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo<TEvent extends string>(
  cameFrom: ReadonlyMap<ModelEdge<TEvent>, ModelEdge<TEvent> | undefined>,
  end: ModelEdge<TEvent> | undefined,
  start: ModelEdge<TEvent> | undefined,
): ModelEdge<TEvent>[] {
  const way: ModelEdge<TEvent>[] = [];
  for (let edge = end; edge !== undefined && edge !== start; edge = cameFrom.get(edge)) way.unshift(edge);
  return way;
}
