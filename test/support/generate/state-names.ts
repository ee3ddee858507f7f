import type { AnyStateMachine } from 'xstate';

import { Chart, type ChartNode } from '../../../src/chart/index.js';

/** The states that events lead to, in dotted form, by alphabet. */
export function reachableStates(machine: AnyStateMachine, events: readonly string[]): readonly string[] {
  const chart = new Chart(machine, events);
  const found = new Map<string, ChartNode>([[chart.initial.name, chart.initial]]);
  // A map also visits what is added meanwhile.
  for (const node of found.values()) {
    for (const index of events.keys()) {
      const target = chart.edge(node, index)?.target;
      if (target !== undefined && !found.has(target.name)) found.set(target.name, target);
    }
  }
  return [...found.keys()].sort();
}

/** The module beside a chart that lists its states. */
export function statesModule(machine: AnyStateMachine, events: readonly string[]): string {
  const { id } = machine;
  const constant = `${id.toUpperCase()}_STATES`;
  const type = `${id.charAt(0).toUpperCase()}${id.slice(1)}State`;
  const names = reachableStates(machine, events);
  const regions = names.some((name) => name.includes(',')) ? '; parallel regions are joined by commas' : '';
  return `// Generated from ${id}.machine.ts. To renew it: UPDATE_GENERATED=1 npm test -- test/machines/state-names

/** Every state of the ${id} chart, dotted${regions}. */
export const ${constant} = [
${names.map((name) => `  '${name}',\n`).join('')}] as const;

/** The name of a state of the ${id} chart. */
export type ${type} = (typeof ${constant})[number];
`;
}
