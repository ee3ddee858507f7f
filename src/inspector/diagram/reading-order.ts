import type { ChartState } from './chart.js';

/*
 * Where a reader looks for a state: first where it begins, then what comes in document order, the end last, and what
 * went wrong aside. The order depends on the chart alone, so that the same chart always looks the same.
 */

/** What a state means to a reader. `ended`: nothing more is expected of it; `faulty`: something went wrong. */
export type Tone = 'plain' | 'faulty' | 'ended';

/** In which part of a drawing a state stands, from its beginning to its end. */
export type Part = 'first' | 'middle' | 'last';

/** Tags by which a state says that something went wrong, and by which it says that it is over. */
const FAULTY_TAGS: ReadonlySet<string> = new Set([
  'faulty',
  'fault',
  'error',
  'failed',
  'failure',
  'failing',
]);
const ENDED_TAGS: ReadonlySet<string> = new Set(['gone', 'closed', 'over', 'past', 'ended']);

/** Names that people give to the states of errors. */
const FAULTY_NAME =
  /^(?:error(?:ed)?|fail(?:ed|ure|ing)?|fault(?:y|ed)?|fatal|broken|crashed|rejected|exception)$/i;

/** What the state means. Of what is over, a name is enough to say that it went wrong. A state with sub-states means what all of them mean. */
export function toneOf(state: ChartState): Tone {
  if (state.tags.some((tag) => FAULTY_TAGS.has(tag))) return 'faulty';
  if (state.type === 'final' || state.tags.some((tag) => ENDED_TAGS.has(tag))) {
    return FAULTY_NAME.test(state.key) ? 'faulty' : 'ended';
  }
  const [first, ...others] = new Set(state.states.map(toneOf));
  return first !== undefined && others.length === 0 ? first : 'plain';
}

/** Whether people look for the state aside: it is tagged, or named, as an error. */
export function isAside(state: ChartState): boolean {
  return FAULTY_NAME.test(state.key) || toneOf(state) === 'faulty';
}

/** Sub-states in the order in which they are read: the initial one, the others in document order, errors, final ones. */
export function inReadingOrder(state: ChartState): readonly ChartState[] {
  const rank = (child: ChartState): number => {
    if (child.id === state.initial) return 0;
    if (child.type === 'final') return 3;
    return isAside(child) ? 2 : 1;
  };
  return state.states.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * In which part of its parent's drawing a sub-state stands. What is over stands at the end, also where the chart leads on
 * from there: a session that is closed may connect again.
 */
export function partOf(child: ChartState, parent: ChartState): Part {
  if (child.id === parent.initial) return 'first';
  return toneOf(child) === 'plain' ? 'middle' : 'last';
}
