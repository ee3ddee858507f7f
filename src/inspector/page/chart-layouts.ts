import { createMachine } from 'xstate';

import { readChart, type ChartState } from '../diagram/chart.js';
import { layoutFully, layoutSummary } from '../diagram/layout.js';
import { summaryOf } from '../diagram/summary.js';
import type { DiagramLayout } from '../diagram/svg.js';

/** How much of a chart is drawn: all of it, or what can be taken in at a glance. */
export type ChartDetail = 'full' | 'summary';

/** Beside each name there is room for a count: `10,000`. */
const ROOM = 7;

/**
 * Lays a chart out as the page shows it.
 *
 * @throws Error when XState does not take the config for a machine
 */
export async function layoutConfig(config: object, detail: ChartDetail): Promise<DiagramLayout> {
  const chart = chartOf(config);
  return detail === 'full' ? layoutFully(chart, ROOM) : layoutSummary(summaryOf(chart), ROOM);
}

function chartOf(config: object): ChartState {
  return readChart(createMachine(config));
}
