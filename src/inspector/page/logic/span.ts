import type { RequestGroup } from '../../model/request-groups.js';
import type { HistoryQuery, RequestQuery } from '../../model/traffic-shapes.js';
import type { LogEntry } from '../../model/shapes.js';
import type { Moment } from './moment.js';

/** A stretch of time, in milliseconds since the Unix epoch; both ends belong to it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long a timeline that follows the present may be: it grows in steps, and scrolls evenly in between. */
const LENGTHS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 360, 720, 1440].map(
  (minutes) => minutes * MINUTE,
);

/** How long a bar may be. Sources count by the second. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].map((seconds) => seconds * SECOND);

/** A bar and the gap after it are about that wide, in pixels. */
const BAR_WIDTH = 5;

/** A shorter range cannot be chosen. */
const SHORTEST = 100;

/** The time that a timeline shows while its right end is the present. It ends with the second, so that it moves evenly. */
export function followingSpan(since: number, now: number): Span {
  const to = Math.ceil(now / SECOND) * SECOND;
  const length = LENGTHS.find((one) => one >= to - since) ?? to - since;
  return { from: to - length, to };
}

/** The time that a timeline shows of a source that has ended: all of it. */
export function wholeSpan(since: number, end: number): Span {
  return { from: Math.min(since, end - SECOND), to: end };
}

/** A range between two times in either order, within another range and not too short. */
export function spanBetween(one: number, other: number, { from, to }: Span): Span {
  const within = (at: number): number => Math.min(Math.max(Math.round(at), from), to);
  const begin = within(Math.min(one, other));
  const end = within(Math.max(one, other));
  if (end - begin >= SHORTEST) return { from: begin, to: end };
  return begin + SHORTEST <= to
    ? { from: begin, to: begin + SHORTEST }
    : { from: Math.max(from, to - SHORTEST), to };
}

/** The stretch of time that ends with a moment. */
export function spanBefore(at: number, length: number): Span {
  return { from: at - length, to: at };
}

/** The share of a range that is before a time: 0 at its beginning, 1 at its end. */
export function shareOf({ from, to }: Span, at: number): number {
  return Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from)));
}

/** How a range is divided into bars. */
export interface Division {
  readonly since: number;
  readonly until: number;
  /** The length of each. */
  readonly step: number;
}

/** Divides a range into bars of a round length that begin at round times: they count the same while the range moves on. */
export function divisionOf({ from, to }: Span, width: number): Division {
  const most = Math.max(1, Math.floor(width / BAR_WIDTH));
  const length = (to - from) / most;
  const step = STEPS.find((one) => one >= length) ?? Math.ceil(length / MINUTE) * MINUTE;
  const since = Math.floor(from / step) * step;
  const until = Math.max(since + step, Math.ceil(to / step) * step);
  return { since, until, step };
}

/** Sources give that many stretches at the most. */
const MOST_POINTS = 1000;

/**
 * What to ask for to fill a division: seconds, which are summed up here; of a long range stretches of the division, from
 * the first one that is remembered whole.
 */
export function questionOf(
  { since, until, step }: Division,
  remembered: number | undefined,
): Required<Pick<HistoryQuery, 'since' | 'until' | 'points'>> {
  if (until - since <= MOST_POINTS * SECOND) return { since, until, points: MOST_POINTS };
  const first = Math.max(since, Math.ceil((remembered ?? since) / step) * step);
  return { since: first, until, points: Math.max(1, Math.round((until - first) / step)) };
}

/** Which requests a list has where a range is chosen, and a moment, or neither. */
export function requestsWithin(span: Span | null, moment: Moment | null): Pick<RequestQuery, 'since' | 'at'> {
  const at = moment?.at ?? span?.to;
  return { ...(span === null ? {} : { since: span.from }), ...(at === undefined ? {} : { at }) };
}

/** The changes within a range; all of them where there is none. */
export function logWithin(log: readonly LogEntry[], span: Span | null): readonly LogEntry[] {
  return span === null ? log : log.filter((entry) => isWithin(entry, span));
}

/** The requests of a log that have changes within a range, as stretches of what {@link logWithin} leaves of it. */
export function groupsWithin(
  groups: readonly RequestGroup[],
  log: readonly LogEntry[],
  span: Span | null,
): readonly RequestGroup[] {
  if (span === null) return groups;
  // How many changes within the range are before each place of the log.
  const before = [0];
  for (const entry of log) before.push((before.at(-1) ?? 0) + (isWithin(entry, span) ? 1 : 0));
  return groups
    .map((group) => ({ ...group, first: before[group.first] ?? 0, end: before[group.end] ?? 0 }))
    .filter(({ first, end }) => first < end);
}

function isWithin({ at }: Pick<LogEntry, 'at'>, { from, to }: Span): boolean {
  return at >= from && at <= to;
}
