/*
 * A finite machine, walked instead of interpreted.
 *
 * A chart without context, guards and delays has a finite number of snapshots, and what an event does depends on
 * the snapshot and the event's type alone. So XState's own pure transition function is asked once per pair, when the
 * tables beside the machines are generated. From then on a transition is two look-ups, and no process has to load
 * XState to make one. Where a caller looks at an actor, `snapshots.ts` has the real machine snapshot of each node.
 */

/** A finite machine as data: every state, and where each event leads. `tableOf` makes it, and a test keeps it current. */
export interface ChartTable<TEvent extends string = string> {
  /** The machine's id. */
  readonly id: string;
  readonly events: readonly TEvent[];
  /** Sets of tags, separated by spaces; states name a set by its index. */
  readonly tags: readonly string[];
  /** Lists of timers, as the tags. */
  readonly timers: readonly string[];
  /** What happens on the way: `-service` stops it, `+service` starts it, a plain name is an action. */
  readonly effects: readonly string[];
  /**
   * The initial state first. Each is `name tags timers edges`, and an edge is `event>target:effects`; all but the name
   * are indexes. States with the same name differ in what their history remembers.
   */
  readonly states: readonly string[];
}

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
  readonly chart: Chart<string>;
  /** Its place among the states of the chart. */
  readonly index: number;
  /** The value in dotted form; parallel regions are joined by commas. */
  readonly name: string;
  readonly tags: ReadonlySet<string>;
  /** The timers that its states name in `meta.timer`; nodes that name the same ones share the list. */
  readonly timers: readonly string[];
  /** By event index; `null` is no transition, `undefined` is not read yet. */
  readonly edges: (ChartEdge | null | undefined)[];
}

/** Every edge of every chart, by its id. */
const allEdges: ChartEdge[] = [];

/** The edge with an id. */
export function edgeOf(id: number): ChartEdge {
  return allEdges[id] as ChartEdge;
}

/** A finite machine, read from its table as far as it is walked. */
export class Chart<TEvent extends string> {
  /** The machine's id. */
  readonly id: string;
  readonly events: readonly TEvent[];
  readonly initial: ChartNode;
  readonly #table: ChartTable<TEvent>;
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #nodes: ChartNode[] = [];
  readonly #tags: ReadonlySet<string>[] = [];
  readonly #timers: (readonly string[])[] = [];
  readonly #effects: (readonly Effect[])[] = [];
  /** The tags of each state by its name; made when a name is first asked for. */
  #tagsByName: Map<string, ReadonlySet<string>> | null = null;

  constructor(table: ChartTable<TEvent>) {
    this.id = table.id;
    this.events = table.events;
    this.#table = table;
    this.#indexes = new Map(table.events.map((event, index) => [event, index]));
    this.initial = this.#nodeAt(0);
  }

  /** The index of an event type, for `edge`; -1 when the chart does not know it. */
  indexOf(event: string): number {
    return this.#indexes.get(event) ?? -1;
  }

  /** The edge that an event takes out of a state, or `null` when there is none. */
  edge(node: ChartNode, index: number): ChartEdge | null {
    const edge = node.edges[index];
    return edge === undefined ? this.#read(node, index) : edge;
  }

  /** Whether the state of that name has a tag. Use it for records of states; a node has `tags`. */
  isTagged(state: string, tag: string): boolean {
    this.#tagsByName ??= new Map(
      this.#table.states.map((row) => {
        const [name, tags] = row.split(' ');
        return [String(name), this.#tagsAt(Number(tags))];
      }),
    );
    return this.#tagsByName.get(state)?.has(tag) ?? false;
  }

  #read(node: ChartNode, index: number): ChartEdge | null {
    const event = this.events[index];
    if (event === undefined) return null;
    if (this.#nodes[node.index] !== node) throw new TypeError('the state does not belong to the chart');
    const row = String(this.#table.states[node.index]);
    const found = new RegExp(` ${String(index)}>(\\d+):(\\d+)`).exec(row);
    const edge =
      found === null
        ? null
        : {
            id: allEdges.length,
            event,
            source: node,
            target: this.#nodeAt(Number(found[1])),
            effects: this.#effectsAt(Number(found[2])),
          };
    if (edge !== null) allEdges.push(edge);
    node.edges[index] = edge;
    return edge;
  }

  #nodeAt(index: number): ChartNode {
    const known = this.#nodes[index];
    if (known !== undefined) return known;
    const [name, tags, timers] = String(this.#table.states[index]).split(' ', 3);
    const node: ChartNode = {
      chart: this,
      index,
      name: String(name),
      tags: this.#tagsAt(Number(tags)),
      timers: (this.#timers[Number(timers)] ??= words(this.#table.timers[Number(timers)])),
      edges: new Array<undefined>(this.events.length).fill(undefined),
    };
    this.#nodes[index] = node;
    return node;
  }

  #tagsAt(index: number): ReadonlySet<string> {
    return (this.#tags[index] ??= new Set(words(this.#table.tags[index])));
  }

  #effectsAt(index: number): readonly Effect[] {
    return (this.#effects[index] ??= words(this.#table.effects[index]).map((word) => {
      if (word.startsWith('+')) return { kind: 'start', name: word.slice(1) };
      if (word.startsWith('-')) return { kind: 'stop', name: word.slice(1) };
      return { kind: 'action', name: word };
    }));
  }
}

function words(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}
