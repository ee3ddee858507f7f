import {
  startChartActor,
  type Chart,
  type ChartActor,
  type ChartEdge,
  type Implementation,
} from '../chart/index.js';
import { reportFault } from '../diagnostics.js';

/** A pool or a worker: its life is a chart. */
export interface ChartOwner {
  /** The chart is in another state, and the actor shows it. */
  moved(edge: ChartEdge): void;
}

/**
 * Starts the actor of an owner. A chart reports a transition while its actor still shows the state before; the owner is
 * notified afterwards, so that its listeners find the new state.
 */
export function startOwnedActor<TOwner extends ChartOwner, TEvent extends { readonly type: string }>(
  chart: Chart<string>,
  actions: Implementation<TOwner, TEvent>['actions'],
  owner: TOwner,
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
      for (const edge of edges.splice(0)) owner.moved(edge);
    },
    error: (error) => {
      reportFault('implementation', error);
    },
  });
  return actor;
}
