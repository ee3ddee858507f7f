import { choiceOption, parseOptions, refuseMore } from './arguments.js';
import { DIAGRAM_CHARTS, DIAGRAM_FORMATS, renderDiagram } from './diagram/index.js';
import { writeTo, type CommandIO } from './io.js';

/** `http-session diagram`: prints a chart. */
export async function showDiagram(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(args, { format: { type: 'string', default: 'mermaid' } });
  refuseMore(positionals, 1);
  const chart = choiceOption('the chart', positionals[0] ?? 'session', DIAGRAM_CHARTS);
  const format = choiceOption('--format', values.format, DIAGRAM_FORMATS);
  const text = renderDiagram(chart, format);
  await writeTo(io.stdout, text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
