import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';

import { exchangeMachine, sessionMachine, workerMachine } from '../../../machines/index.js';
import { readChart, statesOf, type ChartState } from '../../../src/inspector/diagram/chart.js';
import type { DiagramLayout, PlacedState } from '../../../src/inspector/diagram/drawing.js';
import { layoutChart, layoutSummary } from '../../../src/inspector/diagram/layout.js';
import { inReadingOrder, isAside, toneOf } from '../../../src/inspector/diagram/reading-order.js';
import { summaryOf } from '../../../src/inspector/diagram/summary.js';
import { CHARTS, DOOR } from './charts.js';

const ORDER = createMachine({
  id: 'order',
  initial: 'cart',
  states: {
    done: { type: 'final' },
    failed: { on: { retry: 'paying' } },
    cart: { on: { pay: 'paying' } },
    paying: { on: { paid: 'done', declined: 'failed', leave: 'cart' } },
  },
});

function stateIn(chart: ChartState, path: string): ChartState {
  const found = statesOf(chart).find(({ id }) => id === `${chart.id}.${path}`);
  if (found === undefined) throw new Error(`there is no state ${path}`);
  return found;
}

function placeIn(layout: DiagramLayout, path: string): PlacedState {
  const found = layout.states.find((state) => state.path === path && state.kind !== 'any');
  if (found === undefined) throw new Error(`there is no state ${path}`);
  return found;
}

/** Whether one stands left of the other, or above it. */
function isBefore(layout: DiagramLayout, one: string, other: string): boolean {
  const [a, b] = [placeIn(layout, one), placeIn(layout, other)];
  return a.x + a.width <= b.x || a.y + a.height <= b.y;
}

describe('the reading order of a chart', () => {
  it('the initial state is read first, then the others as written, errors, and final states last', () => {
    const keys = inReadingOrder(readChart(ORDER)).map(({ key }) => key);
    expect(keys).toEqual(['cart', 'paying', 'failed', 'done']);
  });

  it('a state is faulty or has ended by its tags, and a state with sub-states by all of theirs', () => {
    const session = readChart(sessionMachine);
    const tones = ['connected', 'errored.recoverable', 'errored', 'closed', 'detached'].map((path) =>
      toneOf(stateIn(session, path)),
    );
    expect(tones).toEqual(['plain', 'faulty', 'faulty', 'ended', 'ended']);
    expect(toneOf(stateIn(readChart(workerMachine), 'gone.failed'))).toBe('faulty');
  });

  it('a name alone moves a state aside, and means failure only of what is over', () => {
    const failed = stateIn(readChart(ORDER), 'failed');
    expect([isAside(failed), toneOf(failed)]).toEqual([true, 'plain']);
    expect(toneOf(stateIn(readChart(ORDER), 'done'))).toBe('ended');
    expect(toneOf(stateIn(readChart(exchangeMachine), 'error'))).toBe('faulty');
  });

  it.each(['events', 'rates', 'none'] as const)(
    'a session reads unconnected, connected, closed, with errors behind (at the arrows: %s)',
    async (labels) => {
      const layout = await layoutSummary(summaryOf(readChart(sessionMachine)), labels);
      expect(isBefore(layout, 'unconnected', 'connected')).toBe(true);
      expect(isBefore(layout, 'connected', 'closed')).toBe(true);
      expect(isBefore(layout, 'closed', 'errored')).toBe(true);
      expect(isBefore(layout, 'unconnected.idle', 'unconnected.connecting')).toBe(true);
      expect(isBefore(layout, 'connected.open', 'connected.lingering')).toBe(true);
    },
  );

  it('a chart of another program reads from its initial state to its final one', async () => {
    for (const layout of [
      await layoutSummary(summaryOf(readChart(ORDER))),
      await layoutChart(readChart(ORDER)),
    ]) {
      expect(isBefore(layout, 'cart', 'paying')).toBe(true);
      expect(isBefore(layout, 'paying', 'failed')).toBe(true);
      expect(isBefore(layout, 'paying', 'done')).toBe(true);
    }
  });

  it.each([...CHARTS, ['door', DOOR] as const])(
    'the %s chart looks the same whenever it is laid out',
    async (_, machine) => {
      // What reads the definition may be another process: as JSON, it has gone over a wire.
      const { schemas: _schemas, ...config } = machine.config as object & { schemas?: unknown };
      const copy = createMachine(JSON.parse(JSON.stringify(config)) as object);
      const [first, second] = [machine, copy].map((one) => layoutSummary(summaryOf(readChart(one)), 'none'));
      expect(await second).toEqual(await first);
    },
  );
});
