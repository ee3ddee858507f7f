import { INSPECTION } from '../../constants.js';
import { settle, summaryOf, type ActorEntry, type ActorSubject } from './actor-entry.js';
import { listActors, type Conditioned } from './actor-lists.js';
import { ChartTally } from './chart-tally.js';
import { Definitions } from './definitions.js';
import { Journal, type Change } from './journal.js';
import { checkedRecording, restoredChanges, restoredEntry } from './recording.js';
import {
  RECORDING_FORMAT,
  type ActorDetail,
  type ActorList,
  type ActorQuery,
  type ActorStatus,
  type ChartDefinition,
  type FleetFrame,
  type LogEntry,
  type Recording,
} from './shapes.js';

/** An actor, as it is first told of. */
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
  /** What it remembers itself of the time before. */
  readonly earlier?: readonly EarlierChange[] | undefined;
}

/** A change before an actor was watched. */
export interface EarlierChange {
  /** Its place in the history that it comes from: negative, growing. Within one millisecond it tells the order. */
  readonly number: number;
  readonly at: number;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
}

/** A change of an actor, as it is told of. */
export interface ReportedChange {
  readonly event: string;
  readonly sender?: string | undefined;
  readonly state: string;
  readonly status: ActorStatus;
  readonly context?: string | undefined;
}

/** What a model needs, and how much it remembers; tests lower the caps. */
export interface InspectionModelOptions {
  /** The time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly maxActors?: number;
  readonly maxEndedActors?: number;
  readonly maxChanges?: number;
}

/** With more children than that, a log is of the actor alone. */
const MAX_LOGGED_CHILDREN = 20;
const MAX_TOLD_CHILDREN = 100;

/**
 * All that the page can show: which actors there are, how many in which state, and what changed when. Everything in it
 * is bounded; what finds no room is counted.
 *
 * The past is the present with the latest changes taken back. So the numbers, the lists and a single actor can be had
 * as of any time that the journal reaches back to, and a recording is the same model, written down.
 */
export class InspectionModel {
  readonly #now: () => number;
  readonly #maxActors: number;
  readonly #maxEnded: number;
  readonly #definitions = new Definitions();
  /** Those included of which only changes are remembered. */
  readonly #entries = new Map<string, ActorEntry>();
  /** In the order in which they ended. */
  readonly #ended = new Set<ActorEntry>();
  readonly #tallies = new Map<string, ChartTally>();
  readonly #journal: Journal;
  readonly #listeners = new Set<() => void>();
  #present = 0;
  #dropped = 0;

  constructor(options: InspectionModelOptions) {
    this.#now = options.now;
    this.#maxActors = options.maxActors ?? INSPECTION.maxActors.value;
    this.#maxEnded = options.maxEndedActors ?? INSPECTION.maxEndedActors.value;
    this.#journal = new Journal(options.maxChanges ?? INSPECTION.maxChanges.value);
  }

  /** Opens a recording. @throws TypeError, with a text for people, for what is none. */
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

  // ---- what is told ----------------------------------------------------------------------------------------------------

  /** An actor is there, in a state; one that is known already is told of once more. */
  appeared(told: ReportedActor): void {
    const known = this.#entries.get(told.id);
    if (known === undefined) {
      if (this.#present >= this.#maxActors) this.drop();
      else this.#appear(told);
      return;
    }
    known.name = told.name;
    known.subject = told.subject ?? known.subject;
    if (told.context !== undefined) known.context = told.context;
    const chart = this.#keyOf(told.definition) ?? known.chart;
    const { state, status } = known.condition;
    if (!known.isForgotten && chart === known.chart && state === told.state && status === told.status) return;
    this.#take(known);
    known.chart = chart;
    this.#change(known, { event: '', state: told.state, status: told.status });
  }

  #appear(told: ReportedActor): void {
    const now = this.#now();
    const { id, name, parent, state, status, subject = null, context = null, earlier = [] } = told;
    const entry: ActorEntry = {
      ...{ id, name, parent, since: now, children: new Set(), chart: this.#keyOf(told.definition) },
      ...{ subject, session: null, peer: null, context, isForgotten: false, changes: 0 },
      earlier: earlier.map((change) => ({ ...change, actor: id, sender: null, status: 'active' })),
      condition: { state, status, changedAt: now, transitions: 0 },
    };
    this.#add(entry);
    this.#record(now, entry, {
      event: '',
      sender: null,
      from: null,
      to: state,
      status,
      previousStatus: status,
    });
  }

  /** An actor has changed; nothing where it is not known. Without an event, only what is new of it is a change. */
  moved(id: string, { event, sender, state, status, context }: ReportedChange): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.isForgotten) return;
    if (context !== undefined) entry.context = context;
    if (event === '' && state === entry.condition.state && status === entry.condition.status) return;
    this.#take(entry);
    this.#change(entry, { event, sender, state, status });
  }

  /** Something was told for which there was no room. */
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

  /** Makes a change of an actor that counts nowhere at the moment. */
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
    this.#join(entry);
    if (!entry.isForgotten) this.#put(entry);
  }

  #join(entry: ActorEntry): void {
    if (entry.parent !== null) this.#entries.get(entry.parent)?.children.add(entry);
  }

  /** Counts an actor where it is now. */
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

  /** Counts an actor no longer. */
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
    if (entry.parent !== null) this.#entries.get(entry.parent)?.children.delete(entry);
  }

  #tallyOf({ chart }: ActorEntry): ChartTally | null {
    if (chart === null) return null;
    let tally = this.#tallies.get(chart);
    if (tally === undefined) this.#tallies.set(chart, (tally = new ChartTally()));
    return tally;
  }

  /** Whether there is such an actor, or its changes are remembered. */
  has(id: string): boolean {
    return this.#entries.has(id);
  }

  // ---- what is asked ---------------------------------------------------------------------------------------------------

  /** Calls back at every change; returns a function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** How many actors run in which state; now, or as it was. */
  fleet(at?: number): FleetFrame {
    const tallies = at === undefined ? this.#tallies : this.#talliesAt(at);
    const counts = [...tallies].map(([chart, tally]) => {
      return tally.counts(chart, this.#definitions.get(chart)?.name ?? chart);
    });
    return { at: at ?? this.#now(), since: this.#since, dropped: this.#dropped, charts: counts };
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

  /** Chooses and sorts actors, as they are now or as they were. */
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

  /** One actor with all that is known of it; its log from after the change of a number on. `null` when there is none. */
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

  /** Everything that is remembered. */
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

/** What several actors did before they were watched, oldest first, numbered together. */
function earlierOf(entries: Iterable<ActorEntry>): LogEntry[] {
  const earlier = [...entries]
    .flatMap((entry) => entry.earlier)
    .sort((a, b) => a.at - b.at || a.number - b.number);
  return earlier.map((change, i) => ({ ...change, number: i - earlier.length }));
}
