import { INSPECTION } from './inspection-limits.js';
import { settle, summaryOf, type ActorEntry, type ActorSubject } from './actor-entry.js';
import { listActors, type Conditioned } from './actor-lists.js';
import { ChartTally, countsIn, talliesOf } from './chart-tally.js';
import { Contexts } from './contexts.js';
import { Definitions } from './definitions.js';
import { Journal, type Change } from './journal.js';
import { checkedRecording, restoredChanges, restoredEntry } from './recording.js';
import {
  RECORDING_FORMAT,
  type ActorDetail,
  type ActorList,
  type ActorQuery,
  type ActorStatus,
  type ChartCounts,
  type ChartDefinition,
  type FleetFrame,
  type LogEntry,
  type Recording,
} from './shapes.js';

/** An actor when it is first reported. */
export interface ReportedActor {
  /** Names the actor within the model. */
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  /** The config of its machine: itself, or as JSON. */
  readonly definition?: string | object | undefined;
  readonly state: string;
  readonly status: ActorStatus;
  readonly subject?: ActorSubject | undefined;
  readonly context?: string | undefined;
  /** The changes that it recorded itself before it was watched. */
  readonly earlier?: readonly EarlierChange[] | undefined;
}

/** A change before an actor was watched. */
export interface EarlierChange {
  /** Its place in the history that it comes from: negative, growing. It orders changes within one millisecond. */
  readonly number: number;
  readonly at: number;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
}

/** A reported change of an actor. */
export interface ReportedChange {
  readonly event: string;
  readonly sender?: string | undefined;
  readonly state: string;
  readonly status: ActorStatus;
  readonly context?: string | undefined;
}

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
  readonly #definitions = new Definitions();
  readonly #contexts: Contexts;
  /** Those included of which only changes are remembered. */
  readonly #entries = new Map<string, ActorEntry>();
  /** In the order in which they ended. */
  readonly #ended = new Set<ActorEntry>();
  readonly #tallies = new Map<string, ChartTally>();
  readonly #journal: Journal;
  readonly #listeners = new Set<() => void>();
  #present = 0;
  /** How long the names of all actors are together. */
  #names = 0;
  #dropped = 0;

  constructor(options: InspectionModelOptions) {
    this.#now = options.now;
    this.#maxActors = options.maxActors ?? INSPECTION.maxActors.value;
    this.#maxEnded = options.maxEndedActors ?? INSPECTION.maxEndedActors.value;
    this.#maxNames = options.maxToldNames ?? INSPECTION.maxToldNames.value;
    this.#contexts = new Contexts(options.maxToldContexts);
    this.#journal = new Journal(options.maxChanges ?? INSPECTION.maxChanges.value);
  }

  /** Opens a recording. @throws TypeError with a readable text if it is not one */
  static from(recording: unknown): InspectionModel {
    const { at, dropped, definitions, actors, log } = checkedRecording(recording);
    const model = new InspectionModel({ now: () => at, maxChanges: Math.max(log.length, 1) });
    model.#dropped = dropped;
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
      const isFull = this.#present >= this.#maxActors || this.#names >= this.#maxNames;
      if (isFull) this.drop();
      else this.#appear(reported);
      return;
    }
    this.#names += reported.name.length - known.name.length;
    known.name = reported.name;
    known.subject = reported.subject ?? known.subject;
    if (reported.context !== undefined) this.#contexts.keep(known, reported.context);
    const chart = this.#keyOf(reported.definition) ?? known.chart;
    const { state, status } = known.condition;
    if (!known.isForgotten && chart === known.chart && state === reported.state && status === reported.status)
      return;
    this.#take(known);
    known.chart = chart;
    this.#change(known, { event: '', state: reported.state, status: reported.status });
  }

  #appear(reported: ReportedActor): void {
    const now = this.#now();
    const { id, name, parent, state, status, subject = null, context, earlier = [] } = reported;
    const entry: ActorEntry = {
      ...{ id, name, parent, since: now, children: new Set(), chart: this.#keyOf(reported.definition) },
      ...{ subject, session: null, peer: null, context: null, isForgotten: false, changes: 0 },
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
    if (entry === undefined || entry.isForgotten) return;
    if (context !== undefined) this.#contexts.keep(entry, context);
    if (event === '' && state === entry.condition.state && status === entry.condition.status) return;
    this.#take(entry);
    this.#change(entry, { event, sender, state, status });
  }

  /** Counts a report that there was no room for. */
  drop(): void {
    this.#dropped++;
    this.#changed();
  }

  #keyOf(definition: string | object | undefined): string | null {
    if (definition === undefined) return null;
    const key = this.#definitions.keyOf(definition);
    if (key === null) this.drop();
    return key;
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
    if (entry.condition.status === 'active') return;
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
    return {
      ...{ at: at ?? this.#now(), since: this.#since, dropped: this.#dropped },
      charts: this.#told(tallies),
    };
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
    return {
      ...summaryOf(entry),
      children: [...entry.children].slice(-MAX_TOLD_CHILDREN).map((child) => summaryOf(child)),
      childCount: entry.children.size,
      childCounts: this.#told(talliesOf(entry.children)),
      log: [
        ...(after === 0 ? earlierOf(logged) : []),
        ...this.#journal.after(after, (changed) => logged.has(changed)),
      ],
      isLogCut: oldest !== undefined && oldest.number > 1 && entry.since < oldest.at,
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
      ...{ format: RECORDING_FORMAT, version: 1, at: this.#now(), dropped: this.#dropped },
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
