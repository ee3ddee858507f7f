import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';

import { arrowsOf, compartmentOf } from '../../../src/inspector/diagram/arrows.js';
import { readChart, statesOf, type ChartState } from '../../../src/inspector/diagram/chart.js';
import { layoutChart, layoutSummary } from '../../../src/inspector/diagram/layout.js';
import { toMermaid } from '../../../src/inspector/diagram/mermaid.js';
import { summaryOf } from '../../../src/inspector/diagram/summary.js';

/* As another program sends it: its code is not in it, for a function has no JSON. */
const sent = JSON.parse(
  JSON.stringify({
    id: 'shop',
    type: 'parallel',
    states: {
      till: {
        initial: 'shut',
        states: {
          shut: {
            on: {
              open: [{ target: 'open', guard: 'hasKey' }, { target: '#alarm' }],
              kick: { target: 'open', guard: { type: 'isStrong', params: { over: 3 } } },
            },
            after: { 1000: { target: 'open', guard: 'isMorning' } },
          },
          open: {
            id: 'unlocked',
            entry: [() => undefined, { type: 'xstate.assign' }, 'greet'],
            exit: () => undefined,
            invoke: { src: () => undefined, onDone: 'shut', onError: { target: 'hist' } },
            always: { target: 'shut', guard: 'isEmpty' },
            on: { '*': 'shut' },
          },
          hist: { type: 'history', history: 'deep' },
        },
      },
      bell: {
        id: 'alarm',
        initial: 'still',
        states: { still: {}, ringing: { on: { stop: { actions: [() => undefined] } } } },
      },
    },
    on: { panic: { target: ['.till.shut', '.bell.ringing'] } },
  }),
) as object;
const machine = createMachine(sent);
const chart = readChart(machine);

function stateOf(id: string): ChartState {
  const state = statesOf(chart).find((candidate) => candidate.id === id);
  if (state === undefined) throw new Error(`there is no ${id}`);
  return state;
}

const labelsBetween = (source: string, target: string): readonly string[] =>
  arrowsOf(chart).find((arrow) => arrow.source === source && arrow.target === target)?.labels ?? [];

describe('the machine of another program', () => {
  it('a foreign machine has states by their place, even those with ids of their own', () => {
    expect(statesOf(chart).map(({ id }) => id)).toEqual([
      'shop',
      'shop.till',
      'shop.till.shut',
      'shop.till.open',
      'shop.till.hist',
      'shop.bell',
      'shop.bell.still',
      'shop.bell.ringing',
    ]);
    expect(stateOf('shop.till.hist').type).toBe('history');
    expect(stateOf('shop.bell').initial).toBe('shop.bell.still');
  });

  it('a foreign machine shows the conditions of its transitions, and transitions without an event', () => {
    expect(labelsBetween('shop.till.shut', 'shop.till.open')).toEqual([
      'open [hasKey]',
      'kick [isStrong]',
      'after 1000 [isMorning]',
    ]);
    expect(labelsBetween('shop.till.shut', 'shop.bell')).toEqual(['open']);
    expect(labelsBetween('shop.till.open', 'shop.till.shut')).toEqual(
      expect.arrayContaining(['*', 'always [isEmpty]']),
    );
    expect(labelsBetween('shop.till.open', 'shop.till.hist')).toEqual([expect.stringMatching(/^error\(/)]);
  });

  it('a foreign machine has an arrow for each of several targets', () => {
    const panic = arrowsOf(chart).filter(({ events }) => events.includes('panic'));
    expect(panic.map(({ target, inward }) => [target, inward])).toEqual([
      ['shop.till.shut', true],
      ['shop.bell.ringing', true],
    ]);
  });

  it("a foreign machine calls unnamed parts anonymous, and XState's own by their short names", () => {
    expect(stateOf('shop.till.open').entry).toEqual(['anonymous', 'assign', 'greet']);
    expect(stateOf('shop.till.open').services).toEqual(['anonymous']);
    expect(compartmentOf(stateOf('shop.bell.ringing'))).toEqual(['stop / anonymous']);
  });

  it('a foreign machine without its conditions is drawn without them', () => {
    const bare = readChart(
      createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } }),
    );
    expect(arrowsOf(bare).map(({ labels }) => labels)).toEqual([['go']]);
  });

  it('a foreign machine is laid out with every state and arrow, in full and in short', async () => {
    const paths = statesOf(chart)
      .slice(1)
      .map(({ id }) => id.replace('shop.', ''));
    const layouts = [
      [await layoutChart(chart), arrowsOf(chart)],
      [await layoutSummary(summaryOf(chart)), summaryOf(chart).arrows],
    ] as const;
    for (const [layout, arrows] of layouts) {
      expect(layout.states.filter(({ kind }) => kind !== 'any').map(({ path }) => path)).toEqual(paths);
      const drawn = layout.arrows.filter(({ events }) => events.length > 0);
      expect(drawn.map(({ events }) => events)).toEqual(arrows.map(({ events }) => events));
      expect(drawn.every(({ points }) => points.length >= 2)).toBe(true);
    }
  });

  it('a foreign machine has a Mermaid diagram', () => {
    expect(toMermaid(chart)).toContain('till_shut --> till_open : open [hasKey]<br/>kick [isStrong]');
  });

  it('a foreign machine may have a name with dots', async () => {
    const dotted = createMachine({ id: 'a.b', initial: 'x', states: { x: { on: { go: 'y' } }, y: {} } });
    expect((await layoutChart(readChart(dotted))).states.map(({ path }) => path)).toEqual(['x', 'y']);
  });
});
