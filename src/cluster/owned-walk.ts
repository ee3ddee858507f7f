import { OwnedWalk, type Chart, type ChartEdge, type Implementation } from '../chart/index.js';
import { reportFault } from '../diagnostics.js';

/**
 * Starts the walk of a pool or a worker, whose life is a chart. A chart reports a transition while it still shows the state
 * before; `moved` is called afterwards, so that listeners find the new state.
 */
export function startWalk<TOwner extends object, TEvent extends { readonly type: string }>(
  chart: Chart<string>,
  actions: Implementation<TOwner, TEvent>['actions'],
  owner: TOwner,
  moved: (edge: ChartEdge) => void,
): OwnedWalk<TOwner, TEvent> {
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
  return new OwnedWalk(chart, implementation, owner, () => {
    for (const edge of edges.splice(0)) moved(edge);
  });
}
