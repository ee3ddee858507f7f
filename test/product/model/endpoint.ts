import type { ExchangeEventType } from '../../../machines/exchange.events.js';
import type { ChartEdge } from '../../../src/chart/index.js';
import type { ProductCharts } from './product-charts.js';
import {
  READER,
  SOCKET,
  TIMER_NAMES,
  type End,
  type Endpoint,
  type ModelTimer,
  type ProductState,
} from './product-state.js';
import type { PropertyName } from './properties.js';
import type { Bounds, Rules } from './rules.js';
import { FIN, kindOf, numberOf, RESET, tokenText, type Token } from './token.js';

/*
 * What both ends do: the part of the product that `SessionCore`, the implementation of the session chart and the
 * transport are. The charts decide here as well: everything is an event for them, and their effects are carried out
 * by name, in their order.
 */

/** A role (client or server) as `SessionCore` sees it. */
export interface RoleModel {
  /** Bytes have come for the role itself. */
  bytesArrived(run: Run): void;
  /** Bytes have arrived for the reader of a body. */
  bodyArrived(run: Run): void;
  /** The peer has finished sending, and the role, or the reader of a body, was waiting. */
  streamEnded(run: Run): void;
  bodyEnded(run: Run): void;
  /** The same without a waiting reader. */
  streamEndedUnread(run: Run): void;
  /** The waiting reader will get nothing any more. `isLost`: the peer, or the network, has ended the connection. */
  readFailed(run: Run, isLost: boolean): void;
  deadlineExpired(run: Run, timer: ModelTimer): void;
}

/** Receives what passes, to draw it. */
export type Narrator = (from: string, to: string, text: string) => void;

/** What is the same for all steps of an exploration. */
export interface Setting {
  readonly charts: ProductCharts;
  readonly bounds: Bounds;
  readonly rules: Rules;
  readonly roles: Readonly<Record<End, RoleModel>>;
}

/** One step from a state: what it works on. The state is its own to change. */
export class Run implements Setting {
  readonly state: ProductState;
  readonly charts: ProductCharts;
  readonly bounds: Bounds;
  readonly rules: Rules;
  readonly roles: Readonly<Record<End, RoleModel>>;
  readonly narrate: Narrator | null;
  /** The property that this step has broken. */
  broken: PropertyName | null = null;
  /** Whether what fails at present was ended by the peer or by the network. */
  isLost = false;

  constructor({ charts, bounds, rules, roles }: Setting, state: ProductState, narrate: Narrator | null) {
    this.state = state;
    this.charts = charts;
    this.bounds = bounds;
    this.rules = rules;
    this.roles = roles;
    this.narrate = narrate;
  }
}

export function peerOf(end: End): End {
  return end === 'client' ? 'server' : 'client';
}

/** What is on its way to an end. */
export function wayTo({ state }: Run, end: End): Token[] {
  return end === 'client' ? state.toClient : state.toServer;
}

export function isAttached({ session }: Endpoint): boolean {
  return session.tags.has('attached');
}

/** Tells the session chart; `false` when the event is illegal, or ignored, in its state. */
export function notify(run: Run, end: End, event: string): boolean {
  const { session } = run.charts[end];
  const endpoint = run.state[end];
  const edge = session.edge(endpoint.session, session.indexOf(event));
  if (edge === null) return false;
  for (const effect of edge.effects) {
    if (effect.kind === 'action') carryOut(run, end, effect.name);
    else if (effect.name === 'bufferService') endpoint.watched = effect.kind === 'start';
  }
  endpoint.session = edge.target;
  return true;
}

/** A command of the product's own code: where the chart does not allow it, it throws. */
export function command(run: Run, end: End, event: string, property: PropertyName): void {
  if (!notify(run, end, event)) run.broken ??= property;
}

/** Whether the exchange chart has a transition for an event. */
export function allows(run: Run, end: End, event: ExchangeEventType): boolean {
  return exchangeEdge(run, end, event) !== null;
}

