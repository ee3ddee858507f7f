import Elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';

import { anyLines, compartmentOf, hasAny, type ChartArrow } from './arrows.js';
import { statesOf, type ChartState } from './chart.js';
import { TEXT } from './drawing.js';
import { inReadingOrder, partOf, toneOf } from './reading-order.js';

/*
 * A chart as a graph for ELK: nodes with their sizes, edges with their labels, all in reading order.
 */

/** How a chart is laid out. */
export interface LayoutStyle {
  readonly root: Readonly<Record<string, string>>;
  /** Of each state that has sub-states. */
  readonly inner: Readonly<Record<string, string>>;
  /** Whether every arrow is laid out within the state that holds both of its ends. */
  readonly isLevel: boolean;
  readonly labels: Labels;
}

/** For what there is room at the arrows: for their events, for how often they are taken, or for nothing. */
export type Labels = 'events' | 'rates' | 'none';

/** The edges to be laid out within a state, by its id. */
type HeldEdges = ReadonlyMap<string, ElkExtendedEdge[]>;

const DOT = 12;
const PARTS = ['first', 'middle', 'last'];

/** Kept free behind the name of each state, in characters: the page writes a count there, such as `10,000`. */
const COUNT_ROOM = 7;

/** The same for what has ended, of which the page writes two counts: `12 +340`. */
const ENDED_ROOM = 12;

/** How much a rate such as `1.2k` takes, in pixels. */
const RATE_ROOM = { width: 34, height: 13 };

const elk = new Elk.default();

/** The two ends of an arrow. */
export interface Ends {
  readonly source: string;
  readonly target: string;
  readonly inward: boolean;
}

/** The arrows from the dots to the sub-states that are entered first. */
export function initialsOf(chart: ChartState): readonly Ends[] {
  return statesOf(chart).flatMap(({ id, initial }) =>
    initial === undefined ? [] : [{ source: id, target: initial, inward: true }],
  );
}

/** The state within which an arrow runs from one sub-state to another; absent where the ends do not lie beside each other. */
export function holderOf({ source, target, inward }: Ends, chart: ChartState): ChartState | undefined {
  const holds = (parent: ChartState, id: string): boolean => parent.states.some((child) => child.id === id);
  return statesOf(chart).find(
    (state) => (inward ? state.id === source : holds(state, source)) && holds(state, target),
  );
}

/** An arrow from a dot, with what ELK knows both by. */
export function withDot(ends: Ends): Ends & { readonly id: string; readonly dot: string } {
  return { ...ends, id: `${ends.source}>`, dot: `${ends.source}>dot` };
}

/** What ELK knows an arrow by. */
export function arrowId(index: number): string {
  return `arrow ${String(index)}`;
}

/** Computes where the states of a chart stand, and how its arrows run. */
export function placeAll(
  chart: ChartState,
  arrows: readonly ChartArrow[],
  style: LayoutStyle,
): Promise<ElkNode> {
  const held = edgesByHolder(chart, arrows, style);
  return elk.layout({
    id: chart.id,
    layoutOptions: { ...style.root, ...componentsIn(chart, style) },
    children: insideOf(chart, arrows, style).map((node) => withEdges(node, held)),
    edges: held.get(chart.id) ?? [],
  });
}

/** Finds for each edge the state within which it is laid out. */
function edgesByHolder(chart: ChartState, arrows: readonly ChartArrow[], style: LayoutStyle): HeldEdges {
  const held = new Map<string, ElkExtendedEdge[]>();
  const hold = (ends: Ends, edge: ElkExtendedEdge): void => {
    const { id } = (style.isLevel ? holderOf(ends, chart) : chart) ?? chart;
    held.set(id, [...(held.get(id) ?? []), edge]);
  };
  for (const ends of initialsOf(chart)) {
    const { id, dot, target } = withDot(ends);
    hold(ends, { id, sources: [dot], targets: [target] });
  }
  arrows.forEach((arrow, i) => {
    hold(arrow, toEdge(arrow, arrowId(i), style));
  });
  return held;
}

/** Regions are apart from each other; all others are in one order, also where no arrow leads from one to the next. */
function componentsIn({ type }: ChartState, { isLevel }: LayoutStyle): Readonly<Record<string, string>> {
  return type === 'parallel' || !isLevel ? {} : { 'elk.separateConnectedComponents': 'false' };
}

function withEdges(node: ElkNode, held: HeldEdges): ElkNode {
  if (node.children === undefined) return node;
  const children = node.children.map((child) => withEdges(child, held));
  return { ...node, children, edges: held.get(node.id) ?? [] };
}

function insideOf(state: ChartState, arrows: readonly ChartArrow[], style: LayoutStyle): ElkNode[] {
  const dot = { id: `${state.id}>dot`, width: DOT, height: DOT };
  const any = { id: `${state.id}>any`, ...sizeOf(['any state', ...anyLines(state)]) };
  return [
    ...(state.initial === undefined ? [] : [dot]),
    ...(hasAny(state, arrows) ? [any] : []),
    ...inReadingOrder(state).map((child) => {
      const part = String(PARTS.indexOf(partOf(child, state)));
      const node = toNode(child, arrows, style);
      return { ...node, layoutOptions: { ...node.layoutOptions, 'elk.partitioning.partition': part } };
    }),
  ];
}

function toNode(state: ChartState, arrows: readonly ChartArrow[], style: LayoutStyle): ElkNode {
  const room = ' '.repeat(toneOf(state) === 'ended' ? ENDED_ROOM : COUNT_ROOM);
  const { width, height } = sizeOf([nameIn(state) + room, ...compartmentOf(state)]);
  if (state.states.length === 0) return { id: state.id, width, height };
  return {
    id: state.id,
    layoutOptions: {
      ...style.inner,
      ...componentsIn(state, style),
      'elk.padding': `[top=${height + 10},left=14,bottom=14,right=14]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height})`,
    },
    children: insideOf(state, arrows, style),
  };
}

function toEdge(
  { source, target, labels, inward }: ChartArrow,
  id: string,
  style: LayoutStyle,
): ElkExtendedEdge {
  const ends = { id, sources: [inward ? `${source}>any` : source], targets: [target] };
  if (style.labels === 'none') return ends;
  const size =
    style.labels === 'rates'
      ? RATE_ROOM
      : { width: widthOf(labels) + 6, height: labels.length * TEXT.lineHeight + 2 };
  return {
    ...ends,
    labels: [{ layoutOptions: { 'elk.edgeLabels.inline': 'true' }, text: labels.join('\n'), ...size }],
  };
}

/** How a state is called in a drawing. `H` is what UML writes into a history state. */
export function nameIn({ key, type }: ChartState): string {
  return type === 'history' ? `H ${key}` : key;
}

function sizeOf([name = '', ...lines]: readonly string[]): { width: number; height: number } {
  const text = lines.length > 0 ? lines.length * TEXT.lineHeight + 8 : 4;
  return { width: widthOf([name, ...lines]) + 2 * TEXT.inset, height: TEXT.titleHeight + text };
}

function widthOf(lines: readonly string[]): number {
  return Math.ceil(Math.max(...lines.map((line) => line.length)) * TEXT.charWidth);
}
