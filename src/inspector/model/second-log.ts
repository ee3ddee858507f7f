import type { ChartTally } from './chart-tally.js';
import { bucketOf, DURATION_BUCKETS, packed, percentile } from './durations.js';
import { INSPECTION } from './inspection-limits.js';
import { InternedTexts } from './interned-texts.js';
import type { Gauges } from './known-charts.js';
import type { Second, SessionRole } from './traffic-shapes.js';

/** How it was at the end of a second. */
export interface SecondSample extends Readonly<Record<SessionRole, Gauges>> {
  readonly tallies: ReadonlyMap<string, ChartTally>;
}

/** A second of the sessions of a role, as the log keeps it. */
export interface RoleSecond extends Omit<Second, 'at'> {
  /** How many requests took how long, packed. */
  readonly durations: ArrayLike<number>;
}

/** A second, as the log keeps it. */
export interface KeptSecond extends Readonly<Record<SessionRole, RoleSecond>> {
  readonly at: number;
  /** Numbers of states, each followed by how many actors were in it. */
  readonly states: ArrayLike<number>;
}

/** How many actors of a chart were in a state; without a state, how many had ended. */
export interface StateCount {
  readonly chart: string;
  readonly state: string | null;
  readonly count: number;
}

const SECOND = 1_000;
const NOTHING = new Uint32Array(0);
/** A second in which nothing was and nothing happened. */
export const QUIET_SECOND: RoleSecond = {
  ...{ requests: 0, failed: 0, errors: 0, p50: null, p99: null, durations: NOTHING },
  ...{ connections: 0, busy: 0, waiting: 0, queued: null },
};

/** What happens in the present second to the sessions of a role. */
class RoleCounter {
  #requests = 0;
  #failed = 0;
  #errors = 0;
  #timed = 0;
  readonly #durations = new Uint32Array(DURATION_BUCKETS);

  countRequest(duration: number | null, hasFailed: boolean): void {
    this.#requests++;
    if (hasFailed) this.#failed++;
    if (duration === null) return;
    this.#timed++;
    const bucket = bucketOf(Math.max(duration, 0));
    this.#durations[bucket] = (this.#durations[bucket] as number) + 1;
  }

  countError(): void {
    this.#errors++;
  }

