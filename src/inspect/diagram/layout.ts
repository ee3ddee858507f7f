import Elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';

import {
  anyLines,
  arrowsOf,
  compartmentOf,
  hasAny,
  type ChartArrow,
} from './arrows.js';
import { pathOf, readChart, statesOf, type ChartState, type MachineSource } from './chart.js';
import {
  SVG_TEXT,
  type Area,
  type DiagramLayout,
  type PlacedState,
  type RoutedArrow,
} from './svg.js';

const ROOT_OPTIONS: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=20,left=20,bottom=20,right=20]',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
};
const DOT = 12;

/** Computes where the states of a chart stand and how its arrows run. */
export function layoutChart(machine: MachineSource): Promise<DiagramLayout> {
  const chart = readChart(machine);
  return layoutArrows(chart, arrowsOf(chart));
}

/**
 * As `layoutChart`, of states and arrows that were resolved, and perhaps simplified, before.
 *
 * @param room - how many characters are kept free behind the name of each state
 */
export async function layoutArrows(
  chart: ChartState,
  arrows: readonly ChartArrow[],
  room = 0,
): Promise<DiagramLayout> {
  const states = statesOf(chart);
  const initials = states.flatMap(({ id, initial }) =>
    initial === undefined ? [] : [{ id: `${id}>`, owner: id, from: `${id}>dot`, to: initial }],
  );
  const graph: ElkNode = {
    id: chart.id,
    layoutOptions: ROOT_OPTIONS,
    children: insideOf(chart, arrows, ' '.repeat(room)),
    edges: [
      ...initials.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
      ...arrows.map((arrow, i) => toEdge(arrow, `arrow ${i}`)),
    ],
  };
  const placed = await new Elk.default().layout(graph);
  const areas = new Map(nodesOf(placed).map((node) => [node.id, areaOf(node)]));
  const edges = new Map(edgesOf(placed).map((edge) => [edge.id, edge]));
  const ends = (source: string, target: string): Pick<RoutedArrow, 'source' | 'target'> => ({
    source: pathOf(source, chart),
    target: pathOf(target, chart),
  });
  return {
    name: `The ${chart.key} chart`,
    description: chart.description,
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    states: [
      ...states.slice(1).map((state) => placeState(state, chart, areas)),
      ...states.filter((state) => hasAny(state, arrows)).map((state) => placeAny(state, chart, areas)),
    ],
    arrows: [
      ...initials.map(({ id, owner, to }) => ({
        ...ends(owner, to),
        events: [],
        ...routeArrow(edges.get(id), []),
      })),
      ...arrows.map(({ source, target, events, labels }, i) => ({
        ...ends(source, target),
        events,
        ...routeArrow(edges.get(`arrow ${i}`), labels),
      })),
    ],
    dots: initials.flatMap(({ from }) => areas.get(from) ?? []),
  };
}

function insideOf(state: ChartState, arrows: readonly ChartArrow[], room: string): ElkNode[] {
  const dot = { id: `${state.id}>dot`, width: DOT, height: DOT };
  const any = { id: `${state.id}>any`, ...sizeOf(['any state', ...anyLines(state)]) };
  return [
    ...(state.initial === undefined ? [] : [dot]),
    ...(hasAny(state, arrows) ? [any] : []),
    ...state.states.map((child) => toNode(child, arrows, room)),
  ];
}

function toNode(state: ChartState, arrows: readonly ChartArrow[], room: string): ElkNode {
  const { width, height } = sizeOf([nameIn(state) + room, ...compartmentOf(state)]);
  if (state.states.length === 0) return { id: state.id, width, height };
  return {
    id: state.id,
    layoutOptions: {
      'elk.padding': `[top=${height + 10},left=14,bottom=14,right=14]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height})`,
    },
    children: insideOf(state, arrows, room),
  };
}

function toEdge({ source, target, labels, inward }: ChartArrow, id: string): ElkExtendedEdge {
  return {
    id,
    sources: [inward ? `${source}>any` : source],
    targets: [target],
    labels: [
      {
        layoutOptions: { 'elk.edgeLabels.inline': 'true' },
        text: labels.join('\n'),
        width: widthOf(labels) + 6,
        height: labels.length * SVG_TEXT.lineHeight + 2,
      },
    ],
  };
}

function placeState(state: ChartState, chart: ChartState, areas: ReadonlyMap<string, Area>): PlacedState {
  const tags = state.tags.length > 0 ? `\ntags: ${state.tags.join(', ')}` : '';
  return {
    ...mustFind(areas, state.id),
    path: pathOf(state.id, chart),
    kind: kindOf(state, chart),
    name: nameIn(state),
    lines: compartmentOf(state),
    tooltip: `${state.id}: ${state.description}${tags}`,
  };
}

function kindOf(state: ChartState, chart: ChartState): PlacedState['kind'] {
  const parent = statesOf(chart).find(({ states }) => states.includes(state));
  if (parent?.type === 'parallel') return 'region';
  if (state.states.length > 0) return 'group';
  return state.type === 'final' || state.type === 'history' ? state.type : 'state';
}

function placeAny(state: ChartState, chart: ChartState, areas: ReadonlyMap<string, Area>): PlacedState {
  return {
    ...mustFind(areas, `${state.id}>any`),
    path: pathOf(state.id, chart),
    kind: 'any',
    name: 'any state',
    lines: anyLines(state),
    tooltip: `whichever state of ${state.id} is active`,
  };
}

function routeArrow(
  edge: ElkExtendedEdge | undefined,
  lines: readonly string[],
): Pick<RoutedArrow, 'points' | 'lines' | 'label'> {
  const section = edge?.sections?.[0];
  if (section === undefined) throw new Error('an arrow was not routed');
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  return {
    points: points.map(({ x, y }) => ({ x: round(x), y: round(y) })),
    lines,
    label: areaOf(edge?.labels?.[0] ?? {}),
  };
}

/* `H` is what UML writes into a history state. */
function nameIn({ key, type }: ChartState): string {
  return type === 'history' ? `H ${key}` : key;
}

function sizeOf([name = '', ...lines]: readonly string[]): { width: number; height: number } {
  const text = lines.length > 0 ? lines.length * SVG_TEXT.lineHeight + 8 : 4;
  return { width: widthOf([name, ...lines]) + 2 * SVG_TEXT.inset, height: SVG_TEXT.titleHeight + text };
}

function widthOf(lines: readonly string[]): number {
  return Math.ceil(Math.max(...lines.map((line) => line.length)) * SVG_TEXT.charWidth);
}

function nodesOf(node: ElkNode): readonly ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)];
}

function edgesOf(node: ElkNode): readonly ElkExtendedEdge[] {
  return [...(node.edges ?? []), ...(node.children ?? []).flatMap(edgesOf)];
}

function areaOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Area>): Area {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function mustFind(areas: ReadonlyMap<string, Area>, id: string): Area {
  const area = areas.get(id);
  if (area === undefined) throw new Error(`a state was not placed: ${id}`);
  return area;
}
