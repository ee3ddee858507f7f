import type { ExchangeState, SessionEvent, SessionState } from '../../../machines/index.js';
import {
  actorOf,
  edgeOf,
  enqueue,
  permits,
  sendTo,
  type Chart,
  type ChartActor,
  type ChartEdge,
  type ChartNode,
  type ChartWalk,
  type Implementation,
  type Look,
} from '../../chart/index.js';
import { LIMITS } from '../../constants.js';
import {
  InvalidStateError,
  type EndedBy,
  type HTTPSessionError,
  type TransitionRecord,
} from '../../errors/index.js';
import type { Clock, SocketAddress } from '../../transport/index.js';
import { exchanges, transitions } from '../../diagnostics.js';
import { publishStep, publishTransition } from './publish-diagnostics.js';
import { exchangeChart, sessionChart } from './charts.js';
import type { SessionObservers } from './observers.js';
import type { SessionRole } from './role.js';
import { testify, type Witness } from './testify.js';
import { sessionWatch, type WatcherSeat } from './watch.js';

/** No chunk of bytes is being dealt with. No clock shows this time, while a virtual one may well show 0. */
export const NO_MOMENT = -1;

let lastId = 0;

/**
 * What is known of a session: where its two charts are, and the facts that an error testifies to. The charts decide;
 * a change is an event that is sent to them.
 */
export abstract class SessionLedger implements Witness, ChartWalk<SessionEvent> {
  readonly id = ++lastId;
  readonly clock: Clock;
  readonly history: TransitionHistory;
  /** Set once, right after construction: what this end of the connection is. */
  role!: SessionRole;
  observers: SessionObservers | null = null;
  exception: HTTPSessionError | null = null;
  endedBy: EndedBy | null = null;
  node: ChartNode = sessionChart.initial;
  queue: SessionEvent[] | null = null;
  look: Look<SessionEvent> | null = null;
  exchange: ChartNode = exchangeChart.initial;
  /** Counts requests and connections over the whole life of the session: what belongs to another turn is history. */
  turn = 0;
  /** Which request on this connection is in progress or was the last one, counted from 1. */
  requestNumber = 0;
  requestMethod = '';
  requestTarget = '';
  /** The status of the response in progress or of the last one; 0 before there is one. */
  responseStatus = 0;
  /** How many requests of this connection were answered, or turned the connection over to another protocol. */
  answered = 0;
  exchangeBegunAt = 0;
  /** The ends of the connection, or of the last one. */
  ends: { readonly remoteAddress: SocketAddress | undefined } | null = null;
  bytesIn = 0;
  bytesOut = 0;
  /** `bytesOut` when the present cycle began: what was sent since belongs to it. */
  bytesOutBefore = 0;
  /** What those who watch keep of the session; none while nothing watches. */
  seats: WatcherSeat | null = null;
  /** The wall-clock time that holds for all that one chunk of bytes brings about. */
  protected momentsTime = NO_MOMENT;
  #isDisposed = false;
  #enteredAfter = 0;

  protected constructor(clock: Clock) {
    this.clock = clock;
    this.history = new TransitionHistory(clock.wallTime());
  }

  /** Milliseconds since the Unix epoch; read once for everything that one chunk of bytes brings about. */
  wallTime(): number {
    return this.momentsTime === NO_MOMENT ? this.clock.wallTime() : this.momentsTime;
  }

  /* What a walk needs and all sessions share; on the class, as a field would cost each of them memory. */

  get chart(): Chart<string> {
    return sessionChart;
  }

  abstract get implementation(): Implementation<never, SessionEvent>;

  get owner(): this {
    return this;
  }

  get hasEnded(): boolean {
    return this.#isDisposed && !this.isSending;
  }

  /** The XState actor, made in the present state by the first access. */
  get actor(): ChartActor {
    return actorOf(this);
  }

  /** The lifecycle state, dotted. */
  get state(): SessionState {
    return this.node.name as SessionState;
  }

