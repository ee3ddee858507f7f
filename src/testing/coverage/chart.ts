import { toMarkedMermaid, type CoverageMark } from '../../inspector/diagram/mermaid.js';
import type { ModelEdge, ModelGraph } from '../paths/graph.js';

/** What the chart asks of a coverage. */
export interface CoverageCounts {
  readonly graph: ModelGraph;
  hasSeen(state: string): boolean;
  timesTaken(edge: ModelEdge): number;
}

/**
 * The model as a Mermaid flowchart. A state is green when all that can happen in it has happened, yellow when not all has,
 * red when it was never seen; what was never taken is a red arrow.
 */
export function coverageChart(counts: CoverageCounts): string {
  const { graph } = counts;
  const states = graph.states.map((state) => {
    const edges = graph.edgesFrom(state);
    const taken = edges.filter((edge) => counts.timesTaken(edge) > 0).length;
    const mark: CoverageMark = taken === edges.length ? 'covered' : 'partly';
    return {
      id: state,
      label: `${state} ${String(taken)}/${String(edges.length)}`,
      mark: counts.hasSeen(state) ? mark : 'missed',
    } as const;
  });
  const arrows = graph.edges.map((edge) => {
    const times = counts.timesTaken(edge);
    const label = `${edge.event} ×${String(times)}`;
    return { source: edge.from, target: edge.to, label, isMissed: times === 0 };
  });
  return toMarkedMermaid(states, arrows);
}
