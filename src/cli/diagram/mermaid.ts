import {
  anyLines,
  arrowsOf,
  compartmentOf,
  hasAny,
  type ChartArrow,
} from '../../inspector/diagram/arrows.js';
import {
  isRoot,
  readChart,
  statesOf,
  type ChartState,
  type MachineSource,
} from '../../inspector/diagram/chart.js';

/**
 * Draws a chart as a Mermaid `stateDiagram-v2`.
 *
 * Events between the same two states share one arrow. A transition that a parent declares starts at the parent; one
 * that leads from a parent into itself starts at "any state". What keeps a state is listed inside it (`event /
 * actions`), or in a note when the state has sub-states, because Mermaid gives those a title only.
 */
export function toMermaid(machine: MachineSource): string {
  const chart = readChart(machine);
  return drawMermaid(chart, arrowsOf(chart));
}

/** Draws states and arrows that were resolved, and perhaps simplified, before; top to bottom or left to right. */
export function drawMermaid(
  chart: ChartState,
  arrows: readonly ChartArrow[],
  direction: 'TB' | 'LR' = 'TB',
): string {
  const owned = new Map<string, ChartArrow[]>();
  for (const arrow of arrows) {
    const owner = ownerOf(arrow, chart);
    owned.set(owner.id, [...(owned.get(owner.id) ?? []), arrow]);
  }
  const lines = [`direction ${direction}`, ...body(chart, owned), ...notes(chart)];
  return ['stateDiagram-v2', ...indent(lines), ''].join('\n');
}

type OwnedArrows = ReadonlyMap<string, readonly ChartArrow[]>;

/* An arrow between two siblings is written in their parent. Every other one is written at the end, where all states
   are declared, because Mermaid makes an unknown state a child of the block that mentions it first. */
function ownerOf({ source, target, inward }: ChartArrow, chart: ChartState): ChartState {
  const holds = (parent: ChartState, id: string): boolean => parent.states.some((child) => child.id === id);
  const owner = statesOf(chart).find((state) =>
    inward ? state.id === source : holds(state, source) && holds(state, target),
  );
  return owner ?? chart;
}

function body(state: ChartState, owned: OwnedArrows): readonly string[] {
  const blocks = state.states.map((child) => declare(child, owned));
  const separated =
    state.type === 'parallel'
      ? blocks.flatMap((block, i) => (i > 0 ? ['--', ...block] : block))
      : blocks.flat();
  const arrows = owned.get(state.id) ?? [];
  return [
    ...separated,
    ...(state.initial === undefined ? [] : [`[*] --> ${nodeOf(state.initial)}`]),
    ...(hasAny(state, arrows) ? leaf(anyOf(state.id), 'any state', anyLines(state)) : []),
    ...arrows.map(drawArrow),
  ];
}

function declare(state: ChartState, owned: OwnedArrows): readonly string[] {
  const node = nodeOf(state.id);
  if (state.states.length > 0)
    return [`state "${state.key}" as ${node} {`, ...indent(body(state, owned)), '}'];
  const lines = leaf(node, state.key, compartmentOf(state));
  return state.type === 'final' ? [...lines, `${node} --> [*]`] : lines;
}

function leaf(node: string, name: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [`state "${name}" as ${node}`];
  return [name, ...lines].map((line) => `${node} : ${line}`);
}

function notes(chart: ChartState): readonly string[] {
  return statesOf(chart)
    .filter((state) => !isRoot(state) && state.states.length > 0 && compartmentOf(state).length > 0)
    .flatMap((state) => [`note right of ${nodeOf(state.id)}`, ...indent(compartmentOf(state)), 'end note']);
}

function drawArrow({ source, target, labels, inward }: ChartArrow): string {
  return `${inward ? anyOf(source) : nodeOf(source)} --> ${nodeOf(target)} : ${labels.join('<br/>')}`;
}

/* Mermaid's identifiers have no dots; the name of the machine, which they all share, is left out. */
function nodeOf(id: string): string {
  return id.slice(id.indexOf('.') + 1).replaceAll('.', '_');
}

function anyOf(id: string): string {
  return `${nodeOf(id)}_any`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
