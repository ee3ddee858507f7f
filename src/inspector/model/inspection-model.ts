import { INSPECTION } from './inspection-limits.js';
import { settle, summaryOf, type ActorEntry } from './actor-entry.js';
import { listActors, type Conditioned } from './actor-lists.js';
import type { ReportedActor, ReportedChange } from './actor-reports.js';
import { ChartTally, countsIn, talliesOf } from './chart-tally.js';
import { Contexts } from './contexts.js';
import { Definitions } from './definitions.js';
import { Journal, type Change } from './journal.js';
import { Losses } from './losses.js';
import { Recency } from './recency.js';
import { checkedRecording, restoredChanges, restoredEntry } from './recording.js';
import {
  RECORDING_FORMAT,
  type ActorDetail,
  type ActorList,
  type ActorQuery,
  type ChartCounts,
  type ChartDefinition,
  type FleetFrame,
  type LogEntry,
  type Loss,
  type Recording,
} from './shapes.js';

/** What a model needs, and how much it records; tests lower the caps. */
export interface InspectionModelOptions {
  /** The time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly maxActors?: number;
  readonly maxEndedActors?: number;
  readonly maxChanges?: number;
  readonly maxToldContexts?: number;
  readonly maxToldNames?: number;
}

/** With more children than that, a log is of the actor alone. */
const MAX_LOGGED_CHILDREN = 20;
const MAX_TOLD_CHILDREN = 100;
/** As many as the page keeps of an actor. */
const MAX_TOLD_LOG = 2_000;

/**
 * All that the page can show: the actors, the counts in each state, and what changed when. Everything is bounded;
 * reports that there is no room for are counted.
 *
 * The past is the present with the latest changes undone. So counts, lists and single actors are available for any time
 * that the journal reaches back to, and a recording is the same model as JSON.
 */
export class InspectionModel {
  readonly #now: () => number;
  readonly #maxActors: number;
  readonly #maxEnded: number;
  readonly #maxNames: number;
  readonly #definitions: Definitions;
  readonly #contexts: Contexts;
  /** Those included of which only changes are remembered. */
  readonly #entries = new Map<string, ActorEntry>();
  /** In the order in which they ended. */
  readonly #ended = new Set<ActorEntry>();
  /** Those that run and that other programs report, in the order of their last change. */
  readonly #foreign = new Recency<ActorEntry>();
  readonly #tallies = new Map<string, ChartTally>();
  readonly #journal: Journal;
  readonly #listeners = new Set<() => void>();
  #present = 0;
  /** How long the names of all actors are together. */
  #names = 0;
  #losses = new Losses();

  constructor(options: InspectionModelOptions) {
    this.#now = options.now;
    this.#maxActors = options.maxActors ?? INSPECTION.maxActors.value;
    this.#maxEnded = options.maxEndedActors ?? INSPECTION.maxEndedActors.value;
    this.#maxNames = options.maxToldNames ?? INSPECTION.maxToldNames.value;
    this.#contexts = new Contexts(options.maxToldContexts);
    this.#definitions = new Definitions(this.drop.bind(this), (chart) => this.#tallies.delete(chart));
    this.#journal = new Journal(options.maxChanges ?? INSPECTION.maxChanges.value);
  }

