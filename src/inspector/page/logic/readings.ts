import type { History, Minute, Second, SessionRole } from '../../model/traffic-shapes.js';

/** What the status strip shows of one second; `null` where it is not known. */
export type SecondReading = { readonly [Name in keyof Second]: Name extends 'at' ? number : number | null };

/** What the status strip shows: a minute, second by second, and over the whole of it. */
export interface Readings {
  readonly p50: number | null;
  readonly p99: number | null;
  /** Oldest first. */
  readonly seconds: readonly SecondReading[];
}

/** The last minute of both roles; `null` for one that was not seen. */
export type Minutes = Readonly<Record<SessionRole, Minute | null>>;

const SECOND = 1000;
const MINUTE = 60;

/** Of ten minutes; what came before is asked from the source. */
const KEPT = 600;

interface Heard {
  readonly at: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly second: Second;
}

/** What was heard second by second, so that the strip can show a moment as it was shown then. */
export class PulseLog {
  readonly #heard: Heard[] = [];

  /** Keeps the newest second of a minute that ends at a time; one that was heard before changes nothing. */
  add(at: number, { seconds, p50, p99 }: Minute): void {
    const second = seconds.at(-1);
    const last = this.#heard.at(-1);
    if (second === undefined || (last !== undefined && last.second.at >= second.at)) return;
    if (last === undefined) {
      // What was before it is known as well, but not what the minute was then.
      for (const earlier of seconds.slice(0, -1)) {
        this.#heard.push({ at: earlier.at + SECOND, p50: null, p99: null, second: earlier });
      }
    }
    this.#heard.push({ at, p50, p99, second });
    if (this.#heard.length > KEPT) this.#heard.splice(0, this.#heard.length - KEPT);
  }

  /** The minute before a time; `null` where nothing of it was heard. */
  at(time: number): Readings | null {
    const until = this.#heard.filter(({ second }) => isWithinMinute(second.at + SECOND, time));
    const last = until.at(-1);
    // A page that was asleep has heard nothing for a while.
    if (last === undefined || time - last.second.at > 3 * SECOND) return null;
    return { p50: last.p50, p99: last.p99, seconds: until.map(({ second }) => second) };
  }
}

function isWithinMinute(at: number, time: number): boolean {
  return at <= time && at > time - MINUTE * SECOND;
}

/** Whether all seconds of a minute are known. */
export function isWhole({ seconds }: Readings): boolean {
  return seconds.length >= MINUTE - 1;
}

/** What history has of a minute, up to the first second that was heard; what was heard is known better. */
export function withHeard(told: Readings, heard: Readings | null): Readings {
  if (heard === null) return told;
  const begin = heard.seconds[0]?.at ?? Infinity;
  const earlier = told.seconds.filter(({ at }) => at <= begin - SECOND);
  return { p50: heard.p50, p99: heard.p99, seconds: [...earlier, ...heard.seconds].slice(-MINUTE) };
}

/** The minute before a time, as far as history tells it. */
export function readingsOf(history: History): Readings {
  return {
    ...{ p50: null, p99: null },
    seconds: history.at.map((at, i) => ({
      ...{ at, p50: null, connections: null, busy: null, waiting: null, queued: null },
      requests: history.requests[i] ?? null,
      failed: history.failed[i] ?? null,
      errors: history.errors[i] ?? null,
      p99: history.p99[i] ?? null,
    })),
  };
}

/** How a minute is asked for in seconds. */
export function minuteBefore(at: number): {
  readonly since: number;
  readonly until: number;
  readonly points: number;
} {
  return { since: at - MINUTE * SECOND, until: at, points: MINUTE };
}

/** A number with a short history. */
export interface Tile {
  readonly name: TileName;
  readonly value: number | null;
  /** Oldest first; a gap is `null`. */
  readonly series: readonly (number | null)[];
  readonly isError: boolean;
}

/** The tiles of the status strip, from left to right. */
export type TileName =
  'connections' | 'requests' | 'busy' | 'waiting' | 'p50' | 'p99' | 'failed' | 'errors' | 'queued';

/** The numbers of the strip; a queue only where there are pools. */
export function tilesOf({ seconds, p50, p99 }: Readings): readonly Tile[] {
  const series = (name: keyof Second): (number | null)[] => seconds.map((second) => second[name]);
  const last = (name: keyof Second): number | null => seconds.at(-1)?.[name] ?? null;
  const plain = (name: Exclude<TileName, 'p50' | 'p99'>): Tile => ({
    ...{ name, value: last(name), series: series(name), isError: false },
  });
  const summed = (name: 'failed' | 'errors'): Tile => {
    const value = sum(series(name));
    return { name, value, series: series(name), isError: value !== null && value > 0 };
  };
  return [
    ...[plain('connections'), plain('requests'), plain('busy'), plain('waiting')],
    { name: 'p50', value: p50, series: series('p50'), isError: false },
    { name: 'p99', value: p99, series: series('p99'), isError: false },
    ...[summed('failed'), summed('errors')],
    ...(seconds.some(({ queued }) => queued !== null) ? [plain('queued')] : []),
  ];
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** The role that is shown: the chosen one where there are both, and otherwise the one that there is. */
export function shownRole({ server, client }: Minutes, chosen: string | undefined): SessionRole | undefined {
  if (server !== null && (client === null || chosen !== 'client')) return 'server';
  return client === null ? undefined : 'client';
}

/** The path of a line through values, in a box; a gap interrupts it. Empty where there are no values. */
export function sparkline(
  values: readonly (number | null)[],
  { width, height }: { readonly width: number; readonly height: number },
  slots: number = MINUTE,
): string {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const begin = slots - values.length;
  let isDrawing = false;
  return values
    .map((value, i) => {
      if (value === null) {
        isDrawing = false;
        return '';
      }
      const x = ((begin + i) / (slots - 1)) * width;
      const y = height - (value / most) * height;
      const command = isDrawing ? 'L' : 'M';
      isDrawing = true;
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