  /** The state of the message cycle, dotted; parallel regions are joined by commas. */
  get exchangeState(): ExchangeState {
    return this.exchange.name as ExchangeState;
  }

  /** Since when the session has been in its lifecycle state, in milliseconds since the Unix epoch. */
  get since(): number {
    return this.history.since + this.#enteredAfter;
  }

  /** The address of the peer, for what is published; also when it is gone, if a subscriber listened when it came. */
  get peer(): SocketAddress | undefined {
    return this.ends?.remoteAddress;
  }

  /** Whether the session object has come to its end. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Whether the lifecycle state has a tag. */
  is(tag: string): boolean {
    return this.node.tags.has(tag);
  }

  /** Sends a command, or throws `InvalidStateError` when it is illegal in the present state. */
  command(call: string, event: SessionEvent): void {
    this.permit(call, event.type);
    this.notify(event);
  }

  /** Throws `InvalidStateError` when an event is illegal in the present state. */
  permit(call: string, event: SessionEvent['type']): void {
    if (this.isDisposed || !permits(this, event)) throw this.illegal(call);
  }

  /**
   * The error for a call that the present state does not allow.
   *
   * @param reason - why, where the state alone does not say it: `the response is complete`.
   */
  illegal(call: string, reason?: string): InvalidStateError {
    return testify(this, new InvalidStateError(call, this.isDisposed ? 'disposed' : this.state, reason));
  }

  /** Whether an event is being processed; what is sent meanwhile waits for its turn. */
  get isSending(): boolean {
    return this.queue !== null;
  }

  /**
   * Reports a fact to the lifecycle chart. Listeners are called once everything has been processed, so they may call
   * any method and see its effect at once.
   */
  notify(event: SessionEvent): void {
    if (this.#isDisposed) return;
    if (this.isSending) {
      enqueue(this, event);
      return;
    }
    try {
      sendTo(this, event);
    } finally {
      if (this.isDisposed) this.look?.end();
    }
    this.#reportSettled();
  }

  /** Events are mostly sent by `notify`, which says when all of them have been processed. */
  settled(): void {
    if (!this.isSending) this.#reportSettled();
  }

  #reportSettled(): void {
    this.observers?.settled();
    this.role.settled?.();
  }

  /** The lifecycle chart made a transition. */
  transitioned(edge: ChartEdge): void {
    const at = this.wallTime();
    if (transitions.hasSubscribers) {
      publishTransition(this, edge, at, at - this.since);
    }
    if (sessionWatch !== null) sessionWatch.moved(this, edge, at);
    if (edge.target !== edge.source) this.#enteredAfter = at - this.history.since;
    this.history.push(edge, at);
    this.observers?.transitioned(edge);
    this.role.transitioned(edge);
  }

  /** Whether an event is legal in the present state of the message cycle. */
  allows(event: number): boolean {
    return exchangeChart.edge(this.exchange, event) !== null;
  }

  /**
   * Moves the message cycle along; `false` when the event is illegal in its present state.
   *
   * @param reason - why the cycle fails, where the session has no exception yet.
   */
  advance(event: number, reason?: HTTPSessionError): boolean {
    // Compiled but for the first time that any session takes the step.
    const edge = this.exchange.edges[event] ?? exchangeChart.edge(this.exchange, event);
    if (edge === null) return false;
    const at = this.wallTime();
    this.exchange = edge.target;
    if (sessionWatch !== null) sessionWatch.stepped(this, edge, at);
    this.history.push(edge, at);
    if (transitions.hasSubscribers || exchanges.hasSubscribers) publishStep(this, edge, at, reason);
    return true;
  }

  /** Records that a request begins. */
  beginRequest(method: string, target: string): void {
    this.turn++;
    this.requestNumber++;
    this.requestMethod = method;
    this.requestTarget = target;
    this.responseStatus = 0;
    this.bytesOutBefore = this.bytesOut;
  }

