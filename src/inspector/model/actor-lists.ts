import { INSPECTION } from './inspection-limits.js';
import {
  endOf,
  lastOf,
  nameOf,
  peerOf,
  totalsOf,
  type ActorCondition,
  type ActorEntry,
} from './actor-entry.js';
import type { ActorOrder, ActorQuery, LastRequest, SessionTotals } from './shapes.js';
import { isInState } from '../../chart/state-name.js';

/** An actor in the condition that it is or was in at the time that is asked for. */
export type Conditioned = readonly [entry: ActorEntry, condition: ActorCondition];

const DEFAULT_LIMIT = 100;

/** The chosen actors, in order, of all that match. */
export interface ChosenActors {
  readonly total: number;
  readonly chosen: readonly Conditioned[];
}

/** What an actor is compared by; `null` comes last, in whatever direction. */
type Rank = number | string | null;

/** Chooses and sorts actors of the chart that is asked for. What they have done, and where their peers are, is as of now whatever the time. */
export function listActors(
  all: readonly Conditioned[],
  query: ActorQuery,
  at: number,
  processOf: (entry: ActorEntry) => string,
): ChosenActors {
  const matching = all.filter(matcher(query));
  const rank = query.order === 'process' ? processRank(processOf) : RANKS[query.order ?? 'changed'];
  const ranked = matching.map((one) => ({ one, rank: rank(one, at) }));
  const sign = query.ascending === true ? 1 : -1;
  ranked.sort((a, b) => compare(a.rank, b.rank, sign));
  const { offset = 0 } = query;
  const limit = Math.min(query.limit ?? DEFAULT_LIMIT, INSPECTION.maxListed.value);
  return {
    total: matching.length,
    chosen: ranked.slice(offset, offset + limit).map(({ one }) => one),
  };
}

function compare(a: Rank, b: Rank, sign: 1 | -1): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -sign : sign;
}

function matcher({ status, state, search }: ActorQuery): (one: Conditioned) => boolean {
  const sought = search?.toLowerCase() ?? '';
  return ([entry, condition]) => {
    if (status !== undefined && (condition.status === 'active') !== (status === 'live')) return false;
    if (state !== undefined && !isInState(condition.state, state)) return false;
    return sought === '' || isFound(entry, sought);
  };
}

function isFound(entry: ActorEntry, search: string): boolean {
  const last = lastOf(entry);
  const texts = [nameOf(entry), entry.id, peerOf(entry), last?.path, last?.code];
  return texts.some((text) => text?.toLowerCase().includes(search));
}

/** What each order compares. The oldest has the greatest age, and the age of one that has ended stands still. */
const RANKS: Readonly<Record<Exclude<ActorOrder, 'process'>, (one: Conditioned, at: number) => Rank>> = {
  age: ([{ since }, condition], at) => (endOf(condition) ?? at) - since,
  changed: ([, { changedAt }]) => changedAt,
  name: ([entry]) => numbered(nameOf(entry)),
  transitions: ([, { transitions }]) => transitions,
  bytes: total(({ bytesIn, bytesOut }) => bytesIn + bytesOut),
  requests: total(({ requests }) => requests),
  errors: total(({ errors }) => errors),
  peer: ([entry]) => numbered(peerOf(entry)),
  state: ([, { state }]) => state,
  path: last(({ path }) => path),
  status: last(({ status }) => status),
  code: last(({ code }) => code),
};

function processRank(processOf: (entry: ActorEntry) => string): (one: Conditioned) => Rank {
  return ([entry]) => numbered(processOf(entry));
}

/** A text with the number at its end as people sort it: `session 9` comes before `session 10`. */
function numbered<TText extends string | null>(text: TText): TText | string {
  if (text === null) return text;
  let end = text.length;
  while (end > 0 && isDigit(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end) + text.slice(end).padStart(NUMBER_WIDTH, '0');
}

const NUMBER_WIDTH = 12;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function total(of: (totals: SessionTotals) => number): (one: Conditioned) => Rank {
  return ([entry]) => {
    const totals = totalsOf(entry);
    return totals === null ? null : of(totals);
  };
}

function last(of: (last: LastRequest) => Rank): (one: Conditioned) => Rank {
  return ([entry]) => {
    const request = lastOf(entry);
    return request === null ? null : of(request);
  };
}
