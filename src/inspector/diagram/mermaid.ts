import { anyLines, arrowsOf, compartmentOf, hasAny, type ChartArrow } from './arrows.js';
import { isRoot, statesOf, type ChartState } from './chart.js';

/**
 * Writes a chart as a Mermaid `stateDiagram-v2`.
 *
 * Events between the same two states share one arrow. A transition that a parent declares starts at the parent; one
 * that leads from a parent into itself starts at "any state". Transitions that do not leave their state are listed
 * inside it (`event / actions`), or in a note if the state has sub-states, because Mermaid gives those a title only.
 *
 * @param arrows - the arrows to draw, if not all of them
 * @param direction - top to bottom or left to right
 */
export function toMermaid(
  chart: ChartState,
  arrows: readonly ChartArrow[] = arrowsOf(chart),
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

/** How much of a state was exercised. */
export type CoverageMark = 'covered' | 'partly' | 'missed';

/** A state with what is written into it. */
export interface MarkedState {
  readonly id: string;
  readonly label: string;
  readonly mark: CoverageMark;
}

/** An arrow with what is written at it. */
export interface MarkedArrow {
  readonly source: string;
  readonly target: string;
  readonly label: string;
  readonly isMissed: boolean;
}

const MARK_STYLES: Readonly<Record<CoverageMark, string>> = {
  covered: 'fill:#c8e6c9,stroke:#2e7d32,color:#1b1b1b',
  partly: 'fill:#fff3c4,stroke:#b28704,color:#1b1b1b',
  missed: 'fill:#ffcdd2,stroke:#b71c1c,color:#1b1b1b',
};

/** Writes states and arrows with the marks of a coverage as a Mermaid flowchart: a state diagram cannot colour arrows. */
export function toMarkedMermaid(states: readonly MarkedState[], arrows: readonly MarkedArrow[]): string {
  const nodes = new Map(states.map(({ id }, i) => [id, `s${i}`]));
  const missed = arrows.flatMap(({ isMissed }, i) => (isMissed ? [i] : []));
  return [
    'flowchart LR',
    ...indent([
      ...states.map(({ id, label, mark }) => `${nodes.get(id)}["${label}"]:::${mark}`),
      ...arrows.map(({ source, target, label, isMissed }) => {
        const [tail, head] = isMissed ? ['-.', '.->'] : ['--', '-->'];
        return `${nodes.get(source)} ${tail} "${label}" ${head} ${nodes.get(target)}`;
      }),
      ...Object.entries(MARK_STYLES).map(([mark, style]) => `classDef ${mark} ${style}`),
      ...(missed.length === 0 ? [] : [`linkStyle ${missed.join(',')} stroke:#b71c1c,stroke-width:2px`]),
    ]),
  ].join('\n');
}
