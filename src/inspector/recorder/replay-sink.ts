import { nameOfStateValue } from '../../inspect/state-value.js';
import type { InspectedActor, InspectedState, InspectorSink } from '../../inspect/stately-inspector.js';
import { sessionChart } from '../../session/index.js';
import type { ActorSubject } from '../model/actor-entry.js';
import { InspectionModel } from '../model/inspection-model.js';
import type { RecordedActor, Recording } from '../model/shapes.js';
import type { SessionRole } from '../model/traffic-shapes.js';
import { historyOf } from '../page-server/model-sink.js';
import { packageCharts } from '../page-server/package-charts.js';
import type { RecordedChange } from './change-ring.js';
import type { Incident } from './incidents.js';
import { ReplayedExchange, type ExchangeOwner, type RequestLine } from './replayed-exchange.js';
import { SessionSeat } from './session-seat.js';
import { reportWithoutQueries, withoutQuery } from '../model/without-queries.js';

/** What an actor was before the oldest change that is remembered. */
export type Past = Pick<RecordedActor, 'since' | 'changedAt'> & {
  /** How many transitions it made since it is recorded. */
  readonly transitions: number;
};

interface Shown {
  readonly key: string;
  readonly role: SessionRole;
  readonly exchange: ReplayedExchange;
}

/** Reports what is replayed to a model of its own, which then has what the page's would have. */
export class ReplaySink implements InspectorSink {
  /** The time of what is replayed. */
  now: number;
  /** The change of a session that is replayed, with the line of its request if that begins. */
  change: { readonly change: RecordedChange; readonly line: RequestLine | null } | null = null;
  readonly #model: InspectionModel;
  readonly #hasQueries: boolean;
  /** What a session did before the changes that are remembered. */
  readonly #earlierOf: (seat: SessionSeat) => Pick<ExchangeOwner, 'forgotten' | 'bytesIn'>;
  readonly #pasts = new Map<string, Past>();
  /** The sessions that are there, by their numbers. */
  readonly #shown = new Map<number, Shown>();
  readonly #exchanges = new Map<string, ReplayedExchange>();
  /** The states of sessions, by the keys of their actors. */
  readonly #states = new Map<string, string>();
  /** The number of the last change that only says what was there at the beginning. */
  #setUp = 0;

  constructor(
    begin: number,
    hasQueries: boolean,
    earlierOf: (seat: SessionSeat) => Pick<ExchangeOwner, 'forgotten' | 'bytesIn'>,
  ) {
    this.now = begin;
    this.#hasQueries = hasQueries;
    this.#earlierOf = earlierOf;
    this.#model = new InspectionModel({
      ...{ now: () => this.now, charts: packageCharts, maxChanges: Number.MAX_SAFE_INTEGER },
    });
  }

  /** What comes from here on did happen; everything before was there at the beginning. */
  begin(): void {
    this.#setUp = this.#model.recording().log.length;
  }

  actor(actor: InspectedActor, { status, value }: InspectedState): void {
    const { sessionId: id, id: name, _parent: parent, logic } = actor;
    const state = value === undefined ? '' : nameOfStateValue(value);
    const earlier = this.#model.has(id) ? undefined : historyOf(actor);
    const subject = this.#subjectOf(actor, state);
    this.#model.appeared({
      ...{ id, name, parent: parent?.sessionId ?? null, definition: logic.config },
      ...{ state, status },
      ...(subject === null ? {} : { subject }),
      earlier,
    });
  }

  #subjectOf(actor: InspectedActor, state: string): ActorSubject | null {
    if (actor.session instanceof SessionSeat) {
      this.#states.set(actor.sessionId, state);
      return subjectOf(actor.session, this.#hasQueries);
    }
    const { sessionId: key, logic, _parent: parent } = actor;
    const { id } = logic.config as { readonly id?: string };
    const seat = parent?.session;
    if (id !== 'exchange' || !(seat instanceof SessionSeat) || parent === undefined) return null;
    const known = this.#exchanges.get(key);
    if (known !== undefined) return known;
    const exchange = new ReplayedExchange(this.#model, {
      ...{ seat, session: parent.sessionId, sessionName: parent.id, hasQueries: this.#hasQueries },
      ...this.#earlierOf(seat),
    });
    this.#exchanges.set(key, exchange);
    this.#shown.set(seat.id, { key: parent.sessionId, role: seat.role, exchange });
    exchange.appeared(state, this.now);
    return exchange;
  }

  /** What an actor was before the beginning. */
  remember({ sessionId }: InspectedActor, past: Past): void {
    this.#pasts.set(sessionId, past);
  }

  snapshot(
    { sessionId: id, _parent: parent, session }: InspectedActor,
    { status, value }: InspectedState,
    info?: { event?: { type: string } },
  ): void {
    const event = info?.event?.type ?? '';
    const state = value === undefined ? '' : nameOfStateValue(value);
    if (session !== undefined) this.#states.set(id, state);
    const exchange = this.#exchanges.get(id);
    if (exchange !== undefined) {
      if (status !== 'active') {
        const of = this.#states.get(parent?.sessionId ?? '') ?? '';
        exchange.left(!sessionChart.isTagged(of, 'attached'), this.now);
        this.#exchanges.delete(id);
      } else if (this.change !== null) {
        exchange.moved(event, state, this.change.change, this.change.line);
      }
    }
    this.#model.moved(id, { event, state, status });
    if (session instanceof SessionSeat && status !== 'active') this.#shown.delete(session.id);
  }

  /** An error or a fault of a session, or a request that was refused. */
  happened({ session, code, refused }: Incident): void {
    const shown = this.#shown.get(session);
    if (refused === null) {
      shown?.exchange.failed(code);
      this.#model.errorOccurred({ code, session: shown?.key ?? null, role: shown?.role ?? 'server' });
      return;
    }
    if (session !== 0 && shown === undefined) return;
    const { method, target, status, peer, bytesIn } = refused;
    this.#model.requestRefused({
      ...{ at: this.now, session: shown?.key ?? null, sessionName: shown?.exchange.sessionName ?? peer },
      ...{ turn: (shown?.exchange.turn ?? 0) + 1, method, target, status, code },
      bytesIn: bytesIn - (shown?.exchange.bytesInBefore ?? 0),
    });
  }

  recording(): Recording {
    const recording = this.#model.recording({ hasQueries: this.#hasQueries });
    if (this.#setUp === 0) return recording;
    const log = recording.log.filter(({ number }) => number > this.#setUp);
    const changed = new Set(log.map(({ actor }) => actor));
    const actors = recording.actors.map((actor) => {
      const past = this.#pasts.get(actor.id);
      if (past === undefined) return actor;
      return changed.has(actor.id)
        ? { ...actor, ...past, changedAt: actor.changedAt }
        : { ...actor, ...past };
    });
    return { ...recording, actors, log };
  }
}

/** What can be seen of a recorded session: now, or when it was seen last. */
function subjectOf({ subject, last }: SessionSeat, hasQueries: boolean): ActorSubject | null {
  if (subject !== null) {
    if (hasQueries) return subject;
    return {
      peer: subject.peer,
      totals: subject.totals,
      last: subject.last,
      report: () => reportWithoutQueries(subject.report()),
    };
  }
  const { peer = null, totals, request = null, report = null } = last ?? {};
  if (report === null || totals === undefined) return null;
  const shown = request === null ? null : { ...request, path: withoutQuery(request.path) };
  return { peer, totals, last: shown, report: () => (hasQueries ? report : reportWithoutQueries(report)) };
}
