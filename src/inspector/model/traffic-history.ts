import { addPacked, DURATION_BUCKETS, percentile } from './durations.js';
import type { ErrorMarks } from './error-marks.js';
import { INSPECTION } from './inspection-limits.js';
import type { KeptSecond, RoleSecond, SecondLog } from './second-log.js';
import type { ChartCounts } from './shapes.js';
import type {
  ChartFlows,
  History,
  HistoryQuery,
  Minute,
  MinuteQuery,
  Pulse,
  Second,
  SessionRole,
} from './traffic-shapes.js';

const SECOND = 1_000;
const MINUTE = 60;
const DEFAULT_POINTS = 120;

/** The minute before a time. */
export function minuteBefore(log: SecondLog, { at: until = log.currentAt, role }: MinuteQuery): Minute {
  const since = until - MINUTE * SECOND;
  const seconds = log.all().filter(({ at }) => at + SECOND > since && at + SECOND <= until);
  return minuteOf(seconds, role ?? usualRole(log));
}

/** Whose sessions are shown where that is not said. */
function usualRole(log: SecondLog): SessionRole {
  return log.hasSeen('server') || !log.hasSeen('client') ? 'server' : 'client';
}

/** The last minute. */
export function pulseOf(
  log: SecondLog,
  now: number,
  hasForeign: boolean,
  flows: readonly ChartFlows[],
): Pulse {
  const seconds = log.last(MINUTE);
  const minute = (role: SessionRole): Minute | null => (log.hasSeen(role) ? minuteOf(seconds, role) : null);
  return { at: now, server: minute('server'), client: minute('client'), hasForeign, flows };
}

function minuteOf(seconds: readonly KeptSecond[], role: SessionRole): Minute {
  const counts = new Uint32Array(DURATION_BUCKETS);
  for (const second of seconds) addPacked(counts, second[role].durations);
  return {
    seconds: seconds.map((second) => plain(second, role)),
    p50: percentile(counts, 0.5),
    p99: percentile(counts, 0.99),
  };
}

function plain({ at, ...second }: KeptSecond, role: SessionRole): Second {
  const { durations: _, ...counts } = second[role];
  return { at, ...counts };
}

/** How far back what is remembered. */
export interface Remembered {
  readonly since: number;
  readonly detailSince: number;
}

/** Divides time into stretches of whole seconds. */
export function historyOf(
  log: SecondLog,
  marks: ErrorMarks,
  { since: from, until: to, points = DEFAULT_POINTS, chart, role: asked }: HistoryQuery,
  now: number,
  remembered: Remembered,
): History {
  const role = asked ?? usualRole(log);
  const since = Math.max(from ?? remembered.since, remembered.since);
  const until = Math.min(to ?? now, now);
  const seconds = log.all().filter(({ at }) => at + SECOND > since && at < until);
  const most = Math.min(Math.max(Math.floor(points), 1), INSPECTION.maxListed.value);
  const width = Math.max(Math.ceil(seconds.length / most), 1);
  const stretches = Array.from({ length: Math.ceil(seconds.length / width) }, (_, at) => {
    return seconds.slice(at * width, (at + 1) * width);
  });
  const sum = (of: (second: RoleSecond) => number): number[] =>
    stretches.map((stretch) => stretch.reduce((total, second) => total + of(second[role]), 0));
  return {
    role,
    at: stretches.map(([first]) => first?.at ?? since),
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    errors: sum(({ errors }) => errors),
    states: chart === undefined ? {} : statesOf(log, stretches, chart),
    marks: marks.within(since, until),
    ...remembered,
  };
}

function statesOf(
  log: SecondLog,
  stretches: readonly (readonly KeptSecond[])[],
  chart: string,
): Record<string, number[]> {
  const states: Record<string, number[]> = {};
  for (const [index, stretch] of stretches.entries()) {
    const last = stretch.at(-1);
    for (const { chart: of, state, count } of last === undefined ? [] : log.statesOf(last)) {
      if (of !== chart || state === null) continue;
      (states[state] ??= new Array<number>(stretches.length).fill(0))[index] = count;
    }
  }
  return states;
}

/** The counts of all charts at the end of a second. In which states the ended ones were is not remembered. */
export function countsOf(
  log: SecondLog,
  second: KeptSecond,
  nameOf: (chart: string) => string,
): ChartCounts[] {
  const charts = new Map<string, { live: number; ended: number; states: Record<string, number> }>();
  for (const { chart, state, count } of log.statesOf(second)) {
    const counts = charts.get(chart) ?? { live: 0, ended: 0, states: {} };
    charts.set(chart, counts);
    if (state === null) counts.ended = count;
    else {
      counts.live += count;
      counts.states[state] = count;
    }
  }
  return [...charts].map(([chart, counts]) => ({ chart, name: nameOf(chart), ...counts, endedStates: {} }));
}
