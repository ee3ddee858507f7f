import type { ActorSummary } from '../../model/shapes.js';
import { formatDuration, formatTime } from './format.js';

/** How old an actor is; of one that has ended, how old it was then. */
export function ageOf({ since, endedAt }: Pick<ActorSummary, 'since' | 'endedAt'>, now: number): number {
  return Math.max(0, Math.min(now, endedAt ?? now) - since);
}

/** A time with its day, where that is another one than that of `now`: `2026-11-29 09:05:03.042`. */
export function formatWhen(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  return then.toDateString() === today.toDateString() ? formatTime(at) : `${dayOf(then)} ${formatTime(at)}`;
}

/** A time, and how long ago it was. */
export function formatPast(at: number, now: number): string {
  return `${formatWhen(at, now)}, ${formatDuration(Math.max(0, now - at))} ago`;
}

function dayOf(time: Date): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}
