import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';

import { dotted } from '../../chart/index.js';
import { initialSnapshotOf, refuseHiddenState, walking } from '../models/hidden-state.js';
import { checkModel, type Model } from '../models/model.js';

/** One transition of a model. */
export interface ModelEdge<TEvent extends string = string> {
  /** The state it leads out of, dotted. */
  readonly from: string;
  /** The event that it takes. */
  readonly event: TEvent;
  /** The state it leads to, dotted; may be the same. */
  readonly to: string;
}

/** Asking XState for every state and event takes its time, and the answer never changes. */
const graphs = new WeakMap<object, Map<string, ModelGraph>>();

/**
 * All that can happen in a model: its states and transitions, as `xstate/graph` finds them.
 *
 * @example
 * ```ts
 * const graph = ModelGraph.of(serverModel);
 * console.log(graph.initial, graph.states.length, graph.edges.length);
 * for (const { event, to } of graph.edgesFrom(graph.initial)) console.log(event, '->', to);
 * ```
 */
export class ModelGraph<TEvent extends string = string> {
  /** Where every path begins, dotted. */
  readonly initial: string;
  /** All states that can be reached, in the order in which they are found. */
  readonly states: readonly string[];
  /** All transitions out of them. */
  readonly edges: readonly ModelEdge<TEvent>[];
  readonly #from: ReadonlyMap<string, readonly ModelEdge<TEvent>[]>;

  /**
   * @param events - the events that may happen; those of the model when not given.
   * @param isAvoided - transitions that paths do not take, nor what only they lead to.
   * @throws TypeError for a machine with guards or history states, and for one that cannot start or fails on an event.
   */
  constructor(
    model: Model<TEvent>,
    events?: readonly TEvent[],
    isAvoided: (edge: ModelEdge<TEvent>) => boolean = () => false,
  ) {
    checkModel(model);
    const subject = `the ${model.name} model`;
    refuseHiddenState(subject, model.machine);
    const initial = initialSnapshotOf(subject, model.machine);
    const adjacencies = walking(subject, () => adjacenciesOf(model.machine, events ?? model.events));
    const written = new Map(
      adjacencies.map((adjacency) => [
        dotted(adjacency.state.value),
        edgesOf<TEvent>(adjacency).filter((edge) => !isAvoided(edge)),
      ]),
    );
    this.initial = dotted(initial.value);
    this.#from = reachable(written, this.initial);
    this.states = [...this.#from.keys()];
    this.edges = [...this.#from.values()].flat();
  }

  /** The graph of a model; the same one whenever it is asked for. @throws what the constructor throws */
  static of<TEvent extends string>(model: Model<TEvent>, events?: readonly TEvent[]): ModelGraph<TEvent> {
    checkModel(model);
    const ofModel = graphs.get(model) ?? new Map<string, ModelGraph>();
    graphs.set(model, ofModel);
    const key = (events ?? model.events).join(' ');
    const graph = (ofModel.get(key) as ModelGraph<TEvent> | undefined) ?? new ModelGraph(model, events);
    ofModel.set(key, graph);
    return graph;
  }

  /** The transitions out of a state. */
  edgesFrom(state: string): readonly ModelEdge<TEvent>[] {
    return this.#from.get(state) ?? [];
  }

  /** The transition that an event takes out of a state; `undefined` when it takes none. */
  edge(state: string, event: string): ModelEdge<TEvent> | undefined {
    return this.edgesFrom(state).find((edge) => edge.event === event);
  }
}

interface Adjacency {
  readonly state: AnyMachineSnapshot;
  readonly transitions: Readonly<
    Record<string, { readonly event: EventObject; readonly state: AnyMachineSnapshot }>
  >;
}

function adjacenciesOf(machine: AnyStateMachine, events: readonly string[]): readonly Adjacency[] {
  const options = {
    events: events.map((type) => ({ type })),
    filterEvents: (snapshot: AnyMachineSnapshot, event: EventObject) => snapshot.can(event),
    serializeState: (snapshot: AnyMachineSnapshot) => dotted(snapshot.value),
  };
  const found: unknown = getAdjacencyMap(machine as never, options as never);
  return Object.values(found as Record<string, Adjacency>);
}

/** What a state leads to, and what that leads to; in the order in which it was written down. */
function reachable<TEvent extends string>(
  written: ReadonlyMap<string, readonly ModelEdge<TEvent>[]>,
  initial: string,
): ReadonlyMap<string, readonly ModelEdge<TEvent>[]> {
  const found = new Set([initial]);
  // A Set is walked in the order of insertion, also what is inserted meanwhile.
  for (const state of found) for (const { to } of written.get(state) ?? []) found.add(to);
  return new Map([...written].filter(([state]) => found.has(state)));
}

function edgesOf<TEvent extends string>({ state, transitions }: Adjacency): readonly ModelEdge<TEvent>[] {
  return Object.values(transitions).map((taken) => ({
    from: dotted(state.value),
    event: taken.event.type as TEvent,
    to: dotted(taken.state.value),
  }));
}
