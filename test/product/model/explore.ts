import { clientRole } from './client-role.js';
import { Run, type Narrator, type Setting } from './endpoint.js';
import { connect, unconnectedState } from './initial-state.js';
import { findCycle, findStuck } from './liveness.js';
import { makeMove, nameOf } from './make-move.js';
import type { Move } from './move.js';
import { MOVES } from './moves.js';
import { pipeliningRole } from './pipelining-role.js';
import { NodeNumbers, productCharts, type ProductCharts } from './product-charts.js';
import { cloneState, readState, writeState, type End, type ProductState } from './product-state.js';
import { PROPERTY_NAMES, type PropertyName } from './properties.js';
import { DEFAULT_BOUNDS, PRODUCT_RULES, type Bounds, type Rules } from './rules.js';
import { serverRole } from './server-role.js';

/** What is explored; everything that is left out is as the product has it. */
export interface ExplorationOptions {
  /** The charts of the client's end. */
  readonly client?: ProductCharts['client'];
  /** The charts of the server's end. */
  readonly server?: ProductCharts['server'];
  /** How much the environment may do. */
  readonly bounds?: Partial<Bounds>;
  /** What the code around the charts decides. */
  readonly rules?: Partial<Rules>;
  /** What is checked; once all of these are violated, the exploration ends. @defaultValue every property */
  readonly properties?: readonly PropertyName[];
}

/** A property that does not hold, with the shortest way there. */
export interface Violation {
  /** The property that does not hold. */
  readonly property: PropertyName;
  /** The names of the moves, each with who makes it. */
  readonly steps: readonly string[];
  /** How many states were known when it was found. */
  readonly states: number;
  /** What passes on the way, for `printCounterExample`. */
  readonly story: readonly StoryLine[];
}

/** One line of a story: a message from one to another, or, without a receiver, a note about one. */
export interface StoryLine {
  /** The sender, or the participant of a note. */
  readonly from: string;
  /** The receiver; `null` for a note. */
  readonly to: string | null;
  /** The text. */
  readonly text: string;
}

/** What an exploration has found. */
export interface Exploration {
  /** How many states of the product there are within the bounds. */
  readonly states: number;
  /** How many moves there are between them. */
  readonly transitions: number;
  /** The length of the longest of all shortest ways to a state. */
  readonly depth: number;
  /** Every kind of move, and how often it was made. */
  readonly moves: Readonly<Record<string, number>>;
  /** The states of the session chart that each end has been in. */
  readonly visited: Readonly<Record<End, readonly string[]>>;
  /** One for each property that does not hold, the one with the shortest way. */
  readonly violations: readonly Violation[];
}

/**
 * Explores every state that a client session and a server session on one connection can come to together, breadth first,
 * and holds each to the properties.
 *
 * @throws RangeError for bounds that a state has no room for.
 */
export function exploreProduct(options: ExplorationOptions = {}): Exploration {
  return new Explorer(options).explore();
}

const MOST = 7;

class Explorer {
  readonly #setting: Setting;
  readonly #properties: ReadonlySet<PropertyName>;
  readonly #nodes = new NodeNumbers();
  readonly #texts: string[] = [];
  readonly #indexes = new Map<string, number>();
  /** By state: the state before it on the shortest way, and the move between the two. */
  readonly #parents: number[] = [];
  readonly #moves: number[] = [];
  readonly #depths: number[] = [];
  /** From, to, from, to. */
  readonly #edges: number[] = [];
  readonly #draining: boolean[] = [];
  readonly #made = new Array<number>(MOVES.length).fill(0);
  readonly #visited = { client: new Set<string>(), server: new Set<string>() };
  readonly #violations = new Map<PropertyName, Violation>();

