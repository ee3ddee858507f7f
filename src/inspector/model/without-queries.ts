import type { SessionReport } from './shapes.js';

/** A request target without its query and without user information, which may be secret as well. */
export function withoutQuery(target: string): string {
  const [path = ''] = target.split(/[?#]/, 1);
  return withoutUser(path);
}

/** A request target without user information. */
export function withoutUser(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

/** A report of a session in which no target has a query: also not where errors quote one. */
export function reportWithoutQueries(report: SessionReport): SessionReport {
  const { request, error } = report;
  return {
    ...report,
    request: request === null ? null : { ...request, target: withoutQuery(request.target) },
    error: error === null ? null : (cleaned(error, secretsOf(error, request?.target)) as object),
  };
}

/** The targets that an error may quote: of its request, and of the last one. */
function secretsOf(error: object, target: string | undefined): readonly string[] {
  const { testimony } = error as {
    readonly testimony?: { readonly request?: { readonly target?: unknown } | null };
  };
  return [target, testimony?.request?.target].filter(
    (text): text is string => typeof text === 'string' && withoutQuery(text) !== text,
  );
}

function cleaned(value: unknown, targets: readonly string[]): unknown {
  if (typeof value === 'string') {
    return targets.reduce((text, target) => text.replaceAll(target, withoutQuery(target)), value);
  }
  if (Array.isArray(value)) return value.map((item) => cleaned(item, targets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cleaned(item, targets)]));
}
