import { activePaths as innermostPaths } from '../../../chart/state-name.js';
import type { ChartCounts } from '../../model/shapes.js';

/**
 * The paths of all states that are active in a state: those that it names, and those that they are within.
 * `connected.open` is in `connected` and in `connected.open`; nothing is active in the empty string.
 */
export function activePaths(state: string): ReadonlySet<string> {
  if (state === '') return new Set();
  return new Set(innermostPaths(state).flatMap(lineageOf));
}

function lineageOf(path: string): string[] {
  const keys = path.split('.');
  return keys.map((_, i) => keys.slice(0, i + 1).join('.'));
}

/**
 * How many actors are in each state of a chart, by path. A compound state has the sum of what is within it; an actor
 * that is in several regions counts once in each.
 */
export function countsByPath(states: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [state, count] of Object.entries(states)) {
    for (const path of activePaths(state)) counts.set(path, (counts.get(path) ?? 0) + count);
  }
  return counts;
}

/** Where a long line may be broken. */
const BREAK = '\u200b';

/**
 * A change of state in short: of regions that are active together only those that have changed, with no more
 * than the innermost state that all of them are within: `active(a.x,b.y)` to `active(a.x,b.z)` is `b.y → b.z`. Of regions
 * that are entered or left together only what holds them.
 */
export function changeText(from: string | null, to: string | null): string {
  if (from === null || to === null) return `${breakable(from ?? '·')} → ${breakable(to ?? '·')}`;
  const [before, after] = [innermostPaths(from), innermostPaths(to)];
  const left = before.filter((path) => !after.includes(path));
  const entered = after.filter((path) => !before.includes(path));
  if (left.length === before.length || entered.length === 0) {
    return `${breakable(outline(from))} → ${breakable(outline(to))}`;
  }
  const shared = Math.max(0, sharedKeys([...left, ...entered]) - 1);
  const shorten = (paths: readonly string[]): string => {
    return paths.map((path) => path.split('.').slice(shared).join('.')).join(', ');
  };
  return `${breakable(shorten(left))} → ${breakable(shorten(entered))}`;
}

/** How many keys all paths have in common at their beginning; of none all. */
function sharedKeys(paths: readonly string[]): number {
  const [first = [], ...others] = paths.map((path) => path.split('.').slice(0, -1));
  const end = first.findIndex((key, i) => others.some((keys) => keys[i] !== key));
  return end === -1 ? first.length : end;
}

/** `active(a.x,b.y)` as `active(…)`. */
function outline(state: string): string {
  return state.replace(/\(.*\)/, '(…)');
}

function breakable(text: string): string {
  return text.replace(/[.,(]/g, (mark) => mark + BREAK);
}

/** How many actors are in each state, and were when they ended. */
export function statesTogether(
  counts: Pick<ChartCounts, 'states' | 'endedStates'> | undefined,
): Readonly<Record<string, number>> {
  if (counts === undefined) return {};
  const together: Record<string, number> = { ...counts.states };
  for (const [state, count] of Object.entries(counts.endedStates)) {
    together[state] = (together[state] ?? 0) + count;
  }
  return together;
}
