import type { ActorOrder, ActorQuery } from '../model/shapes.js';

const ORDERS = [
  'age',
  'changed',
  'name',
  'bytes',
  'requests',
  'errors',
  'transitions',
] as const satisfies readonly ActorOrder[];

/** The query is not valid. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

/** Reads which actors to list. @throws QueryError */
export function actorQuery(params: URLSearchParams): ActorQuery {
  const text = (name: string): string | undefined => params.get(name) ?? undefined;
  return withoutGaps({
    chart: text('chart'),
    state: text('state'),
    status: choice(params, 'status', ['live', 'ended']),
    search: text('search'),
    order: choice(params, 'order', ORDERS),
    ascending: params.get('ascending') === 'true',
    limit: count(params, 'limit'),
    at: count(params, 'at'),
  });
}

/** Reads the requested time; `undefined` is now. @throws QueryError */
export function timeQuery(params: URLSearchParams): number | undefined {
  return count(params, 'at');
}

function count(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0)
    throw new QueryError(`${name}: must be a number of at least 0 (got "${text}")`);
  return value;
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

function withoutGaps(query: {
  readonly [Name in keyof ActorQuery]: ActorQuery[Name] | undefined;
}): ActorQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}
