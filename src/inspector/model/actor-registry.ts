import { settle, summaryOf, type ActorCondition, type ActorEntry } from './actor-entry.js';
import type { ReportedActor, ReportedChange } from './actor-reports.js';
import { ChartTally } from './chart-tally.js';
import { Contexts } from './contexts.js';
import { Definitions } from './definitions.js';
import { EndedActors } from './ended-actors.js';
import { INSPECTION } from './inspection-limits.js';
import { Journal, type Change } from './journal.js';
import { Losses } from './losses.js';
import { Recency } from './recency.js';
import type { ActorSummary, FleetFrame, Loss, RecordedActor } from './shapes.js';
import type { SessionRole } from './traffic-shapes.js';
import { TransitionCounts } from './transition-counts.js';

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
  readonly definitions: Definitions;
  readonly contexts: Contexts;
  readonly journal: Journal;
  readonly transitions = new TransitionCounts();
  readonly #now: () => number;
  readonly #changed: () => void;
  readonly #maxActors: number;
  readonly #maxEnded: number;
  readonly #maxNames: number;
  /** Those included of which only changes are remembered. */
  readonly #entries = new Map<string, ActorEntry>();
  readonly #ended = new EndedActors();
  /** Those that run and that other programs report, in the order of their last change. */
  readonly #foreign = new Recency<ActorEntry>();
  readonly #tallies = new Map<string, ChartTally>();
  #present = 0;
  /** How long the names of all actors are together. */
  #names = 0;
  #losses = new Losses();

  /** @param changed - called at each change */
  constructor(options: ActorRegistryOptions, changed: () => void) {
    this.#now = options.now;
    this.#changed = changed;
    this.#maxActors = options.maxActors ?? INSPECTION.maxActors.value;
    this.#maxEnded = options.maxEndedActors ?? INSPECTION.maxEndedActors.value;
    this.#maxNames = options.maxToldNames ?? INSPECTION.maxToldNames.value;
    this.definitions = new Definitions(this.drop.bind(this), (chart) => this.#tallies.delete(chart));
    this.contexts = new Contexts(options.maxToldContexts);
    this.journal = new Journal(options.maxChanges ?? INSPECTION.maxChanges.value);
  }

  get entries(): ReadonlyMap<string, ActorEntry> {
    return this.#entries;
  }

  get tallies(): ReadonlyMap<string, ChartTally> {
    return this.#tallies;
  }

  /** Reports that are not remembered. */
  get losses(): Pick<FleetFrame, 'dropped' | 'losses'> {
    return this.#losses.counts;
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

  /** All actors as they are now, for a recording; each is described when it is taken. */
  recorded(): Iterable<RecordedActor> {
    const now = Array.from(this.#entries.values(), (entry) => {
      const { condition, chart, isForgotten, context } = entry;
      return { entry, condition, chart, isForgotten, context };
    });
    const tell = function* (registry: ActorRegistry): Generator<RecordedActor, void> {
      for (const { entry, condition, chart, isForgotten, context } of now) {
        const session = entry.subject?.report() ?? entry.session;
        const more = { chart, session, context, earlier: entry.earlier, isForgotten };
        yield Object.assign(registry.summary(entry, condition), more);
      }
    };
    return tell(this);
  }

  /** Takes the actors of a recording over, and then their changes. */
  restore(actors: Iterable<ActorEntry>, dropped: number): void {
    this.#losses = new Losses(dropped);
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
      if (this.#makeRoom()) this.#appear(reported);
      else this.drop('moreActors');
      return;
    }
    const name = this.#nameOf(reported);
    this.#names += name.length - known.name.length;
    known.name = name;
    known.subject = reported.subject ?? known.subject;
    this.#assign(known);
    if (reported.context !== undefined) this.contexts.keep(known, reported.context);
    const chart = this.#keyOf(reported) ?? known.chart;
    const { state, status } = known.condition;
    if (!known.isForgotten && chart === known.chart && state === reported.state && status === reported.status)
      return;
    this.#take(known);
    this.definitions.use(known.chart, -1);
    this.definitions.use(chart, 1);
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
    const { id, parent, state, status, subject = null, context } = reported;
    const { isForeign = false, earlier = [] } = reported;
    const name = this.#nameOf(reported);
    const entry: ActorEntry = {
      ...{ id, name, parent, since: now, children: new Set(), chart: this.#keyOf(reported) },
      ...{ subject, session: null, peer: null, last: null, role: null },
      ...{ context: null, isForgotten: false, isForeign, changes: 0 },
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
    if (entry === undefined) return;
    const { isForgotten: isBack } = entry;
    if (isBack && !(entry.isForeign && status === 'active')) return;
    if (context !== undefined) this.contexts.keep(entry, context);
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
    return definition === undefined ? null : this.definitions.keyOf(definition);
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
    // To appear, also once more, is no transition.
    if (event !== '' && !wasForgotten && entry.chart !== null) {
      this.transitions.count(entry.chart, event, from, state);
    }
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
    this.definitions.use(entry.chart, 1);
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
    if (entry.condition.status === 'active') {
      if (entry.isForeign) this.#foreign.use(entry);
      return;
    }
    this.#names -= namesOf(entry);
    settle(entry);
    this.#names += namesOf(entry);
    this.#ended.add(entry);
    if (this.#ended.size <= Math.max(this.#maxEnded, 1)) return;
    const gone = this.#ended.takeNext();
    if (gone !== undefined) this.#forget(gone);
  }

  /** Removes an actor from the counts. */
  #take(entry: ActorEntry): void {
    if (entry.isForgotten) return;
    this.#present--;
    this.#tallyOf(entry)?.count(entry.condition.state, entry.condition.status, -1, entry.role);
    if (entry.condition.status !== 'active') this.#ended.delete(entry);
    else if (entry.isForeign) this.#foreign.delete(entry);
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
    this.definitions.use(entry.chart, -1);
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
