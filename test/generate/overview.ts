import { arrowsOf, joinArrows, type ChartArrow } from '../../src/cli/diagram/arrows.js';
import {
  isWithin,
  readChart,
  statesOf,
  type ChartState,
  type MachineSource,
} from '../../src/cli/diagram/chart.js';
import { drawMermaid } from '../../src/cli/diagram/mermaid.js';

/**
 * Draws a chart in small: the top-level states with their sub-states, and every transition between two of them. One
 * that leaves its top-level state is drawn between the two top-level states; an event that leads to the same one from
 * everywhere is drawn once, from "any state".
 */
export function overviewOf(machine: MachineSource): string {
  const chart = readChart(machine);
  const states = chart.states.map((state) => ({ ...bare(state), states: state.states.map(leaf) }));
  const lifted = arrowsOf(chart)
    .flatMap((arrow) => arrow.events.map((event) => ({ ...arrow, events: [event] })))
    .map((arrow) => (leadsFromEverywhere(arrow, chart) ? fromAny(arrow, chart) : lift(arrow, chart)));
  const arrows = lifted.filter(({ source, target }) => source !== target);
  return drawMermaid({ ...bare(chart), states }, joinArrows(arrows), 'LR');
}

function bare(state: ChartState): ChartState {
  return { ...state, entry: [], exit: [], services: [], transitions: [] };
}

function leaf({ initial: _, ...state }: ChartState): ChartState {
  return { ...bare(state), type: 'atomic', states: [] };
}

function fromAny(arrow: ChartArrow, chart: ChartState): ChartArrow {
  return { ...arrow, source: chart.id, target: topOf(arrow.target, chart).id, inward: true };
}

function lift(arrow: ChartArrow, chart: ChartState): ChartArrow {
  const [from, to] = [topOf(arrow.source, chart), topOf(arrow.target, chart)];
  if (from !== to) return { ...arrow, source: from.id, target: to.id };
  return { ...arrow, source: childOf(from, arrow.source), target: childOf(to, arrow.target) };
}

/* The target itself does not count: there the event keeps the state or is illegal, and no arrow is drawn. */
function leadsFromEverywhere({ target, events: [event] }: ChartArrow, chart: ChartState): boolean {
  const top = topOf(target, chart);
  const leaves = statesOf(chart).filter(({ id, states }) => states.length === 0 && !isWithin(id, top.id));
  return leaves.every(({ id }) => {
    const lineage = statesOf(chart).filter((state) => isWithin(id, state.id));
    const taken = lineage
      .flatMap(({ transitions }) => transitions)
      .findLast((transition) => transition.event === event);
    return taken?.target !== undefined && isWithin(taken.target, top.id);
  });
}

function childOf(top: ChartState, id: string): string {
  return top.states.find((state) => isWithin(id, state.id))?.id ?? top.id;
}

function topOf(id: string, chart: ChartState): ChartState {
  return chart.states.find((state) => isWithin(id, state.id)) ?? chart;
}
