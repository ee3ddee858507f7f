import type { LogEntry } from '../../model/shapes.js';

/** A transition before an error. */
export interface ReportedTransition {
  readonly chart: string;
  readonly event: string;
  readonly state: string;
  readonly at: number;
}

/** The circumstances of an error of this package, as in its JSON. */
export interface ReportedTestimony {
  readonly state: string;
  readonly exchange: string;
  readonly since: number;
  readonly endedBy: string | null;
  readonly request: { readonly number: number; readonly method: string; readonly target: string } | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly headSent: boolean;
  readonly responseBegun: boolean;
  readonly replay: string;
  readonly history: readonly ReportedTransition[];
}

/** An error of this package as the page shows it. */
export interface TestifiedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly cause: string | null;
  /** The status that it is answered with; `null` where there is none. */
  readonly status: number | null;
  readonly testimony: ReportedTestimony | null;
}

/** Reads the JSON of an error. A recording may come from anywhere, so every member is checked. */
export function readError(error: object): TestifiedError {
  const told = error as Readonly<Record<string, unknown>>;
  return {
    name: textOf(told['name'], 'Error'),
    code: textOf(told['code'], 'none'),
    message: textOf(told['message'], 'no message'),
    cause: causeOf(told['cause']),
    status: typeof told['status'] === 'number' ? told['status'] : null,
    testimony: isRecord(told['testimony']) ? readTestimony(told['testimony']) : null,
  };
}

const BRINGS_ERROR = /^(exception\.set|exchange\.fail|socket\.failed|deadline\.expired|xstate\.error\.)/;

/**
 * The change that an error came with: the first of those that bring one, after the last that the error has seen.
 *
 * @param log - oldest first
 * @returns `null` where it is not remembered
 */
export function changeOfError(log: readonly LogEntry[], { testimony }: TestifiedError): LogEntry | null {
  const bringing = log.filter(({ event, status, from, to }) => {
    return BRINGS_ERROR.test(event) || (status === 'error' && from !== to);
  });
  const since = testimony?.history.at(-1)?.at ?? testimony?.since;
  if (since === undefined) return bringing.at(-1) ?? null;
  return bringing.find(({ at }) => at >= since) ?? null;
}

function readTestimony(told: Readonly<Record<string, unknown>>): ReportedTestimony {
  const { history, request } = told;
  return {
    state: textOf(told['state'], '–'),
    exchange: textOf(told['exchange'], '–'),
    since: numberOf(told['since']),
    endedBy: typeof told['endedBy'] === 'string' ? told['endedBy'] : null,
    request: isRecord(request)
      ? {
          number: numberOf(request['number']),
          method: textOf(request['method'], '–'),
          target: textOf(request['target'], '–'),
        }
      : null,
    bytesIn: numberOf(told['bytesIn']),
    bytesOut: numberOf(told['bytesOut']),
    headSent: told['headSent'] === true,
    responseBegun: told['responseBegun'] === true,
    replay: textOf(told['replay'], 'unknown'),
    history: Array.isArray(history) ? history.filter(isRecord).map(readTransition) : [],
  };
}

function readTransition(told: Readonly<Record<string, unknown>>): ReportedTransition {
  return {
    chart: textOf(told['chart'], '–'),
    event: textOf(told['event'], '–'),
    state: textOf(told['state'], '–'),
    at: numberOf(told['at']),
  };
}

function causeOf(cause: unknown): string | null {
  if (cause === undefined || cause === null) return null;
  if (!isRecord(cause)) return textOf(cause, 'not told');
  const code = typeof cause['code'] === 'string' ? ` (${cause['code']})` : '';
  return `${textOf(cause['name'], 'Error')}: ${textOf(cause['message'], 'no message')}${code}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
