/** One layer of a stacked drawing: how many actors were in a state, point by point. */
export interface StateLayer {
  /** The state; {@link OTHERS} for all that have no layer of their own. */
  readonly state: string;
  /** Which colour it has, from 0; `null` for that of the others. */
  readonly colour: number | null;
  readonly values: readonly number[];
}

/** The layer of the states that are too many to be told apart. */
export const OTHERS = 'other states';

/** How many states have a layer and a colour of their own. */
export const COLOURS = 7;

/** Which state has which colour: once given, it stays. */
export class StateColours {
  readonly #given = new Map<string, number>();

  /** The colour of a state; `null` if those that are shown with it have taken all. */
  of(state: string, shown: readonly string[]): number | null {
    const known = this.#given.get(state);
    const isTaken = (colour: number): boolean =>
      shown.some((other) => other !== state && this.#given.get(other) === colour);
    if (known !== undefined && !isTaken(known)) return known;
    const numbers = Array.from({ length: COLOURS }, (_, i) => i);
    const used = new Set(this.#given.values());
    const free = numbers.find((colour) => !used.has(colour)) ?? numbers.find((colour) => !isTaken(colour));
    if (free === undefined) return null;
    this.#given.set(state, free);
    return free;
  }
}

/**
 * The layers of a stacked drawing, the first at the bottom: the states that most actors were in, each in the place that
 * goes with its colour, so that it stays there; the others together on top. States without an actor have none.
 */
export function layersOf(
  states: Readonly<Record<string, readonly number[]>>,
  colours: StateColours,
): readonly StateLayer[] {
  const known = Object.entries(states)
    .map(([state, values]) => ({ state, values, area: values.reduce((sum, value) => sum + value, 0) }))
    .filter(({ state, area }) => state !== '' && area > 0)
    .sort((a, b) => b.area - a.area || (a.state < b.state ? -1 : 1));
  const chosen = known.slice(0, COLOURS);
  const shown = chosen.map(({ state }) => state);
  const layers = chosen
    .map(({ state, values }): StateLayer => ({ state, values, colour: colours.of(state, shown) }))
    .sort((a, b) => (a.colour ?? COLOURS) - (b.colour ?? COLOURS));
  const rest = known.slice(COLOURS);
  if (rest.length === 0) return layers;
  const length = Math.max(...rest.map(({ values }) => values.length));
  const together = Array.from({ length }, (_, i) =>
    rest.reduce((sum, { values }) => sum + (values[i] ?? 0), 0),
  );
  return [...layers, { state: OTHERS, colour: null, values: together }];
}

/** The upper edges of the layers when they stand on each other. */
export function stacked(layers: readonly StateLayer[]): readonly (readonly number[])[] {
  let below: readonly number[] = [];
  return layers.map(({ values }) => {
    below = values.map((value, i) => value + (below[i] ?? 0));
    return below;
  });
}
