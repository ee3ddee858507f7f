import {
  isWithin,
  readChart,
  type ChartState,
  type MachineSource,
} from '../../../src/inspector/diagram/chart.js';
import { summaryOf, type ChartSummary } from '../../../src/inspector/diagram/summary.js';

/**
 * The overview of a chart for README.md: its summary without the states below the sub-states of the top-level ones.
 */
export function overviewOf(machine: MachineSource): ChartSummary {
  const { chart, arrows } = summaryOf(readChart(machine));
  const states = chart.states.map((state) => ({ ...state, states: state.states.map(leaf) }));
  const hidden = chart.states.flatMap((state) => state.states);
  const isShown = (id: string): boolean => !hidden.some((state) => state.id !== id && isWithin(id, state.id));
  return {
    chart: { ...chart, states },
    arrows: arrows.filter(({ source, target }) => isShown(source) && isShown(target)),
  };
}

function leaf({ initial: _, ...state }: ChartState): ChartState {
  return { ...state, type: 'atomic', states: [] };
}
