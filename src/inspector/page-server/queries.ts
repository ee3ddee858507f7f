import { KnownNames } from '../../errors/index.js';
import type { ActorOrder, ActorQuery } from '../model/shapes.js';
import type {
  HistoryQuery,
  MinuteQuery,
  RequestOrder,
  RequestQuery,
  SessionRole,
} from '../model/traffic-shapes.js';

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

const ACTOR_NAMES = names<ActorQuery>({
  ...{ chart: 1, state: 1, status: 1, search: 1, order: 1, ascending: 1, offset: 1, limit: 1, at: 1 },
});

const REQUEST_NAMES = names<RequestQuery>({
  ...{ session: 1, role: 1, status: 1, search: 1, slowerThan: 1, isFailed: 1, isOpen: 1, except: 1 },
  ...{ since: 1, at: 1, order: 1, ascending: 1, offset: 1, limit: 1, hasQueries: 1 },
});

const HISTORY_NAMES = names<HistoryQuery>({ since: 1, until: 1, points: 1, chart: 1, role: 1 });

const MINUTE_NAMES = names<MinuteQuery>({ at: 1, role: 1 });

const TIME_NAMES = names<{ at: number }>({ at: 1 });

/** The last day that JavaScript knows, in the year 275760. */
const LAST_TIME = 8.64e15;

/** Reads which actors to list. @throws QueryError */
export function actorQuery(params: URLSearchParams): ActorQuery {
  checkNames(params, ACTOR_NAMES);
  return withoutGaps<ActorQuery>({
    chart: text(params, 'chart'),
    state: text(params, 'state'),
    status: choice(params, 'status', ['live', 'ended']),
    search: text(params, 'search'),
    order: choice(params, 'order', ACTOR_ORDERS),
    ascending: params.get('ascending') === 'true',
    offset: whole(params, 'offset'),
    limit: whole(params, 'limit'),
    at: time(params, 'at'),
  });
}

/** Reads which requests to list. @throws QueryError */
export function requestQuery(params: URLSearchParams): RequestQuery {
  checkNames(params, REQUEST_NAMES);
  return withoutGaps<RequestQuery>({
    session: text(params, 'session'),
    role: choice(params, 'role', ROLES),
    status: status(params),
    search: text(params, 'search'),
    slowerThan: count(params, 'slowerThan'),
    isFailed: params.get('isFailed') === 'true',
    isOpen: params.get('isOpen') === 'true',
    except: wholes(params, 'except'),
    since: time(params, 'since'),
    at: time(params, 'at'),
    order: choice(params, 'order', REQUEST_ORDERS),
    ascending: params.get('ascending') === 'true',
    offset: whole(params, 'offset'),
    limit: whole(params, 'limit'),
    hasQueries: params.get('hasQueries') === 'true',
  });
}

/** Reads which minute is asked for; without a time, the last one. @throws QueryError */
export function minuteQuery(params: URLSearchParams): MinuteQuery {
  checkNames(params, MINUTE_NAMES);
  return withoutGaps<MinuteQuery>({
    at: time(params, 'at'),
    role: choice(params, 'role', ROLES),
  });
}

/** Reads how to divide time. @throws QueryError */
export function historyQuery(params: URLSearchParams): HistoryQuery {
  checkNames(params, HISTORY_NAMES);
  return withoutGaps<HistoryQuery>({
    since: time(params, 'since'),
    until: time(params, 'until'),
    points: whole(params, 'points'),
    chart: text(params, 'chart'),
    role: choice(params, 'role', ROLES),
  });
}

/** Reads the requested time; `undefined` is now. @throws QueryError */
export function timeQuery(params: URLSearchParams): number | undefined {
  checkNames(params, TIME_NAMES);
  return time(params, 'at');
}

function names<TQuery>(known: Readonly<Record<keyof TQuery, 1>>): KnownNames {
  return new KnownNames('parameter', Object.keys(known));
}

/** A misspelt name would otherwise be ignored in silence. */
function checkNames(params: URLSearchParams, known: KnownNames): void {
  try {
    for (const name of params.keys()) known.check(name);
  } catch (error) {
    throw new QueryError((error as Error).message, { cause: error });
  }
}

function time(params: URLSearchParams, name: string): number | undefined {
  const value = count(params, name);
  if (value !== undefined && value > LAST_TIME)
    throw new QueryError(`${name}: must be a time of at most ${String(LAST_TIME)}`);
  return value;
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
