import type { History } from '../../model/traffic-shapes.js';
import { formatWhen } from './ages.js';
import { formatClock } from './format.js';
import type { Moment } from './moment.js';

/** How far back which details go, at the timeline. */
export function detailText(history: Pick<History, 'since' | 'detailSince'> | undefined): string | null {
  if (history === undefined) return null;
  const { since, detailSince } = history;
  const detail = `Each change since ${formatClock(detailSince)}`;
  return detailSince <= since
    ? detail
    : `${detail}; before that, since ${formatClock(since)}, counts per second and requests`;
}

/** What a moment lacks that is before the remembered changes; `null` where it lacks nothing. */
export function momentNotice(
  moment: Moment | null,
  history: Pick<History, 'since' | 'detailSince'> | undefined,
  what: 'fleet' | 'actor',
): string | null {
  if (moment === null || history === undefined || moment.at >= history.detailSince) return null;
  const { since, detailSince } = history;
  if (moment.at < since) return `Nothing is remembered from before ${formatWhen(since, moment.at)}.`;
  const begin = `Single changes are remembered since ${formatWhen(detailSince, moment.at)}.`;
  return what === 'fleet'
    ? `${begin} The counts here are those of the second at ${formatClock(moment.at)}; lists of actors begin later.`
    : `${begin} Of ${formatClock(moment.at)} there are the requests of this session, and neither its state nor its events.`;
}

/** What the page says while its server is gone. */
export function lostText(lostAt: number): string {
  return `The server is gone since ${formatClock(lostAt)}. This is the last known state, not a live one; the page is reconnecting …`;
}

/** What the page says when another process has taken the place of the one that it knew. */
export function replacedText(began: number, now: number): string {
  return `Another process answers now; it began at ${formatWhen(began, now)}. What the one before it did is not known to it.`;
}

/** What the page says of an actor that its source does not know. */
export function unknownActorText(id: string, began: number | undefined, now: number): string {
  const process =
    began === undefined
      ? ''
      : ` What is known began at ${formatWhen(began, now)}, with the process that answers.`;
  return `No actor “${id}” is known here. It has ended and is forgotten, or the address is of an earlier process.${process}`;
}
