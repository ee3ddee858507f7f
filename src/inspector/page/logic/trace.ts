import type { RoutedArrow } from '../../diagram/drawing.js';
import type { LogEntry } from '../../model/shapes.js';
import { activePaths, enteredPaths } from './states.js';

/** The way of an actor through its chart. */
export interface Trace {
  /** The paths of the states that are active at the end. */
  readonly active: ReadonlySet<string>;
  /** The paths of the states that were active at any time. */
  readonly visited: ReadonlySet<string>;
  /** The innermost states that the last transition entered; none where there was none. */
  readonly entered: ReadonlySet<string>;
  /** Which arrows, by their place in the layout, were taken before, and which by the last transition. */
  readonly arrows: ReadonlyMap<number, 'before' | 'last'>;
  /** How each arrow was taken, by its place in the layout. */
  readonly flows: ReadonlyMap<number, ActorFlow>;
  /** The type of the last event that led somewhere; `null` where there was none. */
  readonly lastEvent: string | null;
}

/** How an arrow was taken. */
export type Flow = ActorFlow | FleetFlow;

/** How one actor took an arrow. */
export interface ActorFlow {
  /** Changes whenever it is taken. */
  readonly mark: number;
  /** When it was taken lately, in milliseconds since the Unix epoch, oldest first. */
  readonly times: readonly number[];
}

/** How many actors took an arrow, together. */
export interface FleetFlow {
  /** Changes with each second in which it is taken. */
  readonly mark: number;
  /** How often per second. */
  readonly rate: number;
}

/** Rates are those of the last seconds, in milliseconds. */
export const RATE_WINDOW = 10_000;

/** How often per second an arrow was taken, in the window before a time. */
export function rateOf(flow: Flow, now: number): number {
  if ('rate' in flow) return flow.rate;
  return flow.times.filter((at) => at > now - RATE_WINDOW && at <= now).length / (RATE_WINDOW / 1000);
}

/** What of an arrow says whether it was taken. */
export type Arrow = Pick<RoutedArrow, 'source' | 'target' | 'events'>;

/**
 * Follows the changes of one actor over the arrows of its chart.
 *
 * @param state - the state that it is in at the end
 * @param log - its changes, oldest first
 */
export function traceOf(state: string, log: readonly LogEntry[], arrows: readonly Arrow[]): Trace {
  const visited = new Set(activePaths(state));
  const taken = new Map<number, 'before' | 'last'>();
  const seen = new Set<string>();
  const flows = new Map<number, { mark: number; times: number[] }>();
  const since = (log.at(-1)?.at ?? 0) - RATE_WINDOW;
  let last: { readonly event: string; readonly from: string; readonly to: string } | null = null;
  for (const { event, from, to, number, at } of log) {
    if (from === null || to === null) {
      for (const path of activePaths(to ?? from ?? '')) visited.add(path);
      continue;
    }
    for (const known of [from, to]) {
      if (seen.has(known)) continue;
      seen.add(known);
      for (const path of activePaths(known)) visited.add(path);
    }
    // What was the last transition until now is one of those before.
    for (const [index, when] of taken) if (when === 'last') taken.set(index, 'before');
    for (const index of arrowsOf(arrows, event, from, to)) {
      taken.set(index, 'last');
      const flow = flows.get(index) ?? { mark: number, times: [] };
      flow.mark = number;
      if (at > since) flow.times.push(at);
      flows.set(index, flow);
    }
    if (from !== to) last = { event, from, to };
  }
  const entered = last === null ? new Set<string>() : enteredPaths(last.from, last.to);
  const lastEvent = last?.event ?? null;
  return { active: activePaths(state), visited, entered, arrows: taken, flows, lastEvent };
}

/** So many different transitions are remembered of a layout: programs may have ever new ones. */
const MAX_REMEMBERED = 2_000;

/** By layout and transition. */
const remembered = new WeakMap<readonly Arrow[], Map<string, readonly number[]>>();

/** Which arrows of a layout, by their places, belong to a transition; found once for each. */
export function arrowsOf(
  arrows: readonly Arrow[],
  event: string,
  from: string,
  to: string,
): readonly number[] {
  const known = remembered.get(arrows) ?? new Map<string, readonly number[]>();
  remembered.set(arrows, known);
  const key = [event, from, to].join('\u0000');
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MAX_REMEMBERED) known.clear();
  const steps = arrowsTaken(event, from, to, arrows);
  known.set(key, steps);
  return steps;
}

/** Of arrows that fit, those that an inner state overrides were not taken. */
function arrowsTaken(event: string, from: string, to: string, arrows: readonly Arrow[]): readonly number[] {
  const [before, after] = [activePaths(from), activePaths(to)];
  const fitting = arrows.flatMap(({ source, target, events }, index) =>
    events.includes(event) && (source === '' || before.has(source)) && after.has(target) ? [index] : [],
  );
  const sourceOf = (index: number): string => arrows[index]?.source ?? '';
  return fitting.filter(
    (index) => !fitting.some((other) => isAbove(sourceOf(index), sourceOf(other)) && index !== other),
  );
}

function isAbove(outer: string, inner: string): boolean {
  return outer === '' ? inner !== '' : inner.startsWith(`${outer}.`);
}
