import { createMachine } from 'xstate';

import { readChart } from '../diagram/chart.js';
import { lanesOf, type Lane } from '../diagram/lanes.js';

/** What there is to show of a chart. */
export interface ChartSurvey {
  readonly hasStates: boolean;
  /** One for each region; none for a chart without regions. */
  readonly lanes: readonly Lane[];
}

/**
 * Finds out what there is to show of a chart, without laying it out.
 *
 * @throws Error when XState does not take the config for a machine
 */
export function surveyConfig(config: object): ChartSurvey {
  const chart = readChart(createMachine(config));
  return { hasStates: chart.states.length > 0, lanes: lanesOf(chart) };
}
