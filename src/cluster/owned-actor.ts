import {
  guardedActor,
  startChartActor,
  type Chart,
  type ChartActor,
  type ChartEdge,
  type Implementation,
} from '../chart/index.js';
import { reportFault } from '../diagnostics.js';

/**
 * Starts the actor of a pool or a worker, whose life is a chart. A chart reports a transition while its actor still shows
 * the state before; `moved` is called afterwards, so that listeners find the new state.
 */
export function startOwnedActor<TOwner, TEvent extends { readonly type: string }>(
  chart: Chart<string>,
  actions: Implementation<TOwner, TEvent>['actions'],
  owner: TOwner,
  moved: (edge: ChartEdge) => void,
): ChartActor {
  const edges: ChartEdge[] = [];
  const implementation: Implementation<TOwner, TEvent> = {
    actions,
    services: {},
    transitioned: (_owner, edge) => {
      if (edge.source !== edge.target) edges.push(edge);
    },
    failed: (_owner, error) => {
      reportFault('implementation', error);
    },
  };
  const actor = startChartActor(chart, implementation, owner);
  actor.subscribe({
    next: () => {
      for (const edge of edges.splice(0)) moved(edge);
    },
    error: (error) => {
      reportFault('implementation', error);
    },
  });
  return guardedActor(actor);
}
