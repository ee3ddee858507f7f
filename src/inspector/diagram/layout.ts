import Elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';

import { anyLines, arrowsOf, compartmentOf, hasAny, type ChartArrow } from './arrows.js';
import { pathOf, statesOf, type ChartState } from './chart.js';
import { TEXT, type Area, type DiagramLayout, type PlacedState, type RoutedArrow } from './drawing.js';
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
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
};
const DOT = 12;

/** Kept free behind the name of each state, in characters: the page writes a count there, such as `10,000`. */
const COUNT_ROOM = 7;

/** Close together, and with few rows: what lies in a row takes less room than what lies in a column. */
const GLANCE_OPTIONS: Readonly<Record<string, string>> = {
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '7',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.spacing.nodeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
  'elk.layered.considerModelOrder.strategy': 'NONE',
  'elk.layered.cycleBreaking.strategy': 'GREEDY',
};

/** How a chart is laid out. */
interface LayoutStyle {
  readonly root: Readonly<Record<string, string>>;
  /** Of each state that has sub-states. */
  readonly inner: Readonly<Record<string, string>>;
  /** Whether every arrow is laid out within the state that holds both of its ends. */
  readonly isLevel: boolean;
}

/** Computes where the states of a chart stand and how its arrows run. */
export function layoutChart(chart: ChartState): Promise<DiagramLayout> {
  return layoutArrows(chart, arrowsOf(chart), { root: ROOT_OPTIONS, inner: {}, isLevel: false });
}

/** Lays the summary of a chart out in little room. */
export function layoutSummary({ chart, arrows }: ChartSummary): Promise<DiagramLayout> {
  const options = { ...ROOT_OPTIONS, ...GLANCE_OPTIONS };
  const isLevel = [...arrows, ...initialsOf(chart)].every((arrow) => holderOf(arrow, chart) !== undefined);
  if (!isLevel) return layoutArrows(chart, arrows, { root: options, inner: GLANCE_OPTIONS, isLevel });
  // Where no arrow crosses a border, each state can be laid out on its own, in a direction of its own.
  const root = { ...options, 'elk.hierarchyHandling': 'SEPARATE_CHILDREN' };
  return layoutArrows(chart, arrows, { root, inner: { ...root, 'elk.direction': 'RIGHT' }, isLevel });
}

interface Ends {
  readonly source: string;
  readonly target: string;
  readonly inward: boolean;
}

/** The arrows from the dots to the sub-states that are entered first. */
function initialsOf(chart: ChartState): readonly Ends[] {
  return statesOf(chart).flatMap(({ id, initial }) =>
    initial === undefined ? [] : [{ source: id, target: initial, inward: true }],
  );
}

/** The state within which an arrow runs from one sub-state to another; absent where the ends do not lie beside each other. */
function holderOf({ source, target, inward }: Ends, chart: ChartState): ChartState | undefined {
  const holds = (parent: ChartState, id: string): boolean => parent.states.some((child) => child.id === id);
  return statesOf(chart).find(
    (state) => (inward ? state.id === source : holds(state, source)) && holds(state, target),
  );
}

async function layoutArrows(
  chart: ChartState,
  arrows: readonly ChartArrow[],
  style: LayoutStyle,
): Promise<DiagramLayout> {
  const states = statesOf(chart);
  const initials = initialsOf(chart).map((ends) => ({
    ...ends,
    id: `${ends.source}>`,
    dot: `${ends.source}>dot`,
  }));
  const held = new Map<string, ElkExtendedEdge[]>();
  const hold = (ends: Ends, edge: ElkExtendedEdge): void => {
    const { id } = (style.isLevel ? holderOf(ends, chart) : chart) ?? chart;
    held.set(id, [...(held.get(id) ?? []), edge]);
  };
  for (const ends of initials) hold(ends, { id: ends.id, sources: [ends.dot], targets: [ends.target] });
  arrows.forEach((arrow, i) => hold(arrow, toEdge(arrow, `arrow ${i}`)));
  const graph: ElkNode = {
    id: chart.id,
    layoutOptions: style.root,
    children: insideOf(chart, arrows, style).map((node) => withEdges(node, held)),
    edges: held.get(chart.id) ?? [],
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
      ...initials.map(({ id, source, target }) => ({
        ...ends(source, target),
        events: [],
        ...routeArrow(edges.get(id), []),
      })),
      ...arrows.map(({ source, target, events, labels }, i) => ({
        ...ends(source, target),
        events,
        ...routeArrow(edges.get(`arrow ${i}`), labels),
      })),
    ],
    dots: initials.flatMap(({ dot }) => areas.get(dot) ?? []),
  };
}

function withEdges(node: ElkNode, held: ReadonlyMap<string, ElkExtendedEdge[]>): ElkNode {
  const children = node.children?.map((child) => withEdges(child, held));
  const edges = held.get(node.id);
  return {
    ...node,
    ...(children === undefined ? {} : { children }),
    ...(edges === undefined ? {} : { edges }),
  };
}

function insideOf(state: ChartState, arrows: readonly ChartArrow[], style: LayoutStyle): ElkNode[] {
  const dot = { id: `${state.id}>dot`, width: DOT, height: DOT };
  const any = { id: `${state.id}>any`, ...sizeOf(['any state', ...anyLines(state)]) };
  return [
    ...(state.initial === undefined ? [] : [dot]),
    ...(hasAny(state, arrows) ? [any] : []),
    ...state.states.map((child) => toNode(child, arrows, style)),
  ];
}

function toNode(state: ChartState, arrows: readonly ChartArrow[], style: LayoutStyle): ElkNode {
  const { width, height } = sizeOf([nameIn(state) + ' '.repeat(COUNT_ROOM), ...compartmentOf(state)]);
  if (state.states.length === 0) return { id: state.id, width, height };
  return {
    id: state.id,
    layoutOptions: {
      ...style.inner,
      'elk.padding': `[top=${height + 10},left=14,bottom=14,right=14]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height})`,
    },
    children: insideOf(state, arrows, style),
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
        height: labels.length * TEXT.lineHeight + 2,
      },
    ],
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
  const text = lines.length > 0 ? lines.length * TEXT.lineHeight + 8 : 4;
  return { width: widthOf([name, ...lines]) + 2 * TEXT.inset, height: TEXT.titleHeight + text };
}

function widthOf(lines: readonly string[]): number {
  return Math.ceil(Math.max(...lines.map((line) => line.length)) * TEXT.charWidth);
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
