import { findCycle } from '../model/liveness.js';
import { NodeNumbers } from '../model/product-charts.js';
import { movesWithin, type PoolMove } from './pool-moves.js';
import { checkState } from './pool-policy.js';
import { poolCharts, PoolRun, quietState, type PoolCharts, type PoolSetting } from './pool-run.js';
import { cloneState, FATE, readState, writeState, type PoolState } from './pool-state.js';
import { POOL_PROPERTY_NAMES, type PoolProperty } from './properties.js';
import { DEFAULT_BOUNDS, POOL_RULES, type PoolBounds, type PoolRules } from './rules.js';

/** What is explored; everything that is left out is as the package has it. */
export interface PoolExplorationOptions {
  readonly charts?: Partial<PoolCharts>;
  /** How much the environment may do. */
  readonly bounds?: Partial<PoolBounds>;
  /** What the code around the charts decides. */
  readonly rules?: Partial<PoolRules>;
  /** What is checked; once all of these are violated, the exploration ends. @defaultValue every property */
  readonly properties?: readonly PoolProperty[];
}

/** A property that does not hold, with the shortest way there. */
export interface PoolViolation {
  readonly property: PoolProperty;
  /** The moves, each with who makes it. */
  readonly steps: readonly string[];
  /** After each move: the states of the pool, of its places and of its calls. */
  readonly story: readonly string[];
  /** How many states were known when it was found. */
  readonly states: number;
}

/** What an exploration has found. */
export interface PoolExploration {
  /** How many states of the pool there are within the bounds. */
  readonly states: number;
  /** How many moves there are between them. */
  readonly transitions: number;
  /** The length of the longest of all shortest ways to a state. */
  readonly depth: number;
  /** Every kind of move, and how often it was made. */
  readonly moves: Readonly<Record<string, number>>;
  /** The states of the charts that were met. */
  readonly visited: Readonly<Record<keyof PoolCharts, readonly string[]>>;
  /** One for each property that does not hold, the one with the shortest way. */
  readonly violations: readonly PoolViolation[];
}

const MOST = 6;

/** A product that is broken may have states without end. */
const MOST_STATES = 2_000_000;

/**
 * Explores every state that a pool, its calls and a server can come to together, breadth first, and holds each to the
 * properties.
 *
 * @throws RangeError for bounds that a state has no room for.
 */
export function explorePool(options: PoolExplorationOptions = {}): PoolExploration {
  return new Explorer(options).explore();
}

class Explorer {
  readonly #setting: PoolSetting;
  readonly #allMoves: readonly PoolMove[];
  readonly #properties: ReadonlySet<PoolProperty>;
  readonly #nodes = new NodeNumbers();
  readonly #texts: string[] = [];
  readonly #indexes = new Map<string, number>();
  /** By state: the state before it on the shortest way, and the move between the two. */
  readonly #parents: number[] = [];
  readonly #moves: number[] = [];
  readonly #depths: number[] = [];
  /** From, to, from, to. */
  readonly #edges: number[] = [];
  readonly #made: number[];
  readonly #visited = { origin: new Set<string>(), place: new Set<string>(), call: new Set<string>() };
  readonly #violations = new Map<PoolProperty, PoolViolation>();

