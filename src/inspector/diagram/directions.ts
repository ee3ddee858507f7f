import type { ChartArrow } from './arrows.js';
import { statesOf, type ChartState } from './chart.js';
import {
  edgesByHolder,
  sizeAlone,
  type Direction,
  type HeldEdges,
  type LayoutStyle,
  type Size,
} from './layout-graph.js';

/** The width of a screen, for each pixel of its height. */
const SCREEN = 1.6;

/**
 * In which direction the sub-states of each state follow each other, so that the whole chart is as large as possible on a
 * screen. It starts with all of them downwards, and turns each once, where that helps.
 */
export async function bestDirections(
  chart: ChartState,
  arrows: readonly ChartArrow[],
  style: LayoutStyle,
): Promise<ReadonlyMap<string, Direction>> {
  const holders = statesOf(chart).filter(({ states }) => states.length > 0);
  const sizes = new Sizes(chart, arrows, style);
  let best = new Map<string, Direction>(holders.map(({ id }) => [id, 'DOWN']));
  let least = await sizes.heightOnScreen(best);
  for (const { id } of holders) {
    const other = new Map(best).set(id, best.get(id) === 'DOWN' ? 'RIGHT' : 'DOWN');
    const height = await sizes.heightOnScreen(other);
    if (height < least) [best, least] = [other, height];
  }
  return best;
}

/** Sizes of states by the directions within them, each computed once. */
class Sizes {
  readonly #known = new Map<string, Promise<Size>>();
  readonly #chart: ChartState;
  readonly #arrows: readonly ChartArrow[];
  readonly #style: LayoutStyle;
  readonly #held: HeldEdges;

  constructor(chart: ChartState, arrows: readonly ChartArrow[], style: LayoutStyle) {
    this.#chart = chart;
    this.#arrows = arrows;
    this.#style = style;
    this.#held = edgesByHolder(chart, arrows, style);
  }

  /** How high a screen must be to show the chart. */
  async heightOnScreen(directions: ReadonlyMap<string, Direction>): Promise<number> {
    const { width, height } = await this.#of(this.#chart, directions);
    return Math.max(width / SCREEN, height);
  }

  #of(state: ChartState, directions: ReadonlyMap<string, Direction>): Promise<Size> {
    const within = statesOf(state).flatMap(({ id }) => directions.get(id) ?? []);
    const key = `${state.id} ${within.join(' ')}`;
    const known = this.#known.get(key) ?? this.#compute(state, directions);
    this.#known.set(key, known);
    return known;
  }

  async #compute(state: ChartState, directions: ReadonlyMap<string, Direction>): Promise<Size> {
    const fixed = new Map<string, Size>();
    for (const child of state.states) {
      if (child.states.length > 0) fixed.set(child.id, await this.#of(child, directions));
    }
    return sizeAlone(state, this.#chart, this.#arrows, { ...this.#style, directions }, this.#held, fixed);
  }
}
