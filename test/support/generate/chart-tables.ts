import type { AnyStateMachine } from 'xstate';

import { tableOf } from '../../../src/chart/snapshots.js';

/** Characters of a line, as in .prettierrc.json. */
const LINE = 110;

/** The module beside a machine that has its chart as data, for processes that do not load XState. */
export function tableModule(machine: AnyStateMachine, events: readonly string[]): string {
  const { id, tags, timers, effects, states } = tableOf(machine, events);
  const name = id.toUpperCase();
  return `// Generated from ${id}.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/chart-tables
import { ${name}_EVENTS } from './${id}.events.js';

/** The ${id} chart as data; \`ChartTable\` in src/chart/chart.ts says what the columns are. */
export const ${name}_TABLE = {
  id: '${id}',
  events: ${name}_EVENTS,
${list('tags', tags)}${list('timers', timers)}${list('effects', effects)}${list('states', states)}};
`;
}

function list(name: string, items: readonly string[]): string {
  const texts = items.map((item) => `'${item}'`);
  const line = `  ${name}: [${texts.join(', ')}],\n`;
  if (line.length <= LINE + 1) return line;
  return [`  ${name}: [\n`, ...texts.map((text) => `    ${text},\n`), '  ],\n'].join('');
}
