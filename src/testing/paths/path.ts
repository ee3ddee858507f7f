import type { ModelEdge, ModelGraph } from './graph.js';

/** A way through a model, from its initial state, with the seed of what its events carry. */
export interface ModelPath<TEvent extends string = string> {
  /** The transitions one after another. */
  readonly steps: readonly ModelEdge<TEvent>[];
  /** Decides the payloads. */
  readonly seed: number;
}

const ARROW = ' > ';

/** The name of a test shows the start and the end of a long path; the text of a failure shows all of it. */
const TOLD_AT_BEGIN = 4;
const TOLD_AT_END = 3;

/**
 * A path as text: `7: connect > get > fin`. `parsePath` reads it again.
 *
 * @example
 * ```ts
 * const [path] = pathsOf(ModelGraph.of(serverModel), 'random', { seed: 7 });
 * if (path !== undefined) console.log(pathText(path));
 * ```
 */
export function pathText(path: ModelPath): string {
  return `${String(path.seed)}: ${path.steps.map(({ event }) => event).join(ARROW)}`;
}

/**
 * Reads the text of a path.
 *
 * @throws SyntaxError when the text is not a path, or takes a transition that the model does not have.
 *
 * @example
 * ```ts
 * const graph = ModelGraph.of(sessionModel);
 * const path = parsePath(graph, '7: session.connect > connector.done');
 * console.log(path.steps.length, path.seed); // 2 7
 * ```
 */
export function parsePath<TEvent extends string>(graph: ModelGraph<TEvent>, text: string): ModelPath<TEvent> {
  const [, seed, events] = /^\s*(-?\d+):\s*(.*?)\s*$/s.exec(text) ?? [];
  if (seed === undefined || events === undefined) {
    throw new SyntaxError(`a path looks like "7: one > two", not like ${JSON.stringify(text)}`);
  }
  const names = events === '' ? [] : events.split(/\s*>\s*/);
  return { steps: stepsOf(graph, names), seed: Number(seed) };
}

function stepsOf<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  events: readonly string[],
): readonly ModelEdge<TEvent>[] {
  let state = graph.initial;
  return events.map((event, at) => {
    const edge = graph.edge(state, event);
    if (edge === undefined) {
      const legal = graph.edgesFrom(state).map((other) => other.event);
      throw new SyntaxError(
        `step ${String(at + 1)}: ${state} has no transition for ${JSON.stringify(event)}; it has ${legal.join(', ')}`,
      );
    }
    state = edge.to;
    return edge;
  });
}

/** The legal ones of some events, one after another: what a walk does that skips what is not possible. */
export function legalSteps<TEvent extends string>(
  graph: ModelGraph<TEvent>,
  events: readonly TEvent[],
): readonly ModelEdge<TEvent>[] {
  let state = graph.initial;
  return events.flatMap((event) => {
    const edge = graph.edge(state, event);
    if (edge === undefined) return [];
    state = edge.to;
    return [edge];
  });
}

/**
 * The name of the test of a path: what happens, and where it ends.
 *
 * @example
 * ```ts
 * const graph = ModelGraph.of(serverModel);
 * for (const path of pathsOf(graph, 'transitions')) console.log(pathName(path, graph));
 * ```
 */
export function pathName(path: ModelPath, graph: ModelGraph): string {
  const events = path.steps.map(({ event }) => event);
  const left = events.length - TOLD_AT_BEGIN - TOLD_AT_END;
  const told =
    left <= 1
      ? events
      : [...events.slice(0, TOLD_AT_BEGIN), `(${String(left)} more)`, ...events.slice(-TOLD_AT_END)];
  return `${told.join(ARROW) || 'nothing'} -> ${path.steps.at(-1)?.to ?? graph.initial}`;
}
