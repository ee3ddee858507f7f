import { settle, summaryOf, type ActorCondition, type ActorEntry, type ActorSubject } from './actor-entry.js';
import { ChartTally } from './chart-tally.js';
import { Contexts } from './contexts.js';
import { Definitions } from './definitions.js';
import { INSPECTION } from './inspection-limits.js';
import { Journal, type Change } from './journal.js';
import type { ActorStatus, ActorSummary } from './shapes.js';
import type { SessionRole } from './traffic-shapes.js';

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

/** How many actors and changes are remembered. */
export interface ActorRegistryOptions {
  /** The time in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly maxActors?: number;
  readonly maxEndedActors?: number;
  readonly maxChanges?: number;
  readonly maxToldContexts?: number;
  readonly maxToldNames?: number;
}

/** Where the way to the root of an actor is given up: another program may report that actors are parents of each other. */
const MAX_DEPTH = 32;

/** The actors that were reported, how many are in each state, and what changed when. */
export class ActorRegistry {
  readonly definitions = new Definitions();
  readonly contexts: Contexts;
  readonly journal: Journal;
  readonly #now: () => number;
  readonly #changed: () => void;
  readonly #maxActors: number;
  readonly #maxEnded: number;
  readonly #maxNames: number;
  /** Those included of which only changes are remembered. */
  readonly #entries = new Map<string, ActorEntry>();
  /** In the order in which they ended. */
  readonly #ended = new Set<ActorEntry>();
  readonly #tallies = new Map<string, ChartTally>();
  #present = 0;
  /** How long the names of all actors are together. */
  #names = 0;
  #dropped = 0;

  /** @param changed - called at each change */
  constructor(options: ActorRegistryOptions, changed: () => void) {
    this.#now = options.now;
    this.#changed = changed;
    this.#maxActors = options.maxActors ?? INSPECTION.maxActors.value;
    this.#maxEnded = options.maxEndedActors ?? INSPECTION.maxEndedActors.value;
    this.#maxNames = options.maxToldNames ?? INSPECTION.maxToldNames.value;
    this.contexts = new Contexts(options.maxToldContexts);
    this.journal = new Journal(options.maxChanges ?? INSPECTION.maxChanges.value);
  }

  get entries(): ReadonlyMap<string, ActorEntry> {
    return this.#entries;
  }

  get tallies(): ReadonlyMap<string, ChartTally> {
    return this.#tallies;
  }

  /** Reports that there was no room for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** An actor in a line; as it is now, or as it was. */
  summary(entry: ActorEntry, condition?: ActorCondition): ActorSummary {
    return summaryOf(entry, this.processOf(entry), condition);
  }

  /** The name of the actor that an actor belongs to in the end. */
  processOf(entry: ActorEntry): string {
    let root = entry;
    for (let depth = 0; depth < MAX_DEPTH && root.parent !== null; depth++) {
      const parent = this.#entries.get(root.parent);
      if (parent === undefined) break;
      root = parent;
    }
    return root.name;
  }

  /** Takes the actors of a recording over, and then their changes. */
  restore(actors: Iterable<ActorEntry>, dropped: number): void {
    this.#dropped = dropped;
    for (const entry of actors) this.#add(entry);
    for (const entry of this.#entries.values()) this.#join(entry);
  }

  /** Takes a change of a recording over. */
  restoreChange(change: Change): void {
    this.journal.push(change);
    change.entry.changes++;
  }

  /** An actor has appeared in a state, or a known one is reported again. */
  appeared(reported: ReportedActor): void {
    const known = this.#entries.get(reported.id);
    if (known === undefined) {
      const isFull = this.#present >= this.#maxActors || this.#names >= this.#maxNames;
      if (isFull) this.drop();
      else this.#appear(reported);
      return;
    }
    const name = this.#nameOf(reported);
    this.#names += name.length - known.name.length;
    known.name = name;
    known.subject = reported.subject ?? known.subject;
    this.#assign(known);
    if (reported.context !== undefined) this.contexts.keep(known, reported.context);
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
    const { id, parent, state, status, subject = null, context, earlier = [] } = reported;
    const name = this.#nameOf(reported);
    const entry: ActorEntry = {
      ...{ id, name, parent, since: now, children: new Set(), chart: this.#keyOf(reported.definition) },
      ...{ subject, session: null, peer: null, last: null, role: null },
      ...{ context: null, isForgotten: false, changes: 0 },
      earlier: earlier.map((change) => ({ ...change, actor: id, sender: null, status: 'active' })),
      condition: { state, status, changedAt: now, transitions: 0 },
    };
    entry.role = this.#roleOf(entry);
    this.#add(entry);
    if (context !== undefined) this.contexts.keep(entry, context);
    this.#record({
      ...{ number: this.journal.nextNumber, at: now, entry, event: '', sender: null },
      ...{ from: null, to: state, status, previousStatus: status },
    });
  }

