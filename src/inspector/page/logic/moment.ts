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

/** What is known of an actor and of its changes. */
export type Logged = Pick<ActorDetail, 'id' | 'state' | 'log' | 'logSince'>;

/** Whether the log of an actor may lack changes between the moment and now. */
export function isBeyondLog({ logSince }: Pick<Logged, 'logSince'>, moment: Moment): boolean {
  return moment.at <= logSince;
}

/** The changes of an actor alone; of a moment after a gap in the log, without those before the gap. */
export function ownChanges(actor: Logged, moment: Moment): readonly LogEntry[] {
  const hasGap = actor.logSince > 0 && !isBeyondLog(actor, moment);
  return actor.log.filter((entry) => entry.actor === actor.id && !(hasGap && entry.number <= 0));
}

/** The state of an actor at the moment; `null` where it is not known to have been there. */
export function stateAt(actor: Logged, moment: Moment | null): string | null {
  if (moment === null) return actor.state;
  const own = ownChanges(actor, moment);
  const last = logUntil(own, moment).at(-1);
  if (last !== undefined) return last.to;
  const [next] = own;
  if (next !== undefined) return next.from;
  // It has not changed for as long as the log goes back.
  return actor.logSince > 0 && !isBeyondLog(actor, moment) ? actor.state : null;
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
