import {
  isWithin,
  readChart,
  type ChartState,
  type MachineSource,
} from '../../../src/inspector/diagram/chart.js';
import { toMermaid } from '../../../src/inspector/diagram/mermaid.js';
import { summaryOf } from '../../../src/inspector/diagram/summary.js';

/**
 * Draws a chart in small: the top-level states with their sub-states, and every transition between two of them. One
 * that leaves its top-level state is drawn between the two top-level states; an event that leads to the same one from
 * everywhere is drawn once, from "any state".
 */
export function overviewOf(machine: MachineSource): string {
  const { chart, arrows } = summaryOf(readChart(machine));
  const states = chart.states.map((state) => ({ ...state, states: state.states.map(leaf) }));
  const hidden = chart.states.flatMap((state) => state.states);
  const isShown = (id: string): boolean => !hidden.some((state) => state.id !== id && isWithin(id, state.id));
  return toMermaid(
    { ...chart, states },
    arrows.filter(({ source, target }) => isShown(source) && isShown(target)),
    'LR',
  );
}

function leaf({ initial: _, ...state }: ChartState): ChartState {
  return { ...state, type: 'atomic', states: [] };
}