  /** What has happened; from here on nothing has. */
  take(gauges: Gauges): RoleSecond {
    const counts = { requests: this.#requests, failed: this.#failed, errors: this.#errors };
    const isTimed = this.#timed > 0;
    const second = {
      ...counts,
      p50: isTimed ? percentile(this.#durations, 0.5) : null,
      p99: isTimed ? percentile(this.#durations, 0.99) : null,
      ...gauges,
      durations: isTimed ? packed(this.#durations) : NOTHING,
    };
    if (isTimed) this.#durations.fill(0);
    [this.#requests, this.#failed, this.#errors, this.#timed] = [0, 0, 0, 0];
    return second;
  }
}

/** Between chart and state; no key of a chart contains it. Without it, the count is of actors that have ended. */
const BETWEEN = '\u0000';

/**
 * What happened in each second of the last hour, and how it was at its end. There is no timer: the log is asked to
 * advance before each change and each look, so nothing has changed since the end of the seconds that it closes then.
 */
export class SecondLog {
  readonly #capacity: number;
  readonly #sample: () => SecondSample;
  readonly #stateNames = new InternedTexts(65_000, '');
  #seconds: KeptSecond[] = [];
  /** Where the oldest is, once the ring is full. */
  #first = 0;
  /** When it began to count; within the first second. */
  #startedAt: number | null = null;
  #currentAt = 0;
  readonly #counters = { server: new RoleCounter(), client: new RoleCounter() };
  readonly #seen = new Set<SessionRole>();

  constructor(sample: () => SecondSample, capacity: number = INSPECTION.maxSeconds.value) {
    this.#sample = sample;
    this.#capacity = capacity;
  }

  /** When the oldest second began; `null` before the first report. */
  get since(): number | null {
    const oldest = this.#seconds[this.#first];
    if (this.#startedAt === null || oldest === undefined) return this.#startedAt;
    return Math.max(oldest.at, this.#startedAt);
  }

  /** When the present second began. */
  get currentAt(): number {
    return this.#currentAt;
  }

  /** Closes the seconds before a time. It comes before everything that happens at that time. */
  advance(now: number): void {
    if (this.#startedAt === null) {
      this.#startedAt = now;
      this.#currentAt = Math.floor(now / SECOND) * SECOND;
    }
    if (now < this.#currentAt + SECOND) return;
    this.#close(now);
  }

  #close(now: number): void {
    const { tallies, ...gauges } = this.#sample();
    const states = this.#statesIn(tallies);
    const [server, client] = [
      this.#counters.server.take(gauges.server),
      this.#counters.client.take(gauges.client),
    ];
    this.#push({ at: this.#currentAt, server, client, states });
    const next = Math.floor(now / SECOND) * SECOND;
    // Nothing happened meanwhile. A clock may have been set, so there may be years of it.
    this.#currentAt = Math.max(this.#currentAt + SECOND, next - this.#capacity * SECOND);
    const quiet = {
      server: { ...QUIET_SECOND, ...gauges.server },
      client: { ...QUIET_SECOND, ...gauges.client },
    };
    for (; this.#currentAt < next; this.#currentAt += SECOND) {
      for (let at = 0; at < states.length; at += 2) this.#useAgain(states[at] as number);
      this.#push({ at: this.#currentAt, ...quiet, states });
    }
  }

  #useAgain(state: number): void {
    this.#stateNames.use(this.#stateNames.get(state));
  }

  #statesIn(tallies: ReadonlyMap<string, ChartTally>): Uint32Array {
    const pairs: number[] = [];
    const most = 2 * INSPECTION.maxSecondStates.value;
    for (const [chart, tally] of tallies) {
      if (tally.ended > 0 && pairs.length < most) pairs.push(this.#stateNames.use(chart), tally.ended);
      for (const [state, count] of tally.states()) {
        if (pairs.length >= most) break;
        pairs.push(this.#stateNames.use(`${chart}${BETWEEN}${state}`), count);
      }
    }
    return Uint32Array.from(pairs);
  }

  #push(second: KeptSecond): void {
    if (this.#seconds.length < this.#capacity) {
      this.#seconds.push(second);
      return;
    }
    const { states } = this.#seconds[this.#first] as KeptSecond;
    for (let at = 0; at < states.length; at += 2) this.#stateNames.release(states[at] as number);
    this.#seconds[this.#first] = second;
    this.#first = (this.#first + 1) % this.#capacity;
  }

  /** There is, or was, a session of that role. */
  see(role: SessionRole): void {
    this.#seen.add(role);
  }

  /** Whether there ever was a session of that role. */
  hasSeen(role: SessionRole): boolean {
    return this.#seen.has(role);
  }

  /** A request has ended; how long it took is `null` where that is not known. */
  countRequest(role: SessionRole, duration: number | null, hasFailed: boolean): void {
    this.#seen.add(role);
    this.#counters[role].countRequest(duration, hasFailed);
  }

  countError(role: SessionRole): void {
    this.#counters[role].countError();
  }

  /** All complete seconds, oldest first; or those from an index on. */
  all(from = 0): readonly KeptSecond[] {
    const { length } = this.#seconds;
    return Array.from({ length: Math.max(length - from, 0) }, (_, at) => {
      return this.#seconds[(this.#first + from + at) % length] as KeptSecond;
    });
  }

  /** The last complete seconds, oldest first. */
  last(count: number): readonly KeptSecond[] {
    return this.all(Math.max(this.#seconds.length - count, 0));
  }

  /** How many actors were in which state at the end of a second. */
  statesOf({ states }: KeptSecond): StateCount[] {
    const counts = Array.from({ length: states.length / 2 }, (_, at) => {
      const [chart = '', state = null] = this.#stateNames.get(states[2 * at] as number).split(BETWEEN);
      return { chart, state, count: states[2 * at + 1] as number };
    });
    return counts.filter(({ chart }) => chart !== '');
  }

  /** The second that ended last before a time, or else the first one. */
  before(at: number): KeptSecond | undefined {
    const seconds = this.all();
    return seconds.findLast((second) => second.at + SECOND <= at) ?? seconds[0];
  }

  /** Takes the seconds of a recording over, which were written until a time. */
  adopt(
    seconds: readonly KeptSecond[],
    states: ReadonlyMap<KeptSecond, readonly StateCount[]>,
    startedAt: number | null,
    until: number,
  ): void {
    for (const second of seconds.slice(-this.#capacity)) {
      const pairs = (states.get(second) ?? []).flatMap(({ chart, state, count }) => {
        return [this.#stateNames.use(state === null ? chart : `${chart}${BETWEEN}${state}`), count];
      });
      this.#push({ ...second, states: Uint32Array.from(pairs) });
    }
    this.#startedAt = startedAt ?? seconds[0]?.at ?? null;
    const last = seconds.at(-1);
    this.#currentAt = last === undefined ? Math.floor(until / SECOND) * SECOND : last.at + SECOND;
  }
}
