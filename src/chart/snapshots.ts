import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  type ExecutableActionObject,
} from 'xstate';

import type { Chart, ChartEdge, ChartNode, ChartTable, Effect } from './chart.js';
import { dotted } from './state-name.js';

/*
 * The real machine snapshots of a chart's nodes (`matches`, `can`, `hasTag`), made when a caller first looks, and shared by
 * all sessions that are in that state. The machine itself makes them: it is walked along the edges that lead to a node.
 */

/** The snapshots of one node. */
interface Snapshots {
  /** As XState made it, with the inert children that its pure functions need to name the services to stop. */
  readonly pure: AnyMachineSnapshot;
  /** Without children, which would belong to no session: nothing should be sent to them. */
  readonly active: AnyMachineSnapshot;
  /** The same state with status `done`: what an actor shows once its owner has been disposed of. */
  readonly ended: AnyMachineSnapshot;
}

const machines = new WeakMap<Chart<string>, AnyStateMachine>();
/** By id, those of charts that exist once. */
const machinesById = new Map<string, AnyStateMachine>();
const snapshots = new WeakMap<ChartNode, Snapshots>();

const kNode = Symbol('chart node');

/** Names the machine that the table of a chart was made from. */
export function bindMachine<TEvent extends string>(chart: Chart<TEvent>, machine: AnyStateMachine): void {
  machines.set(chart, machine);
}

/** The same for charts out of reach: each machine has the id of its chart. */
export function bindMachines(...bound: readonly AnyStateMachine[]): void {
  for (const machine of bound) machinesById.set(machine.id, machine);
}

/** The machine of a chart. */
export function machineOf(chart: Chart<string>): AnyStateMachine {
  const machine = machines.get(chart) ?? machinesById.get(chart.id);
  if (machine === undefined) throw new TypeError(`the machine of the chart ${chart.id} is not loaded`);
  return machine;
}

/** The machine snapshot of a node. */
export function snapshotOf(node: ChartNode): AnyMachineSnapshot {
  return snapshotsOf(node).active;
}

/** The machine snapshot of a node whose owner was disposed of: its status is `done`. */
export function endedSnapshotOf(node: ChartNode): AnyMachineSnapshot {
  return snapshotsOf(node).ended;
}

/** The interned state of a snapshot; `undefined` when the snapshot comes from the stock interpreter. */
export function nodeOf(snapshot: AnyMachineSnapshot): ChartNode | undefined {
  return (snapshot as { [kNode]?: ChartNode })[kNode];
}

/** The name of a snapshot's state, whichever engine it comes from. */
export function nameOf(snapshot: AnyMachineSnapshot): string {
  return nodeOf(snapshot)?.name ?? dotted(snapshot.value);
}

function snapshotsOf(node: ChartNode): Snapshots {
  const known = snapshots.get(node);
  if (known !== undefined) return known;
  const pure = pureSnapshot(node);
  const active = { ...pure, children: {} } as AnyMachineSnapshot;
  const ended = { ...active, status: 'done', output: undefined } as AnyMachineSnapshot;
  for (const snapshot of [active, ended]) Object.defineProperty(snapshot, kNode, { value: node });
  const made = { pure, active, ended };
  snapshots.set(node, made);
  return made;
}

function pureSnapshot(node: ChartNode): AnyMachineSnapshot {
  const machine = machineOf(node.chart);
  const edge = edgeInto(node);
  if (edge === null) return initialTransition(machine)[0];
  return transition(machine, snapshotsOf(edge.source).pure, { type: edge.event })[0];
}

/** The last edge of a shortest walk to a node; `null` for the initial one. */
function edgeInto(node: ChartNode): ChartEdge | null {
  const { chart } = node;
  const into = new Map<ChartNode, ChartEdge | null>([[chart.initial, null]]);
  // A map also visits what is added meanwhile.
  for (const source of into.keys()) {
    if (source === node) break;
    for (const index of chart.events.keys()) {
      const edge = chart.edge(source, index);
      if (edge !== null && !into.has(edge.target)) into.set(edge.target, edge);
    }
  }
  return into.get(node) ?? null;
}

/** The table of a machine: XState's pure functions are asked for each pair of a state and an event. */
export function tableOf<TEvent extends string>(
  machine: AnyStateMachine,
  events: readonly TEvent[],
): ChartTable<TEvent> {
  const lists = { tags: new Indexed(), timers: new Indexed(), effects: new Indexed() };
  const initial = initialTransition(machine)[0];
  const indexes = new Map([[keyOf(initial), 0]]);
  const found = [initial];
  // An array also visits what is added meanwhile.
  const states = Array.from(eachOf(found), (snapshot) => {
    const edges = [...events.entries()].flatMap(([index, type]) => {
      const event: EventObject = { type };
      if (!snapshot.can(event)) return [];
      const [next, actions] = transition(machine, snapshot, event);
      const key = keyOf(next);
      if (!indexes.has(key)) indexes.set(key, found.push(next) - 1);
      const effects = lists.effects.indexOf(actions.map(effectOf).map(wordOf));
      return `${String(index)}>${String(indexes.get(key))}:${String(effects)}`;
    });
    const tags = lists.tags.indexOf([...snapshot.tags].sort());
    const timers = lists.timers.indexOf(timersOf(snapshot));
    return [dotted(snapshot.value), tags, timers, ...edges].join(' ');
  });
  const { tags, timers, effects } = lists;
  return { id: machine.id, events, tags: tags.all, timers: timers.all, effects: effects.all, states };
}

function* eachOf<TItem>(items: readonly TItem[]): Generator<TItem> {
  for (const item of items) yield item;
}

/** Lists of words, each kept once. */
class Indexed {
  readonly all: string[] = [];

  indexOf(words: readonly string[]): number {
    const text = words.join(' ');
    const index = this.all.indexOf(text);
    return index === -1 ? this.all.push(text) - 1 : index;
  }
}

function keyOf({ value, historyValue }: AnyMachineSnapshot): string {
  return JSON.stringify([value, historyValue]);
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

function wordOf({ kind, name }: Effect): string {
  return kind === 'start' ? `+${name}` : kind === 'stop' ? `-${name}` : name;
}
