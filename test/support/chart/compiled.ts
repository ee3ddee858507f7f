import type { AnyStateMachine } from 'xstate';

import { Chart } from '../../../src/chart/index.js';
import { bindMachine, tableOf } from '../../../src/chart/snapshots.js';

/** The chart of a machine that has no table. */
export function compiled<TEvent extends string>(
  machine: AnyStateMachine,
  events: readonly TEvent[],
): Chart<TEvent> {
  const chart = new Chart(tableOf(machine, events));
  bindMachine(chart, machine);
  return chart;
}
