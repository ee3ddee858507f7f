import { activePaths } from './active-paths.js';

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
