import type { ChartNode } from '../../../src/chart/index.js';
import type { NodeNumbers } from './product-charts.js';
import type { Token } from './token.js';

/*
 * One state of the product: both ends, what is on the way between them, and what the environment may still do. Plain
 * numbers beside the nodes of the charts, so that a state can be written as a short text and read back from it.
 */

/** One of the two ends of the connection. */
export type End = 'client' | 'server';

/** What has become of a socket. `owned`: it was handed over, and its owner speaks; `ended`: it has sent FIN. */
export const SOCKET = { open: 0, ended: 1, owned: 2, ownedEnded: 3, gone: 4 } as const;

/**
 * Who gets the next bytes. `role`: who reads heads (the server's loop, the client's exchange, a user of raw bytes);
 * `body`: a user who reads a body; `discard`: the reader that discards the rest of a request; `lingerer`: the one that discards
 * everything.
 */
export const READER = { none: 0, role: 1, body: 2, discard: 3, lingerer: 4 } as const;

/** What a session's deadline is armed for; `none` where it may pass unnoticed. */
export const TIMER_NAMES = [
  'none',
  'firstByte',
  'keepAlive',
  'head',
  'bodyProgress',
  'continue',
  'linger',
  'receive',
] as const;

/** The name of a timer of the model. */
export type ModelTimer = (typeof TIMER_NAMES)[number];

/** What went wrong beside the rules of the connection; one thing at the most in one run. */
export const FAULTS = ['none', 'abort', 'cut', 'client freezes', 'server freezes', 'handler hangs'] as const;

/** The name of a fault. */
export type Fault = (typeof FAULTS)[number];

/** A fact of an end: its socket was handed over to an owner who speaks another protocol on it, as was agreed. */
export const SPEAKS = 16;

/** How far a drain has come. */
export const DRAIN = { none: 0, asked: 1, graceOver: 2 } as const;

/** One end of the connection, with what its session's core knows. */
export interface Endpoint {
  session: ChartNode;
  exchange: ChartNode;
  socket: number;
  reader: number;
  /** The reader to which the bytes return. */
  resting: number;
  /** Whether the buffer service runs: only then can anything arrive. */
  watched: boolean;
  timer: number;
  heardFin: boolean;
  /** The number of the request in progress, or of the last one. */
  current: number;
  /** Facts of the request in progress; each role has its own. */
  facts: number;
  /** Bytes that arrived and were not consumed. */
  held: Token[];
  /** Raw bytes that this end has sent, and those that the owner of its socket has got. */
  rawSent: number;
  rawTaken: number;
}

/** A state of the product. */
export interface ProductState {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The life of the server. */
  life: ChartNode;
  toServer: Token[];
  toClient: Token[];
  /** How many requests were sent. */
  sent: number;
  drain: number;
  fault: number;
}

export function cloneState(state: ProductState): ProductState {
  return {
    client: cloneEnd(state.client),
    server: cloneEnd(state.server),
    life: state.life,
    toServer: state.toServer.slice(),
    toClient: state.toClient.slice(),
    sent: state.sent,
    drain: state.drain,
    fault: state.fault,
  };
}

/** Field by field: a spread gives each copy a shape of its own, and there are millions. */
function cloneEnd(end: Endpoint): Endpoint {
  return {
    session: end.session,
    exchange: end.exchange,
    socket: end.socket,
    reader: end.reader,
    resting: end.resting,
    watched: end.watched,
    timer: end.timer,
    heardFin: end.heardFin,
    current: end.current,
    facts: end.facts,
    held: end.held.slice(),
    rawSent: end.rawSent,
    rawTaken: end.rawTaken,
  };
}

/** Writes a state as text: equal states, and only they, have equal texts. */
export function writeState(state: ProductState, nodes: NodeNumbers): string {
  const out: number[] = [nodes.numberOf(state.life), state.sent | (state.drain << 4) | (state.fault << 6)];
  writeEnd(state.client, nodes, out);
  writeEnd(state.server, nodes, out);
  writeTokens(state.toServer, out);
  writeTokens(state.toClient, out);
  return String.fromCharCode(...out);
}

function writeEnd(end: Endpoint, nodes: NodeNumbers, out: number[]): void {
  out.push(nodes.numberOf(end.session), nodes.numberOf(end.exchange));
  out.push(end.socket | (end.reader << 3) | (end.resting << 6) | (end.timer << 9));
  out.push((end.watched ? 1 : 0) | (end.heardFin ? 2 : 0) | (end.current << 2) | (end.facts << 6));
  out.push(end.rawSent | (end.rawTaken << 4));
  writeTokens(end.held, out);
}

function writeTokens(tokens: readonly Token[], out: number[]): void {
  out.push(tokens.length);
  for (const token of tokens) out.push(token);
}

/** Reads what `writeState` wrote. */
export function readState(text: string, nodes: NodeNumbers): ProductState {
  let at = 0;
  const next = (): number => text.charCodeAt(at++);
  const life = nodes.nodeOf(next());
  const budget = next();
  const client = readEnd(next, nodes);
  const server = readEnd(next, nodes);
  return {
    client,
    server,
    life,
    toServer: readTokens(next),
    toClient: readTokens(next),
    sent: budget & 15,
    drain: (budget >> 4) & 3,
    fault: budget >> 6,
  };
}

function readEnd(next: () => number, nodes: NodeNumbers): Endpoint {
  const session = nodes.nodeOf(next());
  const exchange = nodes.nodeOf(next());
  const reading = next();
  const heard = next();
  const raw = next();
  return {
    session,
    exchange,
    socket: reading & 7,
    reader: (reading >> 3) & 7,
    resting: (reading >> 6) & 7,
    timer: reading >> 9,
    watched: (heard & 1) !== 0,
    heardFin: (heard & 2) !== 0,
    current: (heard >> 2) & 15,
    facts: heard >> 6,
    rawSent: raw & 15,
    rawTaken: raw >> 4,
    held: readTokens(next),
  };
}

function readTokens(next: () => number): Token[] {
  const tokens: Token[] = [];
  for (let left = next(); left > 0; left--) tokens.push(next());
  return tokens;
}
