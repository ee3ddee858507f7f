import type { ActorOrder, ActorQuery } from '../model/shapes.js';
import type { HistoryQuery, RequestOrder, RequestQuery, SessionRole } from '../model/traffic-shapes.js';

const ACTOR_ORDERS = [
  ...(['age', 'changed', 'name', 'bytes', 'requests', 'errors', 'transitions'] as const),
  ...(['peer', 'state', 'process', 'path', 'status', 'code'] as const),
] as const satisfies readonly ActorOrder[];

const REQUEST_ORDERS = [
  ...(['at', 'method', 'path', 'status', 'bytesIn', 'bytesOut', 'duration', 'session', 'outcome'] as const),
] as const satisfies readonly RequestOrder[];

const ROLES = ['server', 'client'] as const satisfies readonly SessionRole[];

/** The query is not valid. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

/** Reads which actors to list. @throws QueryError */
export function actorQuery(params: URLSearchParams): ActorQuery {
  return withoutGaps<ActorQuery>({
    chart: text(params, 'chart'),
    state: text(params, 'state'),
    status: choice(params, 'status', ['live', 'ended']),
    search: text(params, 'search'),
    order: choice(params, 'order', ACTOR_ORDERS),
    ascending: params.get('ascending') === 'true',
    offset: whole(params, 'offset'),
    limit: whole(params, 'limit'),
    at: count(params, 'at'),
  });
}

/** Reads which requests to list. @throws QueryError */
export function requestQuery(params: URLSearchParams): RequestQuery {
  return withoutGaps<RequestQuery>({
    session: text(params, 'session'),
    role: choice(params, 'role', ROLES),
    status: status(params),
    search: text(params, 'search'),
    slowerThan: count(params, 'slowerThan'),
    isFailed: params.get('isFailed') === 'true',
    isOpen: params.get('isOpen') === 'true',
    except: wholes(params, 'except'),
    since: count(params, 'since'),
    at: count(params, 'at'),
    order: choice(params, 'order', REQUEST_ORDERS),
    ascending: params.get('ascending') === 'true',
    offset: whole(params, 'offset'),
    limit: whole(params, 'limit'),
    hasQueries: params.get('hasQueries') === 'true',
  });
}

/** Reads how to divide time. @throws QueryError */
export function historyQuery(params: URLSearchParams): HistoryQuery {
  return withoutGaps<HistoryQuery>({
    since: count(params, 'since'),
    until: count(params, 'until'),
    points: whole(params, 'points'),
    chart: text(params, 'chart'),
    role: choice(params, 'role', ROLES),
  });
}

/** Reads the requested time; `undefined` is now. @throws QueryError */
export function timeQuery(params: URLSearchParams): number | undefined {
  return count(params, 'at');
}

function text(params: URLSearchParams, name: string): string | undefined {
  return params.get(name) ?? undefined;
}

function count(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0)
    throw new QueryError(`${name}: must be a number of at least 0 (got "${text}")`);
  return value;
}

function whole(params: URLSearchParams, name: string): number | undefined {
  const value = count(params, name);
  if (value !== undefined && !Number.isSafeInteger(value))
    throw new QueryError(`${name}: must be a whole number (got "${String(params.get(name))}")`);
  return value;
}

/** Whole numbers with commas between them. */
function wholes(params: URLSearchParams, name: string): readonly number[] | undefined {
  const text = params.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}(?:,\d{1,15}){0,99}$/.test(text))
    throw new QueryError(`${name}: must be up to 100 whole numbers with commas between them (got "${text}")`);
  return text.split(',').map(Number);
}

function status(params: URLSearchParams): string | undefined {
  const text = params.get('status');
  if (text === null) return undefined;
  if (!/^[1-9](?:\d\d|xx)$/i.test(text))
    throw new QueryError(`status: must be a status such as 404, or a class such as 5xx (got "${text}")`);
  return text;
}

function choice<TChoice extends string>(
  params: URLSearchParams,
  name: string,
  choices: readonly TChoice[],
): TChoice | undefined {
  const text = params.get(name);
  if (text === null) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined)
    throw new QueryError(`${name}: must be one of ${choices.join(', ')} (got "${text}")`);
  return choice;
}

function withoutGaps<TQuery extends object>(query: {
  readonly [Name in keyof TQuery]-?: TQuery[Name] | undefined;
}): TQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as TQuery;
}
