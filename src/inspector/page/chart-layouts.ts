import { createMachine } from 'xstate';

import { readChart } from '../diagram/chart.js';
import type { DiagramLayout } from '../diagram/drawing.js';
import { layoutChart, layoutSummary } from '../diagram/layout.js';
import { summaryOf } from '../diagram/summary.js';

/** How much of a chart is drawn: its states; these with rates or with events between them; or every transition. */
export type ChartDetail = 'states' | 'rates' | 'events' | 'full';

/**
 * Lays a chart out as the page shows it.
 *
 * @throws Error when XState does not take the config for a machine
 */
export function layoutConfig(config: object, detail: ChartDetail): Promise<DiagramLayout> {
  const chart = readChart(createMachine(config));
  if (detail === 'full') return layoutChart(chart);
  return layoutSummary(summaryOf(chart), detail === 'states' ? 'none' : detail);
}
