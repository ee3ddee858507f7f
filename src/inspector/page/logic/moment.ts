import type { ActorDetail, LogEntry } from '../../model/shapes.js';

/** A time that is looked at. */
export interface Moment {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** The last change that has happened then, of several within one millisecond; `null` for all of them. */
  readonly through: number | null;
}

/** The changes that had happened at the moment; all of them where there is none. */
export function logUntil(log: readonly LogEntry[], moment: Moment | null): readonly LogEntry[] {
  if (moment === null) return log;
  return log.filter((entry) => isUntil(entry, moment));
}

/** Whether a change had happened at the moment. */
export function isUntil({ at, number }: Pick<LogEntry, 'at' | 'number'>, moment: Moment): boolean {
  return at < moment.at || (at === moment.at && number <= (moment.through ?? Infinity));
}

/** The state of an actor at the moment; `null` where it is not known to have been there. */
export function stateAt(
  { id, log, state }: Pick<ActorDetail, 'id' | 'log' | 'state'>,
  moment: Moment | null,
): string | null {
  if (moment === null) return state;
  const own = log.filter((entry) => entry.actor === id);
  const last = logUntil(own, moment).at(-1);
  return last === undefined ? (own[0]?.from ?? null) : last.to;
}

/** The moment of the change before, or `null` where there is none. */
export function stepBack(log: readonly LogEntry[], moment: Moment | null): Moment | null {
  return momentOf(logUntil(log, moment).at(-2));
}

/** The moment of the change after; `null` where that is now. */
export function stepForward(log: readonly LogEntry[], moment: Moment | null): Moment | null {
  return moment === null ? null : momentOf(log[logUntil(log, moment).length]);
}

function momentOf(entry: LogEntry | undefined): Moment | null {
  return entry === undefined ? null : { at: entry.at, through: entry.number };
}