  /** A new connection begins: nothing that the last one left counts for it. */
  startAfresh(): void {
    this.endedBy = null;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.bytesOutBefore = 0;
    this.requestNumber = 0;
    this.answered = 0;
    this.turn++;
  }

  /** Fails the connection: nothing more can be had from it. */
  fail(error: HTTPSessionError, endedBy: EndedBy): void {
    // A FIN ends one direction only; what ends the connection comes after it.
    if (this.is('attached')) this.endedBy = endedBy;
    testify(this, error);
    this.notify({ type: 'socket.failed', exception: error });
  }

  /** For `console.log`: a session holds requests and bytes, which must not reach a log. */
  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return { id: this.id, state: this.state, exchange: this.exchange.name };
  }

  /** The end of the session object. */
  end(): void {
    this.#isDisposed = true;
    if (!this.isSending) this.look?.end();
    this.observers?.ended();
  }
}

const CAPACITY = LIMITS.maxHistory.value;

/** How many edges there can be; a time stands above the id of its edge. */
const EDGES = 65_536;

/** What stands where nothing is remembered yet. */
const UNUSED = -Infinity;

/** Room for the transitions of a connection with one request; most that are idle for long had no more. */
const FIRST_RING: readonly number[] = new Array<number>(8).fill(UNUSED);

/** Room for all that is remembered. A ring that grew by itself would take more. */
const WHOLE_RING: readonly number[] = new Array<number>(CAPACITY).fill(UNUSED);

/**
 * The last transitions of a session. Edges are interned, so that remembering one is to store one number: its id, and
 * the time since the session's creation. The records that people read are made only on request. An array of doubles
 * takes 8 bytes for each, and an idle connection should cost little.
 */
export class TransitionHistory {
  /** When the session object was made, in milliseconds since the Unix epoch. */
  readonly since: number;
  #ring = FIRST_RING.slice();
  #next = 0;

  /** @param since - wall-clock time of the session's creation, in milliseconds. */
  constructor(since: number) {
    this.since = since;
  }

  /** Remembers a transition at a wall-clock time in milliseconds. */
  push(edge: ChartEdge, at: number): void {
    const after = at - this.since;
    const whole = Math.floor(after);
    if (this.#next === this.#ring.length) this.#grow();
    // A quarter and half of the fraction: what is lost of a double after years is never the id.
    this.#ring[this.#next] = whole * EDGES + edge.id + 0.25 + (after - whole) / 2;
    this.#next = this.#next + 1 === CAPACITY ? 0 : this.#next + 1;
  }

  #grow(): void {
    const ring = WHOLE_RING.slice();
    for (const [index, remembered] of this.#ring.entries()) ring[index] = remembered;
    this.#ring = ring;
  }

  /** When the last transition was, in milliseconds since the Unix epoch. */
  get lastAt(): number {
    const last = this.#ring.at(this.#next - 1) as number;
    return this.since + (last === UNUSED ? 0 : timeIn(last));
  }

  /** The remembered transitions, oldest first. */
  records(): TransitionRecord[] {
    const ring = this.#ring;
    return [...ring.slice(this.#next), ...ring.slice(0, this.#next)]
      .filter((remembered) => remembered !== UNUSED)
      .map((remembered) => recordOf(edgeOf(idIn(remembered)), this.since + timeIn(remembered)));
  }
}

function idIn(remembered: number): number {
  return Math.floor(remembered - Math.floor(remembered / EDGES) * EDGES);
}

/** Milliseconds since the session's creation. A clock may count fractions, as that of a trace does. */
function timeIn(remembered: number): number {
  const whole = Math.floor(remembered / EDGES);
  const rest = remembered - whole * EDGES;
  return whole + (rest - Math.floor(rest) - 0.25) * 2;
}

function recordOf(edge: ChartEdge, at: number): TransitionRecord {
  // No event belongs to both charts.
  const chart = sessionChart.indexOf(edge.event) === -1 ? 'exchange' : 'session';
  const event = edge.event as TransitionRecord['event'];
  return { chart, event, state: edge.target.name as TransitionRecord['state'], at };
}
