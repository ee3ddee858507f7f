import type { ChartTally } from './chart-tally.js';
import { bucketOf, DURATION_BUCKETS, packed, percentile } from './durations.js';
import { INSPECTION } from './inspection-limits.js';
import { InternedTexts } from './interned-texts.js';
import type { Gauges } from './known-charts.js';
import type { Second } from './traffic-shapes.js';

/** How it was at the end of a second. */
export interface SecondSample extends Gauges {
  readonly tallies: ReadonlyMap<string, ChartTally>;
}

/** A second, as the log keeps it. */
export interface KeptSecond extends Second {
  /** How many requests took how long, packed. */
  readonly durations: ArrayLike<number>;
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
  #requests = 0;
  #failed = 0;
  #errors = 0;
  #timed = 0;
  readonly #durations = new Uint32Array(DURATION_BUCKETS);

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
    this.#push({
      ...{ at: this.#currentAt, requests: this.#requests, failed: this.#failed, errors: this.#errors },
      p50: percentile(this.#durations, 0.5),
      p99: percentile(this.#durations, 0.99),
      ...gauges,
      durations: this.#timed === 0 ? NOTHING : packed(this.#durations),
      states,
    });
    [this.#requests, this.#failed, this.#errors, this.#timed] = [0, 0, 0, 0];
    this.#durations.fill(0);
    const next = Math.floor(now / SECOND) * SECOND;
    // Nothing happened meanwhile. A clock may have been set, so there may be years of it.
    this.#currentAt = Math.max(this.#currentAt + SECOND, next - this.#capacity * SECOND);
    const quiet = { requests: 0, failed: 0, errors: 0, p50: null, p99: null, durations: NOTHING };
    for (; this.#currentAt < next; this.#currentAt += SECOND) {
      for (let at = 0; at < states.length; at += 2) this.#useAgain(states[at] as number);
      this.#push({ at: this.#currentAt, ...quiet, ...gauges, states });
    }
  }

  #useAgain(state: number): void {
    this.#stateNames.use(this.#stateNames.get(state));
  }

  #statesIn(tallies: ReadonlyMap<string, ChartTally>): Uint32Array {
    const pairs: number[] = [];
    const most = 2 * INSPECTION.maxSecondStates.value;
    for (const [chart, { states, ended }] of tallies) {
      if (ended > 0 && pairs.length < most) pairs.push(this.#stateNames.use(chart), ended);
      for (const [state, count] of states) {
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

  /** A request has ended; how long it took is `null` where that is not known. */
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
