import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateNode,
  type AnyStateMachine,
  type EventObject,
  type ExecutableActionObject,
} from 'xstate';

import { activePaths, dotted } from './state-name.js';

/*
 * A finite machine, walked instead of interpreted.
 *
 * A chart without context, guards and delays has a finite number of snapshots, and what an event does depends on
 * the snapshot and the event's type alone. So XState's own pure transition function is asked once per pair, the
 * answer is interned, and from then on a transition is two look-ups. Every snapshot handed out is a real machine
 * snapshot (`matches`, `can`, `hasTag`), shared by all sessions that are in that state.
 */

/** What happens on the way along an edge, in XState's order: services stop, actions run, services start. */
export type Effect =
  | { readonly kind: 'action'; readonly name: string }
  | { readonly kind: 'start'; readonly name: string }
  | { readonly kind: 'stop'; readonly name: string };

/** One transition: where an event leads from and to, and what happens on the way. */
export interface ChartEdge {
  /** Its place in `edgeOf`, by which a history remembers it. */
  readonly id: number;
  readonly event: string;
  readonly source: ChartNode;
  readonly target: ChartNode;
  readonly effects: readonly Effect[];
}

/** One state of a chart, interned. */
export interface ChartNode {
  /** The value in dotted form; parallel regions are joined by commas. */
  readonly name: string;
  readonly snapshot: AnyMachineSnapshot;
  readonly tags: ReadonlySet<string>;
  /** The timers that its states name in `meta.timer`; nodes that name the same ones share the list. */
  readonly timers: readonly string[];
  /** By event index; `null` is no transition, `undefined` is not asked yet. */
  readonly edges: (ChartEdge | null | undefined)[];
  /** The same state with status `done`: what an actor shows once its owner has been disposed of. */
  readonly ended: AnyMachineSnapshot;
}

/** XState's snapshots with the inert children that its pure functions need to name the services to stop. */
const pureSnapshots = new WeakMap<ChartNode, AnyMachineSnapshot>();

const kNode = Symbol('chart node');

/** Every edge of every chart, by its id. */
const allEdges: ChartEdge[] = [];

/** The edge with an id. */
export function edgeOf(id: number): ChartEdge {
  return allEdges[id] as ChartEdge;
}

/** A finite machine, compiled lazily: each (state, event type) is asked of XState once. */
export class Chart<TEvent extends string> {
  readonly machine: AnyStateMachine;
  readonly events: readonly TEvent[];
  readonly initial: ChartNode;
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #nodes = new Map<string, ChartNode>();
  readonly #timers = new Map<string, readonly string[]>();

  constructor(machine: AnyStateMachine, events: readonly TEvent[]) {
    this.machine = machine;
    this.events = events;
    this.#indexes = new Map(events.map((event, index) => [event, index]));
    this.initial = this.#intern(initialTransition(machine)[0]);
  }

  /** The index of an event type, for `step`; -1 when the chart does not know it. */
  indexOf(event: string): number {
    return this.#indexes.get(event) ?? -1;
  }

  /** The edge that an event takes out of a state, or `null` when there is none. */
  edge(node: ChartNode, index: number): ChartEdge | null {
    const edge = node.edges[index];
    return edge === undefined ? this.#resolve(node, index) : edge;
  }

  /** Whether an event is legal in the state of a snapshot, interned or not. */
  permits(snapshot: AnyMachineSnapshot, event: TEvent): boolean {
    const node = nodeOf(snapshot);
    return node === undefined ? snapshot.can({ type: event }) : this.edge(node, this.indexOf(event)) !== null;
  }

  /** Whether the state of that name has a tag. Use it for records of states; a snapshot has `hasTag`. */
  isTagged(state: string, tag: string): boolean {
    return activePaths(state).some((path) => {
      let node: AnyStateNode | undefined = this.machine.root;
      return path.split('.').some((key) => {
        node = node?.states[key];
        return node?.tags.includes(tag) ?? false;
      });
    });
  }

  #resolve(node: ChartNode, index: number): ChartEdge | null {
    const type = this.events[index];
    if (type === undefined) return null;
    const event: EventObject = { type };
    const from = pureSnapshots.get(node);
    if (from === undefined) throw new TypeError('the state belongs to no chart');
    let edge: ChartEdge | null = null;
    if (from.can(event)) {
      const [next, actions] = transition(this.machine, from, event);
      edge = {
        id: allEdges.length,
        event: type,
        source: node,
        target: this.#intern(next),
        effects: actions.map(effectOf),
      };
    }
    if (edge !== null) allEdges.push(edge);
    node.edges[index] = edge;
    return edge;
  }

  #intern(snapshot: AnyMachineSnapshot): ChartNode {
    const key = JSON.stringify([snapshot.value, snapshot.historyValue]);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    // Children are inert copies that belong to no session: nothing should be sent to them.
    const clean = { ...snapshot, children: {} } as AnyMachineSnapshot;
    const node: ChartNode = {
      name: dotted(snapshot.value),
      snapshot: clean,
      tags: snapshot.tags,
      timers: this.#internTimers(timersOf(snapshot)),
      edges: new Array<undefined>(this.events.length).fill(undefined),
      ended: { ...clean, status: 'done', output: undefined } as AnyMachineSnapshot,
    };
    Object.defineProperty(clean, kNode, { value: node });
    Object.defineProperty(node.ended, kNode, { value: node });
    pureSnapshots.set(node, snapshot);
    this.#nodes.set(key, node);
    return node;
  }

  #internTimers(timers: readonly string[]): readonly string[] {
    const key = timers.join();
    const known = this.#timers.get(key) ?? timers;
    this.#timers.set(key, known);
    return known;
  }
}

/** The interned state of a snapshot; `undefined` when the snapshot comes from the stock interpreter. */
export function nodeOf(snapshot: AnyMachineSnapshot): ChartNode | undefined {
  return (snapshot as { [kNode]?: ChartNode })[kNode];
}

/** The name of a snapshot's state, whichever engine it comes from. */
export function nameOf(snapshot: AnyMachineSnapshot): string {
  return nodeOf(snapshot)?.name ?? dotted(snapshot.value);
}

function timersOf(snapshot: AnyMachineSnapshot): readonly string[] {
  const metas = Object.values(snapshot.getMeta()) as ({ readonly timer?: string } | undefined)[];
  return metas.flatMap((meta) => meta?.timer ?? []);
}

/** What one entry of XState's list of actions means here. */
export function effectOf(action: ExecutableActionObject): Effect {
  const params = action.params as { readonly src?: unknown; readonly id?: unknown } | undefined;
  if (action.type === 'xstate.spawnChild') return { kind: 'start', name: String(params?.id) };
  if (action.type === 'xstate.stopChild') return { kind: 'stop', name: String(params?.id) };
  return { kind: 'action', name: action.type };
}
