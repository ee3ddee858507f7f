import { pathOf, statesOf, type ChartState } from './chart.js';
import { inReadingOrder, toneOf, type Tone } from './reading-order.js';

/** One state of a lane, with those within it. */
export interface LaneState {
  /** Where it is in its chart: dotted from the root. */
  readonly path: string;
  readonly name: string;
  readonly kind: 'state' | 'final' | 'group';
  readonly tone: Tone;
  readonly tooltip: string;
  readonly states: readonly LaneState[];
}

/** A part of a chart in which an actor is in one state at a time: a region, or what is around all regions. */
export interface Lane {
  /** The path of the region; empty for what is around the regions. */
  readonly path: string;
  readonly name: string;
  readonly tooltip: string;
  /** From the first to the last. */
  readonly states: readonly LaneState[];
}

/**
 * A chart as lanes, one for each region, first what is around the regions, then the regions with most states. None for a
 * chart without regions: it is one lane, and its drawing shows more.
 */
export function lanesOf(chart: ChartState): readonly Lane[] {
  const regions = statesOf(chart)
    .filter(({ type }) => type === 'parallel')
    .flatMap(({ states }) => states)
    .filter(({ type }) => type !== 'parallel');
  if (regions.length === 0) return [];
  const around = chart.type === 'parallel' ? [] : [chart];
  const bySize = regions.toSorted((a, b) => statesOf(b).length - statesOf(a).length);
  return [...around, ...bySize].map((state) => ({
    path: pathOf(state.id, chart),
    name: state.key,
    tooltip: state.description,
    states: inReadingOrder(state).map((child) => laneStateOf(child, chart)),
  }));
}

function laneStateOf(state: ChartState, chart: ChartState): LaneState {
  // What is within several regions has lanes of its own.
  const states = state.type === 'parallel' ? [] : inReadingOrder(state);
  return {
    path: pathOf(state.id, chart),
    name: state.key,
    kind: states.length > 0 ? 'group' : state.type === 'final' ? 'final' : 'state',
    tone: toneOf(state),
    tooltip: `${state.id}: ${state.description}`,
    states: states.map((child) => laneStateOf(child, chart)),
  };
}