/** Tells the exchange chart; `false` when the event is illegal in its state. */
export function advance(run: Run, end: End, event: ExchangeEventType): boolean {
  const edge = exchangeEdge(run, end, event);
  if (edge !== null) run.state[end].exchange = edge.target;
  return edge !== null;
}

function exchangeEdge(run: Run, end: End, event: ExchangeEventType): ChartEdge | null {
  const { exchange } = run.charts[end];
  return exchange.edge(run.state[end].exchange, exchange.indexOf(event));
}

/** What the names in the session chart do; the counterpart of `session/implementation.ts`. */
function carryOut(run: Run, end: End, action: string): void {
  switch (action) {
    case 'setException':
      failWaiters(run, end);
      break;
    case 'attachSocket':
      advance(run, end, 'connection.opened');
      break;
    case 'detachSocket':
      letGo(run, end, SOCKET.owned);
      takeOver(run, end);
      break;
    case 'endWriting':
      send(run, end, FIN);
      break;
    case 'closeSocket':
    case 'destroySocket':
      send(run, end, FIN);
      letGo(run, end, SOCKET.gone);
      break;
    case 'resetSocket':
      send(run, end, RESET);
      letGo(run, end, SOCKET.gone);
      break;
    default:
  }
}

/** The socket is not the session's any more. */
function letGo(run: Run, end: End, socket: number): void {
  const endpoint = run.state[end];
  endpoint.socket = socket === SOCKET.owned && endpoint.socket === SOCKET.ended ? SOCKET.ownedEnded : socket;
  failWaiters(run, end);
  endpoint.resting = READER.none;
  if (socket === SOCKET.gone) endpoint.held = [];
  advance(run, end, 'connection.closed');
}

/** All pending operations of this session fail. */
function failWaiters(run: Run, end: End): void {
  const endpoint = run.state[end];
  const { reader } = endpoint;
  endpoint.timer = 0;
  endpoint.reader = READER.none;
  if (reader === READER.lingerer) {
    // An exception does not end the lingering, only the loss of the socket does.
    if (endpoint.socket === SOCKET.gone) return;
    arm(run, end, 'linger');
    endpoint.reader = reader;
  } else if (reader !== READER.none) run.roles[end].readFailed(run, run.isLost);
}

/** The connection fails: nothing more can be had from it. `isLost`: the peer, or the network, has ended it. */
export function fail(run: Run, end: End, isLost: boolean): void {
  run.isLost = isLost;
  notify(run, end, 'socket.failed');
  run.isLost = false;
}

/** Hands a token to the socket. A socket that is gone, or has finished sending, takes none; a reset it always sends. */
export function send(run: Run, end: End, token: Token): void {
  const endpoint = run.state[end];
  if (endpoint.socket === SOCKET.gone) return;
  const hasEnded = endpoint.socket === SOCKET.ended || endpoint.socket === SOCKET.ownedEnded;
  if (hasEnded && token !== RESET) return;
  if (token === FIN) endpoint.socket = endpoint.socket === SOCKET.owned ? SOCKET.ownedEnded : SOCKET.ended;
  put(run, end, token);
}

/** Puts a token on the line. There is no use in sending anything to a socket that is gone. */
function put(run: Run, from: End, token: Token): void {
  const to = peerOf(from);
  run.narrate?.(from, 'network', tokenText(token));
  if (run.state[to].socket === SOCKET.gone && (token === FIN || token === RESET)) return;
  wayTo(run, to).push(token);
}

export function arm(run: Run, end: End, timer: ModelTimer): void {
  run.state[end].timer = TIMER_NAMES.indexOf(timer);
}

/** What the deadline is armed for. */
export function timerOf({ timer }: Endpoint): ModelTimer {
  return TIMER_NAMES[timer] as ModelTimer;
}

/** The waiting reader has what it wanted. */
export function rest({ state }: Run, end: End): void {
  state[end].timer = 0;
  state[end].reader = state[end].resting;
}

/** Sets the waiting reader; the end of the stream may have come before. */
export function ask(run: Run, end: End, reader: number): void {
  const endpoint = run.state[end];
  endpoint.reader = reader;
  if (endpoint.held.length > 0) bytesArrived(run, end);
  if (endpoint.reader === reader && !endpoint.session.tags.has('readable')) streamEnded(run, end);
}

