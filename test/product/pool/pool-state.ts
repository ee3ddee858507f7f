import type { ChartNode } from '../../../src/chart/index.js';
import type { NodeNumbers } from '../model/product-charts.js';

/*
 * One state of a pool: its calls, its places with the line behind each, and what the environment may still do. Plain
 * numbers beside the nodes of the charts, so that a state can be written as a short text and read back from it.
 */

/** What a server sends, as far as a session can tell it apart. `whole`: a response that ends with its head. */
export const SENT = { head: 1, end: 2, whole: 3, fin: 4, rst: 5 } as const;

/** What the server's side of a connection does. `asked`: a request is on its way to it. */
export const SERVER = { none: 0, idle: 1, asked: 2, working: 3, answering: 4, gone: 5 } as const;

/** What has become of the promise of a call. */
export const FATE = { unasked: 0, pending: 1, resolved: 2, rejected: 3 } as const;

/** How far an exchange has come: nothing, the head of the response, a caller who reads its body. */
export const STAGE = { unanswered: 0, unread: 1, read: 2 } as const;

/** No call, no place. */
export const NONE = 7;

/** How far the end of the pool has come. */
export const ENDING = { none: 0, drain: 1, close: 2 } as const;

/** A call: the order of calls is the order in which they were made. */
export interface CallState {
  node: ChartNode;
  fate: number;
  /** Whether it is in the queue. */
  waits: boolean;
  /** The place that is connected for it, reserved for it, or serves it. */
  place: number;
}

/** A place, with its session and the line behind it. `node` is `null` where there is none. */
export interface SeatState {
  node: ChartNode | null;
  /** The call that it is connected for, reserved for, or serves. */
  call: number;
  /** It is being connected, and no call waits for it. */
  isOrphan: boolean;
  /** It has served before, so that the close of the server may cross a request. */
  isReused: boolean;
  /** How far its exchange has come. */
  stage: number;
  /** It is to serve no further call: it is too old, or its server does not keep it. */
  isSpent: boolean;
  /** It is idle: its rank among the idle places, 1 for the one that was used last; 0 where it is not. */
  rank: number;
  server: number;
  /** What is on its way to the client; the first `arrived` of it are readable. */
  line: number[];
  arrived: number;
}

/** A state of the product. */
export interface PoolState {
  origin: ChartNode;
  readonly calls: CallState[];
  readonly seats: SeatState[];
  /** How many places the pool believes to be taken. */
  taken: number;
  ending: number;
  /** Whether the last connect failed. */
  hasFailed: boolean;
  /** How many faults of the server or the network have happened. */
  faults: number;
}

export function emptySeat(): SeatState {
  return {
    node: null,
    call: NONE,
    isOrphan: false,
    isReused: false,
    stage: STAGE.unanswered,
    isSpent: false,
    rank: 0,
    server: SERVER.none,
    line: [],
    arrived: 0,
  };
}

export function cloneState(state: PoolState): PoolState {
  return {
    origin: state.origin,
    calls: state.calls.map((call) => ({ ...call })),
    seats: state.seats.map((seat) => ({ ...seat, line: seat.line.slice() })),
    taken: state.taken,
    ending: state.ending,
    hasFailed: state.hasFailed,
    faults: state.faults,
  };
}

/** Writes a state as text: equal states, and only they, have equal texts. */
export function writeState(state: PoolState, nodes: NodeNumbers): string {
  const { origin, calls, seats, taken, ending, hasFailed, faults } = state;
  const out = [nodes.numberOf(origin), taken + 8, ending | (hasFailed ? 4 : 0), faults];
  for (const { node, fate, waits, place } of calls) {
    out.push(nodes.numberOf(node), fate | (waits ? 4 : 0) | (place << 3));
  }
  for (const seat of seats) {
    out.push(seat.node === null ? 0 : nodes.numberOf(seat.node) + 1);
    out.push(
      seat.call |
        (seat.isOrphan ? 8 : 0) |
        (seat.isReused ? 16 : 0) |
        (seat.isSpent ? 32 : 0) |
        (seat.stage << 6),
    );
    out.push(seat.rank | (seat.server << 3) | (seat.arrived << 6), seat.line.length, ...seat.line);
  }
  return String.fromCharCode(...out);
}

/** Reads what `writeState` wrote. */
export function readState(text: string, nodes: NodeNumbers, calls: number, seats: number): PoolState {
  let at = 0;
  const next = (): number => text.charCodeAt(at++);
  const [origin, taken, ending, faults] = [nodes.nodeOf(next()), next() - 8, next(), next()];
  return {
    origin,
    taken,
    ending: ending & 3,
    hasFailed: (ending & 4) !== 0,
    faults,
    calls: Array.from({ length: calls }, () => {
      const [node, facts] = [nodes.nodeOf(next()), next()];
      return { node, fate: facts & 3, waits: (facts & 4) !== 0, place: facts >> 3 };
    }),
    seats: Array.from({ length: seats }, () => {
      const [number, facts, line, length] = [next(), next(), next(), next()];
      return {
        node: number === 0 ? null : nodes.nodeOf(number - 1),
        call: facts & 7,
        isOrphan: (facts & 8) !== 0,
        isReused: (facts & 16) !== 0,
        isSpent: (facts & 32) !== 0,
        stage: facts >> 6,
        rank: line & 7,
        server: (line >> 3) & 7,
        arrived: line >> 6,
        line: Array.from({ length }, next),
      };
    }),
  };
}
