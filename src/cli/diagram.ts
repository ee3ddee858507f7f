import { readFileSync } from 'node:fs';

import {
  callMachine,
  exchangeMachine,
  originMachine,
  placeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  workerMachine,
} from '../../machines/index.js';
import { readChart, type MachineSource } from '../inspector/diagram/chart.js';
import { toJson } from '../inspector/diagram/json.js';
import { toMermaid } from '../inspector/diagram/mermaid.js';
import { packageFile } from '../inspector/package-file.js';
import { choiceOption, parseOptions, refuseMore } from './arguments.js';
import { DIAGRAM_CHARTS, DIAGRAM_FORMATS, DIAGRAM_TABLE } from './command-tables.js';
import { writeTo, type CommandIO } from './io.js';

/** The name of a chart that can be shown. */
export type DiagramChart = (typeof DIAGRAM_CHARTS)[number];

const MACHINES: Readonly<Record<DiagramChart, MachineSource>> = {
  session: sessionMachine,
  exchange: exchangeMachine,
  server: serverMachine,
  pool: poolMachine,
  worker: workerMachine,
  origin: originMachine,
  place: placeMachine,
  call: callMachine,
};

/** `http-session diagram`: prints a chart. */
export async function showDiagram(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(args, DIAGRAM_TABLE);
  refuseMore(positionals, 1);
  const chart = choiceOption('the chart', positionals[0] ?? 'session', DIAGRAM_CHARTS);
  await writeTo(io.stdout, renderDiagram(chart, choiceOption('--format', values.format, DIAGRAM_FORMATS)));
  return 0;
}

/**
 * Writes a chart as a Mermaid `stateDiagram-v2`, as the JSON that Stately's editor takes, or as an SVG drawing. The
 * drawings are made with the package and read from its `docs`, so that the command needs no layout engine.
 *
 * @throws Error when the drawing is not installed.
 */
export function renderDiagram(chart: DiagramChart, format: (typeof DIAGRAM_FORMATS)[number]): string {
  switch (format) {
    case 'mermaid':
      return toMermaid(readChart(MACHINES[chart]));
    case 'json':
      return toJson(MACHINES[chart]);
    case 'svg':
      return readFileSync(packageFile(`docs/diagrams/${chart}.svg`), 'utf8');
  }
}
