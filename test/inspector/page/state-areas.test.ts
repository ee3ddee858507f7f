import { describe, expect, it } from '@jest/globals';

import {
  COLOURS,
  layersOf,
  OTHERS,
  stacked,
  StateColours,
} from '../../../src/inspector/page/logic/state-areas.js';

describe('the states over time', () => {
  it('the state that most actors were in is at the bottom, and has the first colour', () => {
    const layers = layersOf(
      { closing: [1, 1], open: [5, 9], '': [100, 100], never: [0, 0] },
      new StateColours(),
    );
    expect(layers.map(({ state, colour }) => [state, colour])).toEqual([
      ['open', 0],
      ['closing', 1],
    ]);
  });

  it('a state keeps its colour and its place when another one becomes larger', () => {
    const colours = new StateColours();
    layersOf({ open: [9], closing: [1] }, colours);
    const layers = layersOf({ open: [1], closing: [9], opening: [20] }, colours);
    expect(layers.map(({ state }) => state)).toEqual(['open', 'closing', 'opening']);
  });

  it('states beyond the number of colours are together on top', () => {
    const states = Object.fromEntries(Array.from({ length: COLOURS + 3 }, (_, i) => [`s${i}`, [100 - i, i]]));
    const layers = layersOf(states, new StateColours());
    expect(layers).toHaveLength(COLOURS + 1);
    expect(layers.at(-1)).toEqual({ state: OTHERS, colour: null, values: [93 + 92 + 91, 7 + 8 + 9] });
    expect(new Set(layers.map(({ colour }) => colour)).size).toBe(COLOURS + 1);
  });

  it('no two layers have the same colour, however states come and go', () => {
    const colours = new StateColours();
    for (let turn = 0; turn < 30; turn++) {
      const states = Object.fromEntries(
        Array.from({ length: 6 }, (_, i) => [`s${(turn * 5 + i * 3) % 20}`, [i + 1]]),
      );
      const used = layersOf(states, colours).map(({ colour }) => colour);
      expect(new Set(used).size).toBe(used.length);
    }
  });

  it('layers stand on each other', () => {
    const layers = layersOf({ open: [5, 6], closing: [1, 2] }, new StateColours());
    expect(stacked(layers)).toEqual([
      [5, 6],
      [6, 8],
    ]);
  });
});
