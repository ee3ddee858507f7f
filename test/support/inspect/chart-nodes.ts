import type { Chart, ChartEdge, ChartNode } from '../../../src/chart/index.js';

/** Every state of a chart that can be reached, and every transition between them. */
export function wholeOf(
  chart: Chart<string>,
  events: readonly string[],
): { nodes: readonly ChartNode[]; edges: readonly ChartEdge[] } {
  const nodes = new Set([chart.initial]);
  const edges: ChartEdge[] = [];
  for (const node of nodes) {
    for (let event = 0; event < events.length; event++) {
      const edge = chart.edge(node, event);
      if (edge === null) continue;
      edges.push(edge);
      nodes.add(edge.target);
    }
  }
  return { nodes: [...nodes], edges };
}
