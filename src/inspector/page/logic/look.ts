import type { Tone } from '../../diagram/reading-order.js';
import { formatCount } from './format.js';
import type { Trace } from './trace.js';

/** What is known of the actors of a chart, by the paths of its states. */
export interface Standing {
  /** How many live actors are in each state; absent where one actor is shown. */
  readonly counts?: ReadonlyMap<string, number> | undefined;
  /** How many actors ended in each state. */
  readonly ended?: ReadonlyMap<string, number> | undefined;
  /** The plural of what the actors are called. */
  readonly noun?: string | undefined;
  readonly trace?: Trace | undefined;
  readonly selected?: string | undefined;
  /** Whether the actor ended with an error: then its last state is one of failure. */
  readonly hasFailed?: boolean | undefined;
}

/** How one state is shown. */
export interface Look {
  /** Its name for people who hear it. */
  readonly label: string;
  readonly classes: string;
  readonly count: number | undefined;
  readonly ended: number;
  readonly isSelected: boolean;
}

/** From which share of all live actors on a state has the next step of heat; beyond the first, which is any. */
export const HEAT_STEPS = [0.01, 0.05, 0.2, 0.5] as const;

/** The step of heat of a count: 0 for none, 5 for half of all and more. */
export function heatOf(count: number, all: number): number {
  if (count <= 0) return 0;
  return 1 + HEAT_STEPS.filter((step) => count / Math.max(1, all) >= step).length;
}

/** How a state is shown, by what is known of the actors. */
export function lookOf(path: string, tone: Tone, standing: Standing, all: number): Look {
  const { counts, noun = 'actors', trace, selected, hasFailed } = standing;
  const count = counts === undefined ? undefined : (counts.get(path) ?? 0);
  const ended = standing.ended?.get(path) ?? 0;
  const isActive = trace?.active.has(path) ?? false;
  const isVisited = trace?.visited.has(path) ?? false;
  const what = [
    path,
    ...(count === undefined ? [] : [`${formatCount(count)} ${count === 1 ? noun.replace(/s$/, '') : noun}`]),
    ...(ended === 0 ? [] : [`${formatCount(ended)} ended`]),
    ...(isActive ? ['current state'] : isVisited ? ['visited'] : []),
  ];
  const classes = [
    `tone-${isActive && hasFailed === true ? 'faulty' : tone}`,
    ...(count === undefined ? [] : [`heat-${String(heatOf(count, all))}`]),
    ...(isActive ? ['active'] : isVisited ? ['visited'] : []),
  ];
  return {
    label: what.filter((part) => part !== '').join(', '),
    classes: classes.join(' '),
    count,
    ended,
    isSelected: selected === path,
  };
}

/** How many live actors there are: an actor is in one of the outermost states, or in each of several regions. */
export function liveIn(counts: ReadonlyMap<string, number> | undefined): number {
  return Math.max(0, ...(counts?.values() ?? []));
}
