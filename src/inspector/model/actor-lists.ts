import { INSPECTION } from './inspection-limits.js';
import { peerOf, summaryOf, totalsOf, type ActorCondition, type ActorEntry } from './actor-entry.js';
import type { ActorList, ActorOrder, ActorQuery, SessionTotals } from './shapes.js';
import { isInState } from '../../chart/state-name.js';

/** An actor in the condition that it is or was in at the time that is asked for. */
export type Conditioned = readonly [entry: ActorEntry, condition: ActorCondition];

const DEFAULT_LIMIT = 100;

/** Chooses and sorts actors. What they have done, and where their peers are, is as of now whatever the time. */
export function listActors(all: Iterable<Conditioned>, query: ActorQuery, at: number): ActorList {
  const chosen = [...all].filter((one) => isChosen(one, query));
  const rank = RANKS[query.order ?? 'changed'];
  const sign = query.ascending === true ? 1 : -1;
  const ranked = chosen.map((one) => ({ one, rank: rank(one) }));
  ranked.sort((a, b) => sign * (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  const limit = Math.min(query.limit ?? DEFAULT_LIMIT, INSPECTION.maxListed.value);
  return {
    at,
    total: chosen.length,
    actors: ranked.slice(0, limit).map(({ one: [entry, condition] }) => summaryOf(entry, condition)),
  };
}

function isChosen([entry, { state, status }]: Conditioned, query: ActorQuery): boolean {
  if (query.chart !== undefined && entry.chart !== query.chart) return false;
  if (query.status !== undefined && (status === 'active') !== (query.status === 'live')) return false;
  if (query.state !== undefined && !isInState(state, query.state)) return false;
  return query.search === undefined || isFound(entry, query.search.toLowerCase());
}

function isFound(entry: ActorEntry, search: string): boolean {
  return [entry.name, entry.id, peerOf(entry) ?? ''].some((text) => text.toLowerCase().includes(search));
}

/** What each order compares; the oldest has the greatest age. */
const RANKS: Readonly<Record<ActorOrder, (one: Conditioned) => number | string>> = {
  age: ([{ since }]) => -since,
  changed: ([, { changedAt }]) => changedAt,
  name: ([{ name }]) => name,
  transitions: ([, { transitions }]) => transitions,
  bytes: total(({ bytesIn, bytesOut }) => bytesIn + bytesOut),
  requests: total(({ requests }) => requests),
  errors: total(({ errors }) => errors),
};

function total(of: (totals: SessionTotals) => number): (one: Conditioned) => number {
  return ([entry]) => {
    const totals = totalsOf(entry);
    return totals === null ? -1 : of(totals);
  };
}