  /** Opens a recording. @throws TypeError with a readable text if it is not one */
  static from(recording: unknown): InspectionModel {
    const { at, dropped, definitions, actors, log } = checkedRecording(recording);
    const model = new InspectionModel({ now: () => at, maxChanges: Math.max(log.length, 1) });
    model.#losses = new Losses(dropped);
    for (const definition of definitions) model.#definitions.adopt(definition);
    for (const actor of actors) model.#add(restoredEntry(actor));
    for (const entry of model.#entries.values()) model.#join(entry);
    for (const change of restoredChanges(log, model.#entries)) {
      model.#journal.push(change);
      change.entry.changes++;
    }
    return model;
  }

  // ---- reports ---------------------------------------------------------------------------------------------------------

  /** An actor has appeared in a state, or a known one is reported again. */
  appeared(reported: ReportedActor): void {
    const known = this.#entries.get(reported.id);
    if (known === undefined) {
      if (this.#makeRoom()) this.#appear(reported);
      else this.drop('moreActors');
      return;
    }
    this.#names += reported.name.length - known.name.length;
    known.name = reported.name;
    known.subject = reported.subject ?? known.subject;
    if (reported.context !== undefined) this.#contexts.keep(known, reported.context);
    const chart = this.#keyOf(reported) ?? known.chart;
    const { state, status } = known.condition;
    if (!known.isForgotten && chart === known.chart && state === reported.state && status === reported.status)
      return;
    this.#take(known);
    this.#definitions.use(known.chart, -1);
    this.#definitions.use(chart, 1);
    known.chart = chart;
    this.#change(known, { event: '', state: reported.state, status: reported.status });
  }

  /** Whether there is room for one more actor; of those that other programs report, the most quiet one has to go. */
  #makeRoom(): boolean {
    if (this.#present < this.#maxActors && this.#names < this.#maxNames / 2) return true;
    // Names are remembered for as long as changes are.
    const quiet = this.#names < this.#maxNames ? this.#foreign.takeOldest() : undefined;
    if (quiet === undefined) return false;
    this.#forget(quiet);
    this.drop('forgottenActors');
    return true;
  }

  #appear(reported: ReportedActor): void {
    const now = this.#now();
    const {
      id,
      name,
      parent,
      state,
      status,
      subject = null,
      context,
      isForeign = false,
      earlier = [],
    } = reported;
    const entry: ActorEntry = {
      ...{ id, name, parent, since: now, children: new Set(), chart: this.#keyOf(reported) },
      ...{ subject, session: null, peer: null, context: null, isForgotten: false, isForeign, changes: 0 },
      earlier: earlier.map((change) => ({ ...change, actor: id, sender: null, status: 'active' })),
      condition: { state, status, changedAt: now, transitions: 0 },
    };
    this.#add(entry);
    if (context !== undefined) this.#contexts.keep(entry, context);
    this.#record(now, entry, {
      event: '',
      sender: null,
      from: null,
      to: state,
      status,
      previousStatus: status,
    });
  }

  /** An actor has changed; no effect if it is unknown. Without an event, only a new state or status is a change. */
  moved(id: string, { event, sender, state, status, context }: ReportedChange): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { isForgotten: isBack } = entry;
    if (isBack && !(entry.isForeign && status === 'active')) return;
    if (context !== undefined) this.#contexts.keep(entry, context);
    const isSame = state === entry.condition.state && status === entry.condition.status;
    if (event === '' && isSame && !isBack) return;
    this.#take(entry);
    this.#change(entry, { event, sender, state, status });
    if (isBack) this.#makeRoom();
  }

  /** Counts a report that is not remembered. */
  drop(why: Loss): void {
    this.#losses.count(why);
    this.#changed();
  }

  #keyOf({ definition }: ReportedActor): string | null {
    return definition === undefined ? null : this.#definitions.keyOf(definition);
  }