  constructor({ client, server, bounds, rules, properties = PROPERTY_NAMES }: ExplorationOptions) {
    const charts = productCharts();
    const within = { ...DEFAULT_BOUNDS, ...bounds };
    for (const bound of [within.requests, within.rawBytes, within.pipelining]) {
      if (!Number.isInteger(bound) || bound < 0 || bound > MOST) throw new RangeError('a bound is 0 to 7');
    }
    this.#properties = new Set(properties);
    this.#setting = {
      charts: { client: client ?? charts.client, server: server ?? charts.server, life: charts.life },
      bounds: within,
      rules: { ...PRODUCT_RULES, ...rules },
      roles: { client: within.pipelining > 1 ? pipeliningRole : clientRole, server: serverRole },
    };
  }

  explore(): Exploration {
    const start = this.#run(unconnectedState(this.#setting.charts));
    connect(start);
    this.#add(start.state, -1, -1);
    for (let index = 0; index < this.#texts.length && !this.#isDecided; index++) this.#expand(index);
    if (!this.#isDecided) this.#checkCycles();
    return {
      states: this.#texts.length,
      transitions: this.#edges.length / 2,
      depth: this.#depths.at(-1) ?? 0,
      moves: Object.fromEntries(MOVES.map((move, number) => [nameOf(move), this.#made[number] ?? 0])),
      visited: { client: [...this.#visited.client].sort(), server: [...this.#visited.server].sort() },
      violations: [...this.#violations.values()],
    };
  }

  /** Whether there is nothing left to be found. */
  get #isDecided(): boolean {
    return this.#violations.size === this.#properties.size;
  }

  #run(state: ProductState, narrate: Narrator | null = null): Run {
    return new Run(this.#setting, state, narrate);
  }

  #expand(index: number): void {
    const here = this.#run(this.#stateAt(index));
    const possible: Move[] = [];
    MOVES.forEach((move, number) => {
      if (!move.isPossible(here)) return;
      const next = this.#run(cloneState(here.state));
      makeMove(next, move);
      if (next.broken !== null) this.#violate(next.broken, index, number);
      else if (this.#add(next.state, index, number)) {
        possible.push(move);
        this.#made[number] = (this.#made[number] ?? 0) + 1;
      }
    });
    const found = findStuck(here, possible);
    if (found !== null) this.#violate(found, index, -1);
    this.#draining[index] = found === null && here.state.drain > 0 && here.state.life.name !== 'stopped';
  }

  /** Enters a state, unless it is the one that it comes from: a move that changes nothing is none. */
  #add(state: ProductState, parent: number, move: number): boolean {
    const text = writeState(state, this.#nodes);
    let index = this.#indexes.get(text);
    if (index === parent) return false;
    if (index === undefined) {
      index = this.#texts.length;
      this.#indexes.set(text, index);
      this.#texts.push(text);
      this.#parents.push(parent);
      this.#moves.push(move);
      this.#depths.push(parent < 0 ? 0 : (this.#depths[parent] ?? 0) + 1);
      this.#visited.client.add(state.client.session.name);
      this.#visited.server.add(state.server.session.name);
    }
    if (parent >= 0) this.#edges.push(parent, index);
    return true;
  }

  #stateAt(index: number): ProductState {
    return readState(this.#texts[index] ?? '', this.#nodes);
  }

  #checkCycles(): void {
    const cycle = findCycle(this.#texts.length, this.#edges, (index) => this.#draining[index] === true);
    if (cycle !== null) this.#violate('drain', cycle, -1);
  }

  #violate(property: PropertyName, index: number, last: number): void {
    if (!this.#properties.has(property) || this.#violations.has(property)) return;
    const moves = this.#wayTo(index);
    if (last >= 0) moves.push(last);
    this.#violations.set(property, {
      property,
      steps: moves.map((number) => nameOf(MOVES[number] as Move)),
      states: this.#texts.length,
      story: this.#story(moves),
    });
  }

  #wayTo(index: number): number[] {
    const moves: number[] = [];
    for (let at = index; at > 0; at = this.#parents[at] ?? 0) moves.push(this.#moves[at] ?? 0);
    return moves.reverse();
  }

  /** Makes the moves again, and writes down what passes. */
  #story(moves: readonly number[]): StoryLine[] {
    const lines: StoryLine[] = [];
    const run = this.#run(this.#stateAt(0), (from, to, text) => lines.push({ from, to, text }));
    for (const number of moves) {
      const move = MOVES[number] as Move;
      if (move.by !== move.to) lines.push({ from: move.by, to: move.to, text: move.name });
      else if (move.name !== 'timer' && move.by !== 'network') {
        lines.push({ from: move.by, to: null, text: move.name });
      } else if (move.name === 'cut')
        lines.push({ from: 'network', to: null, text: 'the connection is cut' });
      const before = namesOf(run.state);
      makeMove(run, move);
      const after = namesOf(run.state);
      for (const end of ['client', 'server'] as const) {
        if (before[end] !== after[end]) lines.push({ from: end, to: null, text: after[end] });
      }
    }
    return lines;
  }
}

function namesOf({ client, server }: ProductState): { client: string; server: string } {
  return {
    client: `${client.session.name} / ${client.exchange.name}`,
    server: `${server.session.name} / ${server.exchange.name}`,
  };
}
