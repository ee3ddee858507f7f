import { isRoot, isWithin, statesOf, type ChartState, type ChartTransition } from './chart.js';

/** All transitions from one state to another, drawn as one arrow with one line of label per event. */
export interface ChartArrow {
  readonly source: string;
  readonly target: string;
  readonly events: readonly string[];
  /** What is written at the arrow: the events as people say them, with the conditions under which they are taken. */
  readonly labels: readonly string[];
  /** True when the target lies inside the source: the arrow starts in whichever sub-state is active. */
  readonly inward: boolean;
}

/** Collects the transitions that lead from one state to another, in document order. */
export function arrowsOf(chart: ChartState): readonly ChartArrow[] {
  return joinArrows(
    statesOf(chart)
      .flatMap((state) => state.transitions)
      .flatMap((transition) =>
        transition.target === undefined || isKept(transition) ? [] : [toArrow(transition, transition.target)],
      ),
  );
}

/** Joins arrows that have both ends in common; an event that occurs twice is listed once. */
export function joinArrows(arrows: readonly ChartArrow[]): readonly ChartArrow[] {
  const joined = new Map<string, ChartArrow>();
  for (const arrow of arrows) {
    const key = `${arrow.source} ${arrow.target}`;
    const events = [...(joined.get(key)?.events ?? []), ...arrow.events];
    const labels = [...(joined.get(key)?.labels ?? []), ...arrow.labels];
    joined.set(key, { ...arrow, events: [...new Set(events)], labels: [...new Set(labels)] });
  }
  return [...joined.values()];
}

/** Whether the transition leads to no other state; it is written inside the state, as in UML. */
export function isKept({ source, target }: ChartTransition): boolean {
  return target === undefined || target === source;
}

/** What a state does without leaving it, one line each: actions at its borders, services, events that keep it. */
export function compartmentOf(state: ChartState): readonly string[] {
  return [
    ...(state.entry.length > 0 ? [`entry / ${state.entry.join(', ')}`] : []),
    ...(state.exit.length > 0 ? [`exit / ${state.exit.join(', ')}`] : []),
    ...state.services.map((service) => `do / ${service}`),
    ...state.transitions.filter(isKept).map(keptLine),
  ];
}

/** What "any state" does without being left: a machine has no box of its own, its sub-states list what it keeps. */
export function anyLines(state: ChartState): readonly string[] {
  return isRoot(state) ? compartmentOf(state) : [];
}

/** True when "any state" is to be drawn among the sub-states. */
export function hasAny(state: ChartState, arrows: readonly ChartArrow[]): boolean {
  return arrows.some(({ source, inward }) => inward && source === state.id) || anyLines(state).length > 0;
}

/** Writes XState's long names of done, error and delayed events as people say them: `done(connector)`, `after 1000`. */
export function eventLabel(event: string): string {
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(event) ?? [];
  if (delay !== undefined) return `after ${delay}`;
  const [, kind, name] = /^xstate\.(done|error)\.(?:actor|state)\.(?:.*\.)?([^.]+)$/.exec(event) ?? [];
  return kind !== undefined && name !== undefined ? `${kind}(${name})` : event;
}

function toArrow(transition: ChartTransition, target: string): ChartArrow {
  const { source, event } = transition;
  return {
    source,
    target,
    events: [event],
    labels: [transitionLabel(transition)],
    inward: isWithin(target, source),
  };
}

function keptLine(transition: ChartTransition): string {
  const effects = [...(transition.reenter ? ['re-enter'] : []), ...transition.actions];
  const label = transitionLabel(transition);
  return effects.length > 0 ? `${label} / ${effects.join(', ')}` : `${label} (stays)`;
}

function transitionLabel({ event, guard }: ChartTransition): string {
  return guard === undefined ? eventLabel(event) : `${eventLabel(event)} [${guard}]`;
}
