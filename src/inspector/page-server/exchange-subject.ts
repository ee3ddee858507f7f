import { exchangeChart, type SessionLedger } from '../../session/index.js';
import type { Clock } from '../../transport/index.js';
import type { ActorSubject } from '../model/actor-entry.js';
import type { InspectionModel } from '../model/inspection-model.js';
import {
  hasFailed,
  outcomeOf,
  type RefusedReport,
  type RequestEnd,
  type RunningRequest,
} from '../model/request-reports.js';
import type { LastRequest } from '../model/shapes.js';
import type { SessionRole } from '../model/traffic-shapes.js';
import type { SessionSubject } from './session-subject.js';

/** The actor of a session. */
export interface SessionActor {
  readonly id: string;
  readonly name: string;
}

/**
 * The message cycle of a session of this process, as the page sees it: one request after another. It hears the events of
 * the exchange chart, and reads the session where it needs more. It reads the clock at each event: the sessions note
 * whole milliseconds, and one time for all that a chunk of bytes brings about.
 */
export class ExchangeSubject implements ActorSubject, RunningRequest {
  readonly #model: InspectionModel;
  readonly #clock: Clock;
  readonly #core: SessionLedger;
  readonly #owner: SessionSubject;
  readonly #actor: SessionActor;
  #handle: number | null = null;
  /** Monotonic: when the head was complete. */
  #headAt = 0;
  /** Monotonic: when the head began, if it came in pieces. */
  #begunAt: number | null = null;
  #bytesInBefore: number;
  #code: string | null = null;
  at = 0;
  headTook = 0;
  bodyAfter: number | null = null;
  answeredAfter: number | null = null;

  constructor(model: InspectionModel, clock: Clock, owner: SessionSubject, actor: SessionActor) {
    this.#model = model;
    this.#clock = clock;
    this.#owner = owner;
    this.#core = owner.core;
    this.#bytesInBefore = bytesInBefore(owner.core);
    this.#actor = actor;
  }

  // ---- as an actor -----------------------------------------------------------------------------------------------------

  get name(): string {
    const { id, requestNumber } = this.#core;
    return `session ${String(id)} · ${requestNumber === 0 ? 'no request' : `request ${String(requestNumber)}`}`;
  }

  get role(): SessionRole {
    return this.#owner.role;
  }

  get peer(): string | null {
    return this.#owner.peer;
  }

  /** Those of the session are not counted twice. */
  readonly totals = null;

  get last(): LastRequest | null {
    return this.#owner.last;
  }

  get running(): number | null {
    return this.#handle;
  }

  report(): null {
    return null;
  }

  // ---- as a request ----------------------------------------------------------------------------------------------------

  get session(): string {
    return this.#actor.id;
  }

  get sessionName(): string {
    return this.#actor.name;
  }

  get turn(): number {
    return this.#core.requestNumber;
  }

  get method(): string {
    return this.#core.requestMethod;
  }

  get target(): string {
    return this.#core.requestTarget;
  }

  get status(): number | null {
    return this.#core.responseStatus || null;
  }

  /** Since the request before: what has arrived of the next one already counts for this one. */
  get bytesIn(): number {
    return this.#core.bytesIn - this.#bytesInBefore;
  }

  get bytesOut(): number {
    return this.#core.bytesOut - this.#core.bytesOutBefore;
  }

  // ---- what is heard ---------------------------------------------------------------------------------------------------

  /** The exchange made a transition. */
  moved(event: string, state: string): void {
    if (this.#handle === null) this.#movedWhileIdle(event);
    else {
      const after = this.#clock.now() - this.#headAt;
      this.#note(event, after);
      if (!exchangeChart.isTagged(state, 'responding')) this.#end(event, after);
    }
  }

  /** It is shown from now on, in this state: its request may have begun long ago. */
  appeared(state: string): void {
    if (!exchangeChart.isTagged(state, 'responding')) return;
    const records = this.#core.history.records();
    const head = records.findLastIndex(({ event }) => event === 'request.head');
    const now = this.#clock.wallTime();
    const at = records[head]?.at ?? now;
    this.#begin(now - at);
    for (const { event, at: then } of records.slice(head + 1)) this.#note(event, then - at);
  }

  #movedWhileIdle(event: string): void {
    if (event === 'request.head') this.#begin(0);
    else if (event === 'request.begin') this.#begunAt = this.#clock.now();
    else if (event === 'connection.opened') this.#bytesInBefore = 0;
  }

  #note(event: string, after: number): void {
    if (event === 'response.head') this.answeredAfter ??= after;
    else if (event === 'request.end' || event === 'request.abandon') this.bodyAfter ??= after;
  }

  #begin(ago: number): void {
    this.#headAt = this.#clock.now() - ago;
    this.at = this.#clock.wallTime() - ago;
    this.headTook = this.#begunAt === null ? 0 : this.#headAt - this.#begunAt;
    this.#begunAt = null;
    this.bodyAfter = null;
    this.answeredAfter = null;
    this.#code = null;
    this.#handle = this.#model.requestBegan(this);
  }

  #end(event: string, after: number): void {
    const outcome = outcomeOf(event);
    const code = this.#core.exception?.code ?? this.#code;
    this.#settle({ after, outcome, code: hasFailed(outcome, this.#core.responseStatus) ? code : null });
  }

  #settle(end: RequestEnd): void {
    if (this.#handle === null) return;
    const handle = this.#handle;
    this.#handle = null;
    this.#model.requestEnded(handle, end);
    this.#bytesInBefore = this.#core.bytesIn;
  }

  /** There was an error or a fault of the session. */
  failed(code: string): void {
    this.#code = code;
  }

  /** The session is over, or no longer shown: then nothing more is known of its request. */
  left(): void {
    if (this.#handle === null) return;
    if (this.#core.is('attached')) {
      this.#model.requestForgotten(this.#handle);
      this.#handle = null;
    } else this.#end('', this.#clock.now() - this.#headAt);
  }

  /** The session refused a request before it was an exchange. */
  refused({
    method,
    target,
    status,
    code,
  }: Pick<RefusedReport, 'method' | 'target' | 'status' | 'code'>): void {
    this.#model.requestRefused({
      ...{ at: this.#clock.wallTime(), session: this.session, sessionName: this.sessionName },
      ...{ turn: this.#core.requestNumber + 1, method, target, status, bytesIn: this.bytesIn, code },
    });
  }
}

/**
 * What a session that has not been watched until now had received before its request. If that is not the first one, it is
 * not known how much of it has come already.
 */
export function bytesInBefore({ bytesIn, requestNumber, exchange }: SessionLedger): number {
  const isFirst = requestNumber === (exchange.tags.has('responding') ? 1 : 0);
  return isFirst ? 0 : bytesIn;
}
