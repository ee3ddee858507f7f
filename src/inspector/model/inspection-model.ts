import { ActorRegistry, type ActorRegistryOptions } from './actor-registry.js';
import type { ReportedActor, ReportedChange } from './actor-reports.js';
import { listActors, type Conditioned } from './actor-lists.js';
import { countsIn, talliesOf, type ChartTally } from './chart-tally.js';
import { ErrorMarks } from './error-marks.js';
import { KnownCharts, type Gauges, type KnownChartsOptions } from './known-charts.js';
import { recordedRequests, recordedSeconds, restoreRequests, restoreSeconds } from './recorded-traffic.js';
import { earlierOf, logAround } from './journal.js';
import { checkedRecording, restoredChanges, restoredEntry } from './recording.js';
import type { GradualRecording } from './recording-pieces.js';
import { RequestLog, type RequestLogOptions } from './request-log.js';
import { listPaths } from './request-paths.js';
import { everyRequest, listRequests, runningRow } from './request-queries.js';
import {
  hasFailed,
  outcomeOf,
  type RefusedReport,
  type ReportedError,
  type RequestEnd,
  type RunningRequest,
} from './request-reports.js';
import { SecondLog } from './second-log.js';
import {
  RECORDING_FORMAT,
  type ActorDetail,
  type ActorList,
  type ActorSummary,
  type ActorQuery,
  type ChartCounts,
  type ChartDefinition,
  type FleetFrame,
  type Loss,
  type Recording,
} from './shapes.js';
import { countsOf, historyOf, minuteBefore, pulseOf } from './traffic-history.js';
import type {
  History,
  HistoryQuery,
  Minute,
  MinuteQuery,
  PathRow,
  Pulse,
  RequestList,
  RequestQuery,
  RequestRow,
  SessionRole,
} from './traffic-shapes.js';
import type { ActorEntry } from './actor-entry.js';

export type { EarlierChange, ReportedActor, ReportedChange } from './actor-reports.js';

/** What a model needs, and how much it records; tests lower the caps. */
export interface InspectionModelOptions extends ActorRegistryOptions, RequestLogOptions {
  /** The charts of this package, by whose tags connections and requests are counted. Default: nothing is counted. */
  readonly charts?: KnownChartsOptions;
  readonly maxSeconds?: number;
}

/** With more children than that, a log is of the actor alone. */
const MAX_LOGGED_CHILDREN = 20;
const MAX_TOLD_CHILDREN = 100;
/** As many as the page keeps of an actor. */
const MAX_TOLD_LOG = 2_000;

/**
 * All that the page can show: the actors, the counts in each state, what changed when, the requests, and what happened in
 * each second. Everything is bounded; reports that there is no room for are counted.
 *
 * The past is the present with the latest changes undone. So counts, lists and single actors are available for any time
 * that the journal reaches back to, and a recording is the same model as JSON. Before that, counts are known for each
 * second, and requests.
 */
export class InspectionModel {
  readonly #clock: () => number;
  /** The time of the report, or of the query, that is being dealt with. */
  #time: number;
  readonly #actors: ActorRegistry;
  readonly #charts: KnownCharts;
  readonly #requests: RequestLog;
  readonly #seconds: SecondLog;
  readonly #marks = new ErrorMarks();
  readonly #listeners = new Set<() => void>();
  /** How many other programs report. */
  #foreign = 0;

