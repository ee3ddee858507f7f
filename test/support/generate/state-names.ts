import type { AnyStateMachine } from 'xstate';

import { tableOf } from '../../../src/chart/snapshots.js';

/** The states that events lead to, in dotted form, by alphabet. */
export function reachableStates(machine: AnyStateMachine, events: readonly string[]): readonly string[] {
  const names = tableOf(machine, events).states.map((row) => row.slice(0, row.indexOf(' ')));
  return [...new Set(names)].sort();
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
