import { activePaths as innermostPaths } from '../../../chart/state-name.js';

/**
 * The paths of all states that are active in a state: those that it names, and those that they are within.
 * `connected.open` is in `connected` and in `connected.open`; nothing is active in the empty string.
 */
export function activePaths(state: string): ReadonlySet<string> {
  if (state === '') return new Set();
  return new Set(innermostPaths(state).flatMap(lineageOf));
}

/** The innermost states that a transition entered. */
export function enteredPaths(from: string, to: string): ReadonlySet<string> {
  const before = activePaths(from);
  return new Set(to === '' ? [] : innermostPaths(to).filter((path) => !before.has(path)));
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
