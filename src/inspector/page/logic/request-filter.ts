import type { RequestList, RequestQuery, RequestRow, SessionRole } from '../../model/traffic-shapes.js';

/** Which requests are listed, and how. */
export interface RequestFilter {
  readonly show: RequestShow;
  /** A class of statuses, `5xx`; empty for any. */
  readonly status: string;
  readonly search: string;
  /** In milliseconds; 0 for any. */
  readonly slowerThan: number;
  readonly hasQueries: boolean;
  /** The requests of a path together, in one row. */
  readonly isByPath: boolean;
}

/** All requests, those that are running, or those that failed. */
export type RequestShow = 'all' | 'open' | 'failed';

/** All requests, one by one. */
export const ALL_REQUESTS: RequestFilter = {
  ...{ show: 'all', status: '', search: '', slowerThan: 0 },
  ...{ hasQueries: false, isByPath: false },
};

/** An open request is shown on top of the others once it has taken that long, in milliseconds. */
const STUCK_AFTER_MS = 1000;

/** Whose requests are listed, and of when. */
export interface RequestScope {
  /** The id of a session; absent for all. */
  readonly session?: string | undefined;
  /** Absent for both. */
  readonly role?: SessionRole | undefined;
  readonly since?: number | undefined;
  readonly at?: number | undefined;
}

/** What a source is asked for, without the order and the range. */
export function queryOf(filter: RequestFilter, { session, role, since, at }: RequestScope): RequestQuery {
  const { show, status, slowerThan, hasQueries } = filter;
  const search = filter.search.trim();
  return {
    ...(session === undefined ? {} : { session }),
    ...(role === undefined ? {} : { role }),
    ...(show === 'failed' ? { isFailed: true } : {}),
    ...(show === 'open' ? { isOpen: true } : {}),
    ...(status === '' ? {} : { status }),
    ...(search === '' ? {} : { search }),
    ...(slowerThan === 0 ? {} : { slowerThan }),
    ...(hasQueries ? { hasQueries } : {}),
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
  };
}

/** The same for the open requests that have taken long, whatever else is listed. */
export function stuckQueryOf(query: RequestQuery): RequestQuery {
  const { isFailed: _, status: _status, ...rest } = query;
  return {
    ...rest,
    ...{ isOpen: true, order: 'duration', limit: 5 },
    slowerThan: Math.max(STUCK_AFTER_MS, query.slowerThan ?? 0),
  };
}

/** A part of a list, and the requests that are shown on top of it. */
export interface ListWithStuck extends RequestList {
  readonly stuck: readonly RequestRow[];
}

/**
 * Asks for a part of a list and for the stuck requests, together: otherwise rows would move as those on top of them come.
 * What is on top is not in the list again, whatever its order.
 */
export async function listWithStuck(
  ask: (query: RequestQuery) => Promise<RequestList>,
  query: RequestQuery,
): Promise<ListWithStuck> {
  // Of open requests those that are stuck are no exception.
  if (query.isOpen === true) return { ...(await ask(query)), stuck: [] };
  const { offset: _, limit: _limit, ascending: _ascending, ...asked } = query;
  const { requests: stuck } = await ask(stuckQueryOf(asked));
  const except = stuck.map(({ number }) => number);
  return { ...(await ask(stuck.length === 0 ? query : { ...query, except })), stuck };
}

/** How many requests a filter finds: those that it shows on top count if it would find them as well. */
export function countOf({ isFailed, status }: RequestQuery, { total, stuck }: ListWithStuck): number {
  const isFound = (row: RequestRow): boolean =>
    (isFailed !== true || (row.status ?? 0) >= 500) &&
    (status === undefined || String(row.status ?? '').startsWith(status.replace(/xx$/i, '')));
  return total + stuck.filter(isFound).length;
}
