import type { ModelEdge, ModelGraph } from '../paths/graph.js';

/** What the chart asks of a coverage. */
export interface CoverageCounts {
  readonly graph: ModelGraph;
  hasSeen(state: string): boolean;
  timesTaken(edge: ModelEdge): number;
}

const CLASSES = [
  '  classDef covered fill:#c8e6c9,stroke:#2e7d32,color:#1b1b1b',
  '  classDef partly fill:#fff3c4,stroke:#b28704,color:#1b1b1b',
  '  classDef missed fill:#ffcdd2,stroke:#b71c1c,color:#1b1b1b',
];

/**
 * The model as a Mermaid flowchart. A state is green when all that can happen in it has happened, yellow when not all has,
 * red when it was never seen; what was never taken is a red arrow.
 */
export function coverageChart(counts: CoverageCounts): string {
  const { states, edges } = counts.graph;
  const names = new Map(states.map((state, at) => [state, `s${String(at)}`]));
  const arrows = edges.map((edge) => {
    const times = counts.timesTaken(edge);
    const told = `${edge.event} ×${String(times)}`;
    return `  ${names.get(edge.from) ?? ''} ${times === 0 ? '-.' : '--'} "${told}" ${times === 0 ? '.->' : '-->'} ${names.get(edge.to) ?? ''}`;
  });
  const red = edges.flatMap((edge, at) => (counts.timesTaken(edge) === 0 ? [String(at)] : []));
  return [
    'flowchart LR',
    ...states.map(
      (state) =>
        `  ${names.get(state) ?? ''}["${state} ${shareOf(counts, state)}"]:::${classOf(counts, state)}`,
    ),
    ...arrows,
    ...CLASSES,
    ...(red.length === 0 ? [] : [`  linkStyle ${red.join(',')} stroke:#b71c1c,stroke-width:2px`]),
  ].join('\n');
}

function takenFrom(counts: CoverageCounts, state: string): readonly [taken: number, all: number] {
  const edges = counts.graph.edgesFrom(state);
  return [edges.filter((edge) => counts.timesTaken(edge) > 0).length, edges.length];
}

function shareOf(counts: CoverageCounts, state: string): string {
  const [taken, all] = takenFrom(counts, state);
  return `${String(taken)}/${String(all)}`;
}

function classOf(counts: CoverageCounts, state: string): 'covered' | 'partly' | 'missed' {
  const [taken, all] = takenFrom(counts, state);
  if (!counts.hasSeen(state)) return 'missed';
  return taken === all ? 'covered' : 'partly';
}