  constructor({ charts, bounds, rules, properties = POOL_PROPERTY_NAMES }: PoolExplorationOptions) {
    const within = { ...DEFAULT_BOUNDS, ...bounds };
    for (const bound of [within.calls, within.places]) {
      if (!Number.isInteger(bound) || bound < 1 || bound > MOST) throw new RangeError('a bound is 1 to 6');
    }
    this.#setting = {
      charts: { ...poolCharts(), ...charts },
      bounds: within,
      rules: { ...POOL_RULES, ...rules },
    };
    this.#properties = new Set(properties);
    this.#allMoves = movesWithin(within);
    this.#made = new Array<number>(this.#allMoves.length).fill(0);
  }

  explore(): PoolExploration {
    this.#add(quietState(this.#setting), -1, -1);
    for (let index = 0; index < this.#texts.length && !this.#isDecided; index++) this.#expand(index);
    if (!this.#isDecided) {
      const cycle = findCycle(this.#texts.length, this.#edges, () => true);
      if (cycle !== null) this.#violate('stuck', cycle, -1);
    }
    return {
      states: this.#texts.length,
      transitions: this.#edges.length / 2,
      depth: this.#depths.at(-1) ?? 0,
      moves: Object.fromEntries(this.#allMoves.map((move, at) => [nameOf(move), this.#made[at] ?? 0])),
      visited: {
        origin: [...this.#visited.origin].sort(),
        place: [...this.#visited.place].sort(),
        call: [...this.#visited.call].sort(),
      },
      violations: [...this.#violations.values()],
    };
  }

  /** Whether there is nothing left to be found. */
  get #isDecided(): boolean {
    return this.#violations.size === this.#properties.size;
  }

  #expand(index: number): void {
    const here = new PoolRun(this.#setting, this.#stateAt(index));
    let isDue = false;
    for (const [number, move] of this.#allMoves.entries()) {
      if (!isAllowed(here, move)) continue;
      const next = new PoolRun(this.#setting, cloneState(here.state));
      makeMove(next, move);
      if (next.broken !== null) this.#violate(next.broken, index, number);
      else if (!this.#add(next.state, index, number)) continue;
      isDue ||= move.urgency === 'due';
      this.#made[number] = (this.#made[number] ?? 0) + 1;
    }
    if (!isDue && !isOver(here)) this.#violate('stuck', index, -1);
  }

  /** Enters a state, unless it is the one that it comes from: a move that changes nothing is none. */
  #add(state: PoolState, parent: number, move: number): boolean {
    const text = writeState(state, this.#nodes);
    let index = this.#indexes.get(text);
    if (index === parent) return false;
    if (index === undefined) {
      index = this.#texts.length;
      if (index >= MOST_STATES) throw new RangeError('the pool has too many states');
      this.#indexes.set(text, index);
      this.#texts.push(text);
      this.#parents.push(parent);
      this.#moves.push(move);
      this.#depths.push(parent < 0 ? 0 : (this.#depths[parent] ?? 0) + 1);
      this.#visited.origin.add(state.origin.name);
      for (const { node } of state.seats) if (node !== null) this.#visited.place.add(node.name);
      for (const { node } of state.calls) this.#visited.call.add(node.name);
    }
    if (parent >= 0) this.#edges.push(parent, index);
    return true;
  }

  #stateAt(index: number): PoolState {
    const { calls, places } = this.#setting.bounds;
    return readState(this.#texts[index] ?? '', this.#nodes, calls, places);
  }

  #violate(property: PoolProperty, index: number, last: number): void {
    if (!this.#properties.has(property) || this.#violations.has(property)) return;
    const moves: PoolMove[] = [];
    for (let at = index; at > 0; at = this.#parents[at] ?? 0) {
      moves.unshift(this.#allMoves[this.#moves[at] ?? 0] as PoolMove);
    }
    if (last >= 0) moves.push(this.#allMoves[last] as PoolMove);
    const run = new PoolRun(this.#setting, this.#stateAt(0));
    this.#violations.set(property, {
      property,
      steps: moves.map(nameOf),
      story: moves.map((move) => {
        makeMove(run, move);
        return sightOf(run.state);
      }),
      states: this.#texts.length,
    });
  }
}

/** Whether a move can be made: a fault only while some are left. */
export function isAllowed(run: PoolRun, move: PoolMove): boolean {
  if (move.urgency === 'fault' && run.state.faults >= run.setting.bounds.faults) return false;
  return move.isPossible(run);
}

/** Makes a move, with everything that follows at once, and checks the state after it. */
export function makeMove(run: PoolRun, move: PoolMove): void {
  if (move.urgency === 'fault') run.state.faults++;
  move.make(run);
  checkState(run);
}

/** The name of a move, with who makes it. */
export function nameOf({ by, name }: PoolMove): string {
  return `${by}: ${name}`;
}

/** The states of the charts, as text. */
export function sightOf({ origin, seats, calls }: PoolState): string {
  const places = seats.map(({ node }) => node?.name ?? '-').join(', ');
  return `${origin.name} | ${places} | ${calls.map(({ node }) => node.name).join(', ')}`;
}

/** Whether nothing has to happen any more. */
function isOver(run: PoolRun): boolean {
  const isSettled = run.state.calls.every(({ fate, node }) => fate === FATE.unasked || node.tags.has('over'));
  const isQuiet = run.state.seats.every(({ node }) => node === null || node.tags.has('idle'));
  return isSettled && isQuiet && (run.state.ending === 0 || run.is('closed'));
}
