import { exchangeChart } from '../../session/index.js';
import type { ActorSubject } from '../model/actor-entry.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { hasFailed, outcomeOf, type RunningRequest } from '../model/request-reports.js';
import type { LastRequest } from '../model/shapes.js';
import type { SessionRole } from '../model/traffic-shapes.js';
import type { RecordedChange } from './change-ring.js';
import type { SessionSeat } from './session-seat.js';
import { withoutQuery } from '../model/without-queries.js';

/** A request line, as it was recorded. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
}

/** What is known of the session of a message cycle. */
export interface ExchangeOwner {
  readonly seat: SessionSeat;
  /** The id and the name of its actor. */
  readonly session: string;
  readonly sessionName: string;
  /** How many of its requests are not remembered. */
  readonly forgotten: number;
  /** What had been received before the first change that is remembered; `null` if that is forgotten. */
  readonly bytesIn: number | null;
  readonly hasQueries: boolean;
}

/** The message cycle of a session, as its changes tell it: one request after another. */
export class ReplayedExchange implements ActorSubject, RunningRequest {
  readonly #model: InspectionModel;
  readonly #owner: ExchangeOwner;
  #line: RequestLine | null = null;
  #number: number | null = null;
  #begunAt: number | null = null;
  /** What had been received before its request; as much as had been when the first change was remembered, at least. */
  bytesInBefore: number | null;
  #bytesOutBefore: number | null = null;
  #code: string | null = null;
  at = 0;
  turn: number;
  status: number | null = null;
  bytesIn = 0;
  bytesOut = 0;
  headTook = 0;
  bodyAfter: number | null = null;
  answeredAfter: number | null = null;
  readonly totals = null;
  readonly peer: string | null;

  constructor(model: InspectionModel, owner: ExchangeOwner) {
    this.#model = model;
    this.#owner = owner;
    this.turn = owner.forgotten;
    this.bytesInBefore = owner.bytesIn;
    this.peer = owner.seat.subject?.peer ?? owner.seat.last?.peer ?? null;
  }

  get name(): string {
    const request = this.turn === 0 ? 'no request' : `request ${String(this.turn)}`;
    return `session ${String(this.#owner.seat.id)} · ${request}`;
  }

  get role(): SessionRole {
    return this.#owner.seat.role;
  }

  get session(): string {
    return this.#owner.session;
  }

  get sessionName(): string {
    return this.#owner.sessionName;
  }

  get method(): string {
    return this.#line?.method ?? '';
  }

  get target(): string {
    return this.#line?.target ?? '';
  }

  get running(): number | null {
    return this.#number;
  }

  get last(): LastRequest | null {
    if (this.#line === null && this.#code === null) return null;
    const { method, target, status } = this;
    return { method, path: withoutQuery(target), status, code: this.#code };
  }

  report(): null {
    return null;
  }

  /** It is there, in a state: its request may have begun before. */
  appeared(state: string, now: number): void {
    if (!exchangeChart.isTagged(state, 'responding')) return;
    const { seat, forgotten, hasQueries } = this.#owner;
    const head = seat.first.history.findLast(({ event }) => event === 'request.head');
    this.#begin(head?.at ?? now);
    // No later request is remembered, so it is still that one.
    if (seat.core?.requestNumber !== forgotten) return;
    const { requestMethod: method, requestTarget } = seat.core;
    this.#line = { method, target: hasQueries ? requestTarget : withoutQuery(requestTarget) };
  }

  /** It took a step, which has led to a state. */
  moved(event: string, state: string, change: RecordedChange, line: RequestLine | null): void {
    const { at, first: bytesIn, second: bytesOut, status } = change;
    // Of what was received before the first change, it is not known what belongs to its request.
    this.bytesInBefore ??= bytesIn;
    this.#bytesOutBefore ??= this.#number === null ? bytesOut : this.#sentBefore(bytesOut);
    if (event === 'connection.opened') this.bytesInBefore = 0;
    if (event === 'request.begin') this.#begunAt = at;
    if (event === 'request.head') {
      this.#bytesOutBefore = bytesOut;
      this.#begin(at);
    }
    if (line !== null) {
      this.#line = line;
      this.turn++;
    }
    this.bytesIn = bytesIn - this.bytesInBefore;
    this.bytesOut = bytesOut - this.#bytesOutBefore;
    this.status = status === 0 ? null : status;
    if (this.#number === null) return;
    const after = at - this.at;
    if (event === 'response.head') this.answeredAfter ??= after;
    else if (event === 'request.end' || event === 'request.abandon') this.bodyAfter ??= after;
    if (exchangeChart.isTagged(state, 'responding')) return;
    this.#end(event, after);
    this.bytesInBefore = bytesIn;
  }

  /** What had been sent before the request that was in progress at the first change. */
  #sentBefore(bytesOut: number): number {
    const { core } = this.#owner.seat;
    return core?.requestNumber === this.turn ? core.bytesOutBefore : bytesOut;
  }

  #begin(at: number): void {
    this.at = at;
    this.headTook = this.#begunAt === null ? 0 : at - this.#begunAt;
    this.#begunAt = null;
    this.bodyAfter = null;
    this.answeredAfter = null;
    this.#code = null;
    this.#number = this.#model.requestBegan(this);
  }

  #end(event: string, after: number): void {
    if (this.#number === null) return;
    const outcome = outcomeOf(event);
    const code = hasFailed(outcome, this.status ?? 0) ? this.#code : null;
    const number = this.#number;
    this.#number = null;
    this.#model.requestEnded(number, { after, outcome, code });
  }

  /** There was an error or a fault of the session. */
  failed(code: string): void {
    this.#code = code;
  }

  /** The session is over, or is recorded no more. */
  left(isOver: boolean, now: number): void {
    if (this.#number === null) return;
    if (isOver) this.#end('', now - this.at);
    else {
      this.#model.requestForgotten(this.#number);
      this.#number = null;
    }
  }
}