  constructor(options: InspectionModelOptions) {
    this.#clock = options.now;
    this.#time = options.now();
    const now = (): number => this.#time;
    this.#actors = new ActorRegistry({ ...options, now }, () => {
      this.#changed();
    });
    this.#charts = new KnownCharts(options.charts ?? null, this.#actors.definitions);
    this.#requests = new RequestLog(options);
    this.#seconds = new SecondLog(() => {
      const { tallies } = this.#actors;
      const gauges = (role: SessionRole): Gauges => this.#charts.gauges(tallies, role);
      return { tallies, server: gauges('server'), client: gauges('client') };
    }, options.maxSeconds);
  }

  /** Opens a recording. @throws TypeError with a readable text if it is not one */
  static from(recording: unknown): InspectionModel {
    const { at, dropped, definitions, actors, log, ...traffic } = checkedRecording(recording);
    const model = new InspectionModel({ now: () => at, maxChanges: Math.max(log.length, 1) });
    for (const definition of definitions) model.#actors.definitions.adopt(definition);
    model.#actors.restore(actors.map(restoredEntry), dropped);
    for (const change of restoredChanges(log, model.#actors.entries)) model.#actors.restoreChange(change);
    restoreRequests(model.#requests, traffic.requests);
    restoreSeconds(model.#seconds, traffic.seconds, at);
    for (const mark of traffic.marks) model.#marks.push(mark);
    model.#foreign = traffic.hasForeign ? 1 : 0;
    return model;
  }

  // ---- reports ---------------------------------------------------------------------------------------------------------

  /** Before anything changes: what was until now belongs to the seconds before. */
  #advance(): void {
    this.#time = this.#clock();
    this.#seconds.advance(this.#time);
    this.#actors.transitions.advance(this.#seconds.currentAt);
  }

  /** An actor has appeared in a state, or a known one is reported again. */
  appeared(reported: ReportedActor): void {
    this.#advance();
    this.#actors.appeared(reported);
    const role = this.#actors.entries.get(reported.id)?.role ?? null;
    if (role !== null) this.#seconds.see(role);
  }

  /** An actor has changed; no effect if it is unknown. Without an event, only a new state or status is a change. */
  moved(id: string, change: ReportedChange): void {
    this.#advance();
    if (this.#foreign > 0) this.#countForeign(id, change);
    this.#actors.moved(id, change);
  }

  /** Of a request of another program no more is known than that its exchange has ended, and by which event. */
  #countForeign(id: string, { event, state }: ReportedChange): void {
    const entry = this.#actors.entries.get(id);
    if (entry?.subject !== null || entry.chart === null) return;
    if (this.#charts.roleOf(entry.chart) !== 'exchange') return;
    if (!this.#charts.isResponding(entry.condition.state) || this.#charts.isResponding(state)) return;
    this.#seconds.countRequest(entry.role ?? 'server', null, outcomeOf(event) === 'failed');
  }

  /** Another program has begun to report. */
  programJoined(): void {
    this.#foreign++;
  }

  /** Another program has stopped to report. */
  programLeft(): void {
    this.#foreign--;
  }

  /** Counts a report that is not remembered. */
  drop(why: Loss): void {
    this.#actors.drop(why);
  }

  /** A request has begun: its head is complete. @returns a handle, for `requestEnded` */
  requestBegan(request: RunningRequest): number {
    this.#advance();
    return this.#requests.began(request);
  }

  /** A request has ended: its response is complete, or never will be. */
  requestEnded(handle: number, end: RequestEnd): void {
    const request = this.#requests.running(handle);
    if (request === null) return;
    this.#advance();
    this.#requests.ended(handle, end);
    this.#seconds.countRequest(request.role, end.after, hasFailed(end.outcome, request.status ?? 0));
    this.#changed();
  }

  /** A server has refused a request by itself. */
  requestRefused({ code, ...request }: RefusedReport): void {
    const none = { bytesOut: 0, headTook: 0, bodyAfter: 0, answeredAfter: 0 };
    const handle = this.requestBegan({ ...request, role: 'server', ...none });
    this.requestEnded(handle, { after: 0, outcome: 'failed', code });
  }

  /** A request is watched no more. */
  requestForgotten(handle: number): void {
    this.#requests.forget(handle);
  }

  /** There was an error or a fault of a session. */
  errorOccurred({ code, session, role }: ReportedError): void {
    this.#advance();
    this.#seconds.countError(role);
    this.#marks.push({ at: this.#time, code, session, role });
    this.#changed();
  }

  /** Whether the actor is known, or its changes are recorded. */
  has(id: string): boolean {
    return this.#actors.entries.has(id);
  }

  // ---- queries ---------------------------------------------------------------------------------------------------------

  /** Calls back at every change; returns a function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The counts of actors in each state, now or at a time; of times before the detail, those of the second then. */
  fleet(at?: number): FleetFrame {
    this.#advance();
    return {
      ...{ at: at ?? this.#time, ...this.#remembered, ...this.#actors.losses },
      charts: this.#countsAt(at),
    };
  }

  #countsAt(at: number | undefined): ChartCounts[] {
    if (at === undefined) return this.#told(this.#actors.tallies);
    const second = this.#isBeyondDetail(at) ? this.#seconds.before(at) : undefined;
    if (second === undefined) return this.#told(this.#talliesAt(at));
    return countsOf(this.#seconds, second, (chart) => this.#nameOf(chart));
  }

  #told(tallies: ReadonlyMap<string, ChartTally>): ChartCounts[] {
    return countsIn(tallies, (chart) => this.#nameOf(chart));
  }

  #nameOf(chart: string): string {
    return this.#actors.definitions.get(chart)?.name ?? chart;
  }

  get #remembered(): { readonly since: number; readonly detailSince: number } {
    const detailSince = this.#actors.journal.oldest?.at ?? this.#time;
    const all = [this.#seconds.since, this.#requests.since].map((since) => since ?? detailSince);
    return { since: Math.min(detailSince, ...all), detailSince };
  }

  /** Whether changes of that time are forgotten. */
  #isBeyondDetail(at: number): boolean {
    const { oldest } = this.#actors.journal;
    return oldest !== undefined && oldest.number > 1 && at < oldest.at;
  }

  #talliesAt(at: number): ReadonlyMap<string, ChartTally> {
    const { tallies: now, journal } = this.#actors;
    const tallies = new Map([...now].map(([chart, tally]) => [chart, tally.copy()]));
    for (const [entry, then] of journal.conditionsAt(at)) {
      const tally = entry.chart === null ? undefined : tallies.get(entry.chart);
      if (tally === undefined) continue;
      if (!entry.isForgotten) tally.count(entry.condition.state, entry.condition.status, -1);
      if (then !== null) tally.count(then.state, then.status, 1);
    }
    return tallies;
  }

  /** Selects and sorts actors, as they are or as they were. */
  list(query: ActorQuery): ActorList {
    this.#advance();
    const { at = this.#time } = query;
    const isBeyondDetail = query.at !== undefined && this.#isBeyondDetail(query.at);
    const all = isBeyondDetail ? [] : this.#conditions(query);
    const { total, chosen } = listActors(all, query, at, (entry) => this.#actors.processOf(entry));
    const actors = chosen.map(([entry, condition]) => this.#actors.summary(entry, condition));
    return { at, total, isBeyondDetail, actors };
  }

  #conditions({ at, chart }: ActorQuery): Conditioned[] {
    const then = at === undefined ? null : this.#actors.journal.conditionsAt(at);
    const found: Conditioned[] = [];
    for (const entry of this.#actors.entries.values()) {
      // Before all else, as there may be many times as many actors of other charts.
      if (chart !== undefined && entry.chart !== chart) continue;
      const past = then?.get(entry);
      if (past !== undefined && past !== null) found.push([entry, past]);
      else if (past === undefined && !entry.isForgotten) found.push([entry, entry.condition]);
    }
    return found;
  }

  /**
   * One actor with its details, and its log after the change with a number; or as it was at a time, with its changes
   * around it. `null` if it is unknown.
   */
  actor(id: string, after = 0, at?: number): ActorDetail | null {
    this.#advance();
    const entry = this.#actors.entries.get(id);
    if (entry === undefined) return null;
    const then = at === undefined ? null : this.#actors.journal.conditionsAt(at);
    const summary = (one: ActorEntry): ActorSummary => this.#actors.summary(one, then?.get(one) ?? undefined);
    const withChildren = entry.children.size <= MAX_LOGGED_CHILDREN;
    const logged = new Set([entry, ...(withChildren ? entry.children : [])]);
    const { oldest } = this.#actors.journal;
    const running = entry.subject?.running ?? null;
    const all = this.#actors.journal.after(
      after,
      (changed) => logged.has(changed),
      then === null ? MAX_TOLD_LOG : Infinity,
    );
    const log = at === undefined ? all : logAround(all, at, MAX_TOLD_LOG);
    const isShort = at === undefined ? log.length === MAX_TOLD_LOG : log[0] !== all[0];
    const isOlder = oldest !== undefined && oldest.number > after + 1 && entry.since < oldest.at;
    return {
      ...summary(entry),
      parentName: this.#actors.entries.get(entry.parent ?? '')?.name ?? null,
      children: [...entry.children].slice(-MAX_TOLD_CHILDREN).map(summary),
      childCount: entry.children.size,
      childCounts: this.#told(talliesOf(entry.children)),
      log: [...(after === 0 ? earlierOf(logged) : []), ...log],
      logSince: (isShort ? log[0]?.at : isOlder ? oldest.at : 0) ?? 0,
      session: entry.subject?.report() ?? entry.session,
      request: running === null ? null : runningRow(this.#requests, running, this.#time),
      context: entry.context,
    };
  }

  definition(key: string): ChartDefinition | undefined {
    return this.#actors.definitions.get(key);
  }

  /** Selects and sorts requests, as they are or as they were. */
  requests(query: RequestQuery): RequestList {
    this.#advance();
    return listRequests(this.#requests, query, this.#time);
  }

  /** Every remembered request, however many: for what prints them, not for what lists them. */
  everyRequest(hasQueries: boolean): Iterable<RequestRow> {
    this.#advance();
    return everyRequest(this.#requests, this.#time, hasQueries);
  }

  /** The requests by method and path: the paths with the most, or by `duration` those with the longest. */
  paths(query: RequestQuery): readonly PathRow[] {
    this.#advance();
    return listPaths(this.#requests, query, this.#time);
  }

  /** When the present second began: once it has changed, there is another pulse. */
  get second(): number {
    this.#advance();
    return this.#seconds.currentAt;
  }

  /** The last minute, and the transitions of the last whole second. */
  pulse(): Pulse {
    this.#advance();
    return pulseOf(this.#seconds, this.#time, this.#foreign > 0, this.#actors.transitions.last);
  }

  /** The minute before a time. */
  minute(query: MinuteQuery): Minute {
    this.#advance();
    return minuteBefore(this.#seconds, query);
  }

  /** What happened when, divided into stretches. */
  history(query: HistoryQuery): History {
    this.#advance();
    return historyOf(this.#seconds, this.#marks, query, this.#time, this.#remembered);
  }

  /** Everything that is recorded; requests with their queries only if these are asked for. */
  recording({ hasQueries = false }: { readonly hasQueries?: boolean } = {}): Recording {
    const { actors, log, requests, ...rest } = this.gradualRecording(hasQueries);
    return {
      ...rest,
      ...{ actors: [...actors], log: [...log] },
      requests: { ...requests, chunks: [...requests.chunks] },
    };
  }

  /** Everything that is recorded, bit by bit, as it is now: there may be very much. */
  gradualRecording(hasQueries = false): GradualRecording {
    this.#advance();
    return {
      ...{ format: RECORDING_FORMAT, version: 2, at: this.#time, dropped: this.#actors.losses.dropped },
      definitions: this.#actors.definitions.all(),
      actors: this.#actors.recorded(),
      log: this.#actors.journal.all(),
      requests: recordedRequests(this.#requests, this.#time, hasQueries),
      seconds: recordedSeconds(this.#seconds),
      marks: this.#marks.all(),
      hasForeign: this.#foreign > 0,
    };
  }
}
