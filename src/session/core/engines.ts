import { sessionMachine } from '../../../machines/session.machine.js';
import { provideChart, type ChartActor, type ChartNode } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import { sessionChart } from './charts.js';
import { sessionImplementation } from './implementation.js';
import type { SessionCore } from './session-core.js';

/**
 * Runs a session under XState's stock interpreter: the user's function gets the machine with everything provided and
 * returns a started actor. The chart is walked beside it only to name the transitions in the history.
 */
export function startStockActor(
  core: SessionCore,
  engine: (machine: typeof sessionMachine) => unknown,
): ChartActor {
  const actor = engine(provideChart(sessionMachine, sessionImplementation, core)) as ChartActor;
  const sent: string[] = [];
  const send = actor.send.bind(actor);
  actor.send = (event) => {
    sent.push(event.type);
    send(event);
  };
  let node: ChartNode = sessionChart.initial;
  // The stock interpreter notifies observers of every event it processed, ignored ones included, in order.
  actor.subscribe({
    next: () => {
      const edge = sessionChart.edge(node, sessionChart.indexOf(sent.shift() ?? ''));
      if (edge === null) return;
      node = edge.target;
      sessionImplementation.transitioned(core, edge);
    },
    error: (error) => {
      reportFault('implementation', error, core.id);
    },
  });
  return actor;
}