  /** All exchanges have one name; in a list each has that of its session. */
  #nameOf({ name, parent }: ReportedActor): string {
    const session = parent === null || name !== 'exchange' ? undefined : this.#entries.get(parent)?.name;
    return session === undefined
      ? name
      : `${session.replace(/^(?:server|client) (?=session )/, '')} · ${name}`;
  }

  /** What an actor is called, and what it stands for, may become known late. */
  #assign(entry: ActorEntry): void {
    const role = this.#roleOf(entry);
    if (role === entry.role) return;
    const { isForgotten } = entry;
    this.#take(entry);
    entry.role = role;
    if (!isForgotten) this.#put(entry);
  }

  /** Other programs say it in the names of sessions. */
  #roleOf({ subject, name, parent }: ActorEntry): SessionRole | null {
    const named = /^(server|client) session \d/.exec(name)?.[1] as SessionRole | undefined;
    const own = subject?.role ?? named ?? null;
    return own ?? (parent === null ? null : (this.#entries.get(parent)?.role ?? null));
  }

  /** An actor has changed; no effect if it is unknown. Without an event, only a new state or status is a change. */
  moved(id: string, { event, sender, state, status, context }: ReportedChange): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.isForgotten) return;
    if (context !== undefined) this.contexts.keep(entry, context);
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
    const key = this.definitions.keyOf(definition);
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
    this.#record({
      number: this.journal.nextNumber,
      at,
      entry,
      event,
      sender: sender ?? null,
      from: wasForgotten ? null : from,
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
    this.#tallyOf(entry)?.count(entry.condition.state, entry.condition.status, 1, entry.role);
    if (entry.condition.status === 'active') return;
    this.#names -= namesOf(entry);
    settle(entry);
    this.#names += namesOf(entry);
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
    this.#tallyOf(entry)?.count(entry.condition.state, entry.condition.status, -1, entry.role);
    if (entry.condition.status !== 'active') this.#ended.delete(entry);
  }

  #forget(entry: ActorEntry): void {
    this.#take(entry);
    entry.isForgotten = true;
    const { state, status } = entry.condition;
    this.#record({
      ...{ number: this.journal.nextNumber, at: this.#now(), entry, event: '', sender: null },
      ...{ from: state, to: null, status, previousStatus: status },
    });
  }

  #record(change: Change): void {
    change.entry.changes++;
    const gone = this.journal.push(change)?.entry;
    if (gone !== undefined && --gone.changes === 0 && gone.isForgotten) this.#erase(gone);
    this.#changed();
  }

  #erase(entry: ActorEntry): void {
    this.#entries.delete(entry.id);
    this.#names -= namesOf(entry);
    this.contexts.release(entry);
    if (entry.parent !== null) this.#entries.get(entry.parent)?.children.delete(entry);
  }

  #tallyOf({ chart }: ActorEntry): ChartTally | null {
    if (chart === null) return null;
    let tally = this.#tallies.get(chart);
    if (tally === undefined) this.#tallies.set(chart, (tally = new ChartTally()));
    return tally;
  }
}

/** How long the names of an actor are together. */
function namesOf({ id, name, parent }: ActorEntry): number {
  return id.length + name.length + (parent?.length ?? 0);
}