  /** Changes an actor that is not counted at the moment. */
  #change(entry: ActorEntry, { event, sender, state, status }: ReportedChange): void {
    const { state: from, status: previousStatus, transitions } = entry.condition;
    const at = this.#now();
    const wasForgotten = entry.isForgotten;
    entry.isForgotten = false;
    entry.condition = {
      state,
      status,
      changedAt: at,
      transitions: event === '' ? transitions : transitions + 1,
    };
    this.#put(entry);
    const begin = wasForgotten ? null : from;
    this.#record(at, entry, {
      event,
      sender: sender ?? null,
      from: begin,
      to: state,
      status,
      previousStatus,
    });
  }

  #add(entry: ActorEntry): void {
    this.#entries.set(entry.id, entry);
    this.#names += namesOf(entry);
    this.#definitions.use(entry.chart, 1);
    this.#join(entry);
    if (!entry.isForgotten) this.#put(entry);
  }

  #join(entry: ActorEntry): void {
    if (entry.parent !== null) this.#entries.get(entry.parent)?.children.add(entry);
  }

  /** Adds an actor to the counts. */
  #put(entry: ActorEntry): void {
    this.#present++;
    this.#tallyOf(entry)?.count(entry.condition.state, entry.condition.status, 1);
    if (entry.condition.status === 'active') {
      if (entry.isForeign) this.#foreign.use(entry);
      return;
    }
    settle(entry);
    this.#ended.add(entry);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= this.#maxEnded) break;
      if (oldest !== entry) this.#forget(oldest);
    }
  }

  /** Removes an actor from the counts. */
  #take(entry: ActorEntry): void {
    if (entry.isForgotten) return;
    this.#present--;
    this.#tallyOf(entry)?.count(entry.condition.state, entry.condition.status, -1);
    this.#ended.delete(entry);
    this.#foreign.delete(entry);
  }

  #forget(entry: ActorEntry): void {
    this.#take(entry);
    entry.isForgotten = true;
    const { state, status } = entry.condition;
    const forgotten = { event: '', sender: null, from: state, to: null, status, previousStatus: status };
    this.#record(this.#now(), entry, forgotten);
  }

  #record(at: number, entry: ActorEntry, change: Omit<Change, 'number' | 'at' | 'entry'>): void {
    entry.changes++;
    const { event, sender, from, to, status, previousStatus } = change;
    const number = this.#journal.nextNumber;
    const gone = this.#journal.push({
      number,
      at,
      entry,
      event,
      sender,
      from,
      to,
      status,
      previousStatus,
    })?.entry;
    if (gone !== undefined && --gone.changes === 0 && gone.isForgotten) this.#erase(gone);
    this.#changed();
  }

  #erase(entry: ActorEntry): void {
    this.#entries.delete(entry.id);
    this.#names -= namesOf(entry);
    this.#definitions.use(entry.chart, -1);
    this.#contexts.release(entry);
    if (entry.parent !== null) this.#entries.get(entry.parent)?.children.delete(entry);
  }

  #tallyOf({ chart }: ActorEntry): ChartTally | null {
    if (chart === null) return null;
    let tally = this.#tallies.get(chart);
    if (tally === undefined) this.#tallies.set(chart, (tally = new ChartTally()));
    return tally;
  }

  /** Whether the actor is known, or its changes are recorded. */
  has(id: string): boolean {
    return this.#entries.has(id);
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

  /** The counts of actors in each state, now or at a time. */
  fleet(at?: number): FleetFrame {
    const tallies = at === undefined ? this.#tallies : this.#talliesAt(at);
    const charts = this.#told(tallies);
    return { at: at ?? this.#now(), since: this.#since, ...this.#losses.counts, charts };
  }

  #told(tallies: ReadonlyMap<string, ChartTally>): ChartCounts[] {
    return countsIn(tallies, (chart) => this.#definitions.get(chart)?.name ?? chart);
  }

  get #since(): number {
    return this.#journal.oldest?.at ?? this.#now();
  }

  #talliesAt(at: number): ReadonlyMap<string, ChartTally> {
    const tallies = new Map([...this.#tallies].map(([chart, tally]) => [chart, tally.copy()]));
    for (const [entry, then] of this.#journal.conditionsAt(at)) {
      const tally = entry.chart === null ? undefined : tallies.get(entry.chart);
      if (tally === undefined) continue;
      if (!entry.isForgotten) tally.count(entry.condition.state, entry.condition.status, -1);
      if (then !== null) tally.count(then.state, then.status, 1);
    }
    return tallies;
  }

  /** Selects and sorts actors, as they are or as they were. */
  list(query: ActorQuery): ActorList {
    return listActors(this.#conditions(query.at), query, query.at ?? this.#now());
  }

  *#conditions(at: number | undefined): Generator<Conditioned, void> {
    const then = at === undefined ? null : this.#journal.conditionsAt(at);
    for (const entry of this.#entries.values()) {
      const past = then?.get(entry);
      if (past !== undefined && past !== null) yield [entry, past];
      else if (past === undefined && !entry.isForgotten) yield [entry, entry.condition];
    }
  }

  /** One actor with its details, and its log after the change with a number. `null` if it is unknown. */
  actor(id: string, after = 0): ActorDetail | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    const withChildren = entry.children.size <= MAX_LOGGED_CHILDREN;
    const logged = new Set([entry, ...(withChildren ? entry.children : [])]);
    const oldest = this.#journal.oldest;
    const log = this.#journal.after(after, (changed) => logged.has(changed), MAX_TOLD_LOG);
    return {
      ...summaryOf(entry),
      children: [...entry.children].slice(-MAX_TOLD_CHILDREN).map((child) => summaryOf(child)),
      childCount: entry.children.size,
      childCounts: this.#told(talliesOf(entry.children)),
      log: [...(after === 0 ? earlierOf(logged) : []), ...log],
      isLogCut:
        log.length === MAX_TOLD_LOG || (oldest !== undefined && oldest.number > 1 && entry.since < oldest.at),
      session: entry.subject?.report() ?? entry.session,
      context: entry.context,
    };
  }

  definition(key: string): ChartDefinition | undefined {
    return this.#definitions.get(key);
  }

  /** Everything that is recorded. */
  recording(): Recording {
    return {
      ...{ format: RECORDING_FORMAT, version: 1, at: this.#now(), dropped: this.#losses.total },
      definitions: this.#definitions.all(),
      actors: [...this.#entries.values()].map((entry) => ({
        ...summaryOf(entry),
        session: entry.subject?.report() ?? entry.session,
        context: entry.context,
        earlier: entry.earlier,
        isForgotten: entry.isForgotten,
      })),
      log: this.#journal.after(0, () => true),
    };
  }
}

/** How long the names of an actor are together. */
function namesOf({ id, name, parent }: ActorEntry): number {
  return id.length + name.length + (parent?.length ?? 0);
}

/** The changes of several actors before they were watched, oldest first, numbered together. */
function earlierOf(entries: Iterable<ActorEntry>): LogEntry[] {
  const earlier = [...entries]
    .flatMap((entry) => entry.earlier)
    .sort((a, b) => a.at - b.at || a.number - b.number);
  return earlier.map((change, i) => ({ ...change, number: i - earlier.length }));
}