/** Ends writing, and throws away what still arrives (`SessionCore.linger`). */
export function linger(run: Run, end: End): void {
  const endpoint = run.state[end];
  notify(run, end, 'session.linger');
  if (!isAttached(endpoint)) return;
  if (run.rules.lingers) arm(run, end, 'linger');
  endpoint.resting = READER.none;
  endpoint.held = [];
  ask(run, end, READER.lingerer);
}

function bytesArrived(run: Run, end: End): void {
  const endpoint = run.state[end];
  if (endpoint.reader === READER.role) run.roles[end].bytesArrived(run);
  else if (endpoint.reader === READER.lingerer) endpoint.held = [];
  else if (endpoint.reader !== READER.none) run.roles[end].bodyArrived(run);
}

function streamEnded(run: Run, end: End): void {
  const { reader } = run.state[end];
  if (reader === READER.role) run.roles[end].streamEnded(run);
  else if (reader === READER.body || reader === READER.discard) run.roles[end].bodyEnded(run);
}

/** Whether an end takes the next token that is on its way to it. */
export function canReceive(run: Run, end: End): boolean {
  const { socket, watched } = run.state[end];
  return socket >= SOCKET.owned || watched;
}

/** The next token reaches an end. */
export function receive(run: Run, end: End): void {
  const token = wayTo(run, end).shift();
  if (token === undefined) return;
  const endpoint = run.state[end];
  run.narrate?.('network', end, tokenText(token));
  if (endpoint.socket === SOCKET.gone) answerForTheDead(run, end, token);
  else if (endpoint.socket >= SOCKET.owned) ownerTakes(run, end, token);
  else if (token === FIN) {
    endpoint.heardFin = true;
    notify(run, end, 'socket.ended');
    if (endpoint.reader === READER.none) run.roles[end].streamEndedUnread(run);
    else streamEnded(run, end);
  } else {
    endpoint.held.push(token);
    bytesArrived(run, end);
  }
}

/** The system answers by a reset what arrives at a socket that is closed (RFC 9112 section 9.6). */
function answerForTheDead(run: Run, end: End, token: Token): void {
  if (token === FIN) return;
  if (run.state[peerOf(end)].socket === SOCKET.gone || wayTo(run, peerOf(end)).includes(RESET)) return;
  put(run, end, RESET);
}

/** The reset reaches an end, and whatever was on its way before is lost. */
export function receiveReset(run: Run, end: End): void {
  wayTo(run, end).length = 0;
  const endpoint = run.state[end];
  run.narrate?.('network', end, tokenText(RESET));
  if (endpoint.socket === SOCKET.gone) return;
  const isOwned = endpoint.socket >= SOCKET.owned;
  endpoint.socket = SOCKET.gone;
  if (isOwned) {
    endpoint.held = [];
    return;
  }
  fail(run, end, true);
}

/** What was not consumed comes first to the new owner; a FIN that the session has heard, it finds on the socket. */
function takeOver(run: Run, end: End): void {
  const endpoint = run.state[end];
  for (const token of run.rules.handOver(endpoint.held)) ownerTakes(run, end, token);
  endpoint.held = [];
  if (endpoint.heardFin) ownerTakes(run, end, FIN);
}

/** The owner of a socket that was handed over takes what arrives, and checks that no byte is missing or doubled. */
function ownerTakes(run: Run, end: End, token: Token): void {
  const endpoint = run.state[end];
  if (token === FIN) {
    endpoint.heardFin = true;
    if (endpoint.rawTaken !== run.state[peerOf(end)].rawSent) run.broken ??= 'hand-over';
    if (endpoint.socket === SOCKET.ownedEnded) endpoint.socket = SOCKET.gone;
  } else if (kindOf(token) === 'raw') {
    if (numberOf(token) !== endpoint.rawTaken + 1) run.broken ??= 'hand-over';
    endpoint.rawTaken = numberOf(token);
  }
}
