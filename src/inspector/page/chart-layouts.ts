import { createMachine } from 'xstate';

import { readChart } from '../diagram/chart.js';
import type { DiagramLayout } from '../diagram/drawing.js';
import { layoutChart, layoutSummary } from '../diagram/layout.js';
import { summaryOf } from '../diagram/summary.js';

/** How much of a chart is drawn: all of it, or what can be taken in at a glance. */
export type ChartDetail = 'full' | 'summary';

/**
 * Lays a chart out as the page shows it.
 *
 * @throws Error when XState does not take the config for a machine
 */
export function layoutConfig(config: object, detail: ChartDetail): Promise<DiagramLayout> {
  const chart = readChart(createMachine(config));
  return detail === 'full' ? layoutChart(chart) : layoutSummary(summaryOf(chart));
}
