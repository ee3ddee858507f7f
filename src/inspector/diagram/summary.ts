import { arrowsOf, joinArrows, type ChartArrow } from './arrows.js';
import { isWithin, statesOf, type ChartState } from './chart.js';

/** A chart with fewer arrows and nothing written into its states. */
export interface ChartSummary {
  readonly chart: ChartState;
  readonly arrows: readonly ChartArrow[];
}

/**
 * A chart to be taken in at a glance: an arrow runs between states that lie beside each other, also where its ends are
 * further within; an event that leads to the same top-level state from everywhere is drawn once, from "any state".
 */
export function summaryOf(chart: ChartState): ChartSummary {
  const arrows = arrowsOf(chart)
    .flatMap(eachEvent)
    .map((arrow) => (leadsFromEverywhere(arrow, chart) ? fromAny(arrow, chart) : lift(arrow, chart)));
  return { chart: bare(chart), arrows: joinArrows(arrows.filter(({ source, target }) => source !== target)) };
}

/** The state and all within it, with nothing that they do. */
function bare(state: ChartState): ChartState {
  return { ...state, entry: [], exit: [], services: [], transitions: [], states: state.states.map(bare) };
}

function eachEvent(arrow: ChartArrow): ChartArrow[] {
  const { events, labels } = arrow;
  if (events.length !== labels.length) return [arrow];
  return events.map((event, i) => ({ ...arrow, events: [event], labels: [labels[i] ?? event] }));
}

function fromAny(arrow: ChartArrow, chart: ChartState): ChartArrow {
  return { ...arrow, source: chart.id, target: childTowards(chart, arrow.target).id, inward: true };
}

/* To the two states that lie beside each other and hold the ends; an inward arrow stays with its source. */
function lift(arrow: ChartArrow, chart: ChartState): ChartArrow {
  let common = chart;
  for (;;) {
    const [from, to] = [childTowards(common, arrow.source), childTowards(common, arrow.target)];
    if (from !== to || from === common) return { ...arrow, source: from.id, target: to.id };
    common = from;
  }
}

/*
 * The target itself does not count: there the event keeps the state or is illegal, and no arrow is drawn. Nor does a state
 * that takes an event of the whole chart for itself and keeps within its sub-states, where it is drawn.
 */
function leadsFromEverywhere({ target, events: [event] }: ChartArrow, chart: ChartState): boolean {
  // From the one other state there is nothing to be joined.
  if (chart.states.length < 3) return false;
  const top = childTowards(chart, target);
  const isOfChart = chart.transitions.some((transition) => transition.event === event);
  const leaves = statesOf(chart).filter(({ id, states }) => states.length === 0 && !isWithin(id, top.id));
  return leaves.every(({ id }) => {
    const lineage = statesOf(chart).filter((state) => isWithin(id, state.id));
    const taken = lineage
      .flatMap(({ transitions }) => transitions)
      .findLast((transition) => transition.event === event);
    if (taken?.target === undefined) return false;
    return (
      isWithin(taken.target, top.id) || (isOfChart && isWithin(taken.target, childTowards(chart, id).id))
    );
  });
}

/** The sub-state that is or holds the state; the state itself where none does. */
function childTowards(state: ChartState, id: string): ChartState {
  return state.states.find((child) => isWithin(id, child.id)) ?? state;
}
