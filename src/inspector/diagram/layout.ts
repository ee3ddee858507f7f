import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk.bundled.js';

import { anyLines, arrowsOf, compartmentOf, hasAny, type ChartArrow } from './arrows.js';
import { pathOf, statesOf, type ChartState } from './chart.js';
import type { Area, DiagramLayout, PlacedState, RoutedArrow } from './drawing.js';
import {
  arrowId,
  holderOf,
  initialsOf,
  nameIn,
  placeAll,
  withDot,
  type Labels,
  type LayoutStyle,
} from './layout-graph.js';
import { toneOf } from './reading-order.js';
import type { ChartSummary } from './summary.js';

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
  'elk.layered.considerModelOrder.components': 'MODEL_ORDER',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.partitioning.activate': 'true',
};

/** Close together, and with few rows: what lies in a row takes less room than what lies in a column. */
const GLANCE_OPTIONS: Readonly<Record<string, string>> = {
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '7',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.spacing.nodeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
};

/** The width of a screen, for each pixel of its height. */
const SCREEN = 1.6;

/** The directions that are tried, of the chart and within its states; what is largest on a screen is taken. */
const DIRECTIONS = [
  ['DOWN', 'RIGHT'],
  ['RIGHT', 'DOWN'],
  ['DOWN', 'DOWN'],
] as const;

/** Computes where the states of a chart stand and how its arrows run. */
export function layoutChart(chart: ChartState): Promise<DiagramLayout> {
  const style = { root: ROOT_OPTIONS, inner: {}, isLevel: false, labels: 'events' as const };
  return layoutArrows(chart, arrowsOf(chart), style);
}

/**
 * Lays the summary of a chart out in little room.
 *
 * @param labels - what is written at the arrows; with less there is more room for the states
 */
export async function layoutSummary(
  { chart, arrows }: ChartSummary,
  labels: Labels = 'events',
): Promise<DiagramLayout> {
  const options = { ...ROOT_OPTIONS, ...GLANCE_OPTIONS };
  const isLevel = [...arrows, ...initialsOf(chart)].every((arrow) => holderOf(arrow, chart) !== undefined);
  if (!isLevel) return layoutArrows(chart, arrows, { root: options, inner: GLANCE_OPTIONS, isLevel, labels });
  // Where no arrow crosses a border, each state can be laid out on its own, in a direction of its own.
  const root = { ...options, 'elk.hierarchyHandling': 'SEPARATE_CHILDREN' };
  const layouts: DiagramLayout[] = [];
  // Without events a chart is small whatever its direction, and people wait for it.
  for (const [outer, inner] of labels === 'events' ? DIRECTIONS : DIRECTIONS.slice(0, 1)) {
    const inOuter = { ...root, 'elk.direction': outer };
    const style = { root: inOuter, inner: { ...root, 'elk.direction': inner }, isLevel, labels };
    layouts.push(await layoutArrows(chart, arrows, style));
  }
  const [largest] = layouts.sort((a, b) => heightOnScreen(a) - heightOnScreen(b));
  if (largest === undefined) throw new Error('a chart was not laid out');
  return largest;
}

/** How high a screen must be to show a layout. */
function heightOnScreen({ width, height }: DiagramLayout): number {
  return Math.max(width / SCREEN, height);
}

async function layoutArrows(
  chart: ChartState,
  arrows: readonly ChartArrow[],
  style: LayoutStyle,
): Promise<DiagramLayout> {
  const states = statesOf(chart);
  const initials = initialsOf(chart).map(withDot);
  const placed = await placeAll(chart, arrows, style);
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
      ...initials.map(({ id, source, target }) => ({
        ...ends(source, target),
        events: [],
        tooltip: '',
        ...routeArrow(edges.get(id), []),
      })),
      ...arrows.map(({ source, target, events, labels, inward }, i) => ({
        ...ends(source, target),
        events,
        tooltip: `${inward ? 'any state' : pathOf(source, chart)} to ${pathOf(target, chart)}:\n${labels.join('\n')}`,
        ...routeArrow(edges.get(arrowId(i)), style.labels === 'events' ? labels : []),
      })),
    ],
    dots: initials.flatMap(({ dot }) => areas.get(dot) ?? []),
  };
}

function placeState(state: ChartState, chart: ChartState, areas: ReadonlyMap<string, Area>): PlacedState {
  const notes = [
    ...(state.tags.length > 0 ? [`\ntags: ${state.tags.join(', ')}`] : []),
    ...state.timers.map((timer) => `\ntimer: ${timer}`),
  ];
  return {
    ...mustFind(areas, state.id),
    path: pathOf(state.id, chart),
    kind: kindOf(state, chart),
    tone: toneOf(state),
    name: nameIn(state),
    lines: compartmentOf(state),
    tooltip: `${state.id}: ${state.description}${notes.join('')}`,
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
    tone: 'plain',
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
