import {
  exchangeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  workerMachine,
} from '../../../machines/index.js';
import type { MachineSource } from '../../inspector/diagram/chart.js';
import { readDrawing } from './drawing.js';
import { toJson } from './json.js';
import { toMermaid } from './mermaid.js';

/** Names of the charts that can be shown, for the command line. */
export const DIAGRAM_CHARTS = ['session', 'exchange', 'server', 'pool', 'worker'] as const;

/** The name of a chart that can be shown. */
export type DiagramChart = (typeof DIAGRAM_CHARTS)[number];

/** What a chart can be shown as. */
export const DIAGRAM_FORMATS = ['mermaid', 'json', 'svg'] as const;

/** The name of a format of a diagram. */
export type DiagramFormat = (typeof DIAGRAM_FORMATS)[number];

const MACHINES: Readonly<Record<DiagramChart, MachineSource>> = {
  session: sessionMachine,
  exchange: exchangeMachine,
  server: serverMachine,
  pool: poolMachine,
  worker: workerMachine,
};

/**
 * Shows a chart as text: a Mermaid `stateDiagram-v2`, the machine's definition as JSON for Stately's editor, or an SVG
 * drawing.
 *
 * @throws Error when the drawing is not installed.
 */
export function renderDiagram(chart: DiagramChart, format: DiagramFormat): string {
  switch (format) {
    case 'mermaid':
      return toMermaid(MACHINES[chart]);
    case 'json':
      return toJson(MACHINES[chart]);
    case 'svg':
      return readDrawing(chart);
  }
}
