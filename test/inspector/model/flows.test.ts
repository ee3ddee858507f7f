import { beforeEach, describe, expect, it } from '@jest/globals';

import { INSPECTION } from '../../../src/inspector/model/inspection-limits.js';
import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import { LIGHT, modelAt } from '../../support/inspector/model.js';

describe('the transitions in a pulse', () => {
  let model: InspectionModel;
  let clock: { now: number };

  beforeEach(() => {
    ({ model, clock } = modelAt(10_500));
    for (const id of ['a', 'b']) appear(id);
  });

  function appear(id: string, definition: object = LIGHT): void {
    model.appeared({ id, name: id, parent: null, definition, state: 'red', status: 'active' });
  }

  function move(id: string, event: string, state: string): void {
    model.moved(id, { event, state, status: 'active' });
  }

  it('a pulse has the transitions of the last whole second by chart, the most frequent first', () => {
    appear('c', { ...LIGHT, id: 'other' });
    move('a', 'break', 'green');
    for (const id of ['b', 'c']) move(id, 'timer', 'green');
    move('b', 'reset', 'red');
    move('b', 'timer', 'green');
    expect(model.pulse().flows).toEqual([]);
    clock.now = 11_999;
    expect(model.pulse().flows).toEqual([
      {
        chart: 'd1',
        taken: [
          { event: 'timer', from: 'red', to: 'green', count: 2 },
          { event: 'break', from: 'red', to: 'green', count: 1 },
          { event: 'reset', from: 'green', to: 'red', count: 1 },
        ],
      },
      { chart: 'd2', taken: [{ event: 'timer', from: 'red', to: 'green', count: 1 }] },
    ]);
  });

  it('a pulse after a quiet second has no transitions', () => {
    move('a', 'timer', 'green');
    clock.now = 12_000;
    expect(model.pulse().flows).toEqual([]);
  });

  it('to appear, and to change without an event, is no transition', () => {
    move('a', '', 'green');
    clock.now = 11_000;
    expect(model.pulse().flows).toEqual([]);
  });

  it('different transitions are counted and reported up to a number of each', () => {
    for (let i = 0; i < INSPECTION.maxFlows.value + 10; i++) move('a', `e${String(i)}`, 'red');
    // What is counted already is counted on; what came too late is not.
    move('a', 'e3', 'red');
    const late = `e${String(INSPECTION.maxFlows.value + 1)}`;
    for (let i = 0; i < 5; i++) move('a', late, 'red');
    clock.now = 11_000;
    const taken = model.pulse().flows[0]?.taken ?? [];
    expect(taken).toHaveLength(INSPECTION.maxChartFlows.value);
    expect(taken[0]).toMatchObject({ event: 'e3', count: 2 });
    expect(taken[1]?.count).toBe(1);
  });

  it('many charts share the room of a pulse', () => {
    const charts = 20;
    const share = INSPECTION.maxToldFlows.value / charts;
    for (let chart = 0; chart < charts; chart++) {
      appear(`x${String(chart)}`, { ...LIGHT, id: `light ${String(chart)}` });
      for (let i = 0; i < share + 5; i++) move(`x${String(chart)}`, `e${String(i)}`, 'red');
    }
    clock.now = 11_000;
    expect(model.pulse().flows.map(({ taken }) => taken.length)).toEqual(new Array(charts).fill(share));
  });

  it('a recording has no transitions in its pulse', () => {
    move('a', 'timer', 'green');
    clock.now = 11_000;
    expect(model.pulse().flows).toHaveLength(1);
    const opened = InspectionModel.from(JSON.parse(JSON.stringify(model.recording())));
    expect(opened.pulse().flows).toEqual([]);
  });
});
