import { describe, expect, it } from '@jest/globals';
import { initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';

import { CALL_TABLE } from '../../machines/client/call.table.js';
import { ORIGIN_TABLE } from '../../machines/client/origin.table.js';
import { PLACE_TABLE } from '../../machines/client/place.table.js';
import { TUNNEL_TABLE } from '../../machines/client/tunnel.table.js';
import { POOL_TABLE } from '../../machines/cluster/pool.table.js';
import { WORKER_TABLE } from '../../machines/cluster/worker.table.js';
import { EXCHANGE_TABLE } from '../../machines/exchange.table.js';
import {
  callMachine,
  exchangeMachine,
  originMachine,
  placeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  tunnelMachine,
  workerMachine,
} from '../../machines/index.js';
import { SERVER_TABLE } from '../../machines/server.table.js';
import { SESSION_TABLE } from '../../machines/session.table.js';
import { Chart, dotted, type ChartNode, type ChartTable } from '../../src/chart/index.js';
import { effectOf } from '../../src/chart/snapshots.js';
import { tableModule } from '../support/generate/chart-tables.js';
import { committed } from '../support/generate/committed.js';
import { timersOf } from '../support/generate/timer-states.js';

const CHARTS: readonly (readonly [path: string, machine: AnyStateMachine, table: ChartTable])[] = [
  ['machines/session.table.ts', sessionMachine, SESSION_TABLE],
  ['machines/exchange.table.ts', exchangeMachine, EXCHANGE_TABLE],
  ['machines/server.table.ts', serverMachine, SERVER_TABLE],
  ['machines/cluster/pool.table.ts', poolMachine, POOL_TABLE],
  ['machines/cluster/worker.table.ts', workerMachine, WORKER_TABLE],
  ['machines/client/origin.table.ts', originMachine, ORIGIN_TABLE],
  ['machines/client/place.table.ts', placeMachine, PLACE_TABLE],
  ['machines/client/call.table.ts', callMachine, CALL_TABLE],
  ['machines/client/tunnel.table.ts', tunnelMachine, TUNNEL_TABLE],
];

/** Everything that XState says of a state. */
function stateIn(snapshot: AnyMachineSnapshot): unknown {
  return {
    name: dotted(snapshot.value),
    tags: [...snapshot.tags].sort(),
    // Their order depends on the way that led to the state.
    timers: [...timersOf(snapshot)].sort(),
  };
}

/** The same of a node of a chart. */
function stateOf({ name, tags, timers }: ChartNode): unknown {
  return { name, tags: [...tags].sort(), timers: [...timers].sort() };
}

describe('the table beside each machine is current (UPDATE_GENERATED=1 renews it)', () => {
  it.each(CHARTS)('the table is current: %s', (path, machine, { events }) => {
    const text = tableModule(machine, events);
    expect(committed(path, text)).toBe(text);
  });
});

describe('a chart that is read from a table', () => {
  it.each(CHARTS)(
    'a chart that is read from a table has the states, edges and effects of XState: %s',
    (_path, machine, table) => {
      const chart = new Chart(table);
      const seen = new Map<ChartNode, AnyMachineSnapshot>([[chart.initial, initialTransition(machine)[0]]]);
      const differences: unknown[] = [];
      const compare = (where: string, ours: unknown, theirs: unknown): void => {
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) differences.push({ where, ours, theirs });
      };
      // A map also visits what is added meanwhile.
      for (const [node, snapshot] of seen) {
        compare(node.name, stateOf(node), stateIn(snapshot));
        for (const [index, type] of table.events.entries()) {
          const where = `${node.name} ${type}`;
          const edge = chart.edge(node, index);
          compare(where, edge !== null, snapshot.can({ type }));
          if (edge === null) continue;
          const [next, actions] = transition(machine, snapshot, { type });
          compare(where, [edge.event, edge.effects], [type, actions.map(effectOf)]);
          compare(where, stateOf(edge.target), stateIn(next));
          const known = seen.get(edge.target);
          if (known === undefined) seen.set(edge.target, next);
          // What a history remembers decides later steps, so a node stands for one memory.
          else compare(where, memoryOf(known), memoryOf(next));
        }
      }
      expect(differences).toEqual([]);
      expect(seen.size).toBe(table.states.length);
    },
  );
});

function memoryOf({ value, historyValue }: AnyMachineSnapshot): string {
  return JSON.stringify([value, historyValue]);
}
