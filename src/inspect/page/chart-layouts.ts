import { createMachine } from 'xstate';

import { arrowsOf } from '../diagram/arrows.js';
import { readChart, type ChartState } from '../diagram/chart.js';
import { layoutArrows } from '../diagram/layout.js';
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
export function layoutConfig(config: object, detail: ChartDetail): Promise<DiagramLayout> {
  const chart = chartOf(config);
  if (detail === 'full') return layoutArrows(chart, arrowsOf(chart), ROOM);
  const summary = summaryOf(chart);
  return layoutArrows(summary.chart, summary.arrows, ROOM);
}

function chartOf(config: object): ChartState {
  return readChart(createMachine(config));
}
