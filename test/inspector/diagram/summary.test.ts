import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';

import { sessionMachine } from '../../../machines/session.machine.js';
import { isWithin, readChart, statesOf } from '../../../src/inspector/diagram/chart.js';
import { arrowsOf } from '../../../src/inspector/diagram/arrows.js';
import { layoutSummary } from '../../../src/inspector/diagram/layout.js';
import { summaryOf } from '../../../src/inspector/diagram/summary.js';
import { CHARTS, DOOR } from './charts.js';

describe('the summary of a chart', () => {
  it('the summary of a chart has arrows between states that lie beside each other', () => {
    const { arrows } = summaryOf(readChart(DOOR));
    const ends = arrows.map(({ source, target, labels }) => [source, target, ...labels]);
    expect(ends).toEqual(
      expect.arrayContaining([
        ['door.shut', 'door.open', 'door.open', 'door.pull', 'door.force'],
        ['door.shut.locked', 'door.shut.unlocked', 'key.turn'],
      ]),
    );
    expect(
      arrows.some(({ source }) => source === 'door.shut.unlocked' && isWithin('door.open', source)),
    ).toBe(false);
  });

  it('the summary of a chart says "any state" only if there are several', () => {
    const toggle = createMachine({
      id: 'toggle',
      initial: 'off',
      states: { off: { on: { flip: 'on' } }, on: { on: { flip: 'off' } } },
    });
    expect(summaryOf(readChart(toggle)).arrows.map(({ source, target }) => [source, target])).toEqual([
      ['toggle.off', 'toggle.on'],
      ['toggle.on', 'toggle.off'],
    ]);
    const anywhere = summaryOf(readChart(sessionMachine)).arrows.filter(({ source }) => source === 'session');
    expect(anywhere.map(({ target, events }) => [target, ...events])).toEqual(
      expect.arrayContaining([
        ['session.connected', 'socket.attach'],
        ['session.errored', 'exception.set'],
        ['session.closed', 'session.close', 'session.abort'],
      ]),
    );
  });

  it.each(CHARTS)(
    'the summary of the %s chart keeps its states, and all events that lead to another state',
    (_, machine) => {
      const chart = readChart(machine);
      const summary = summaryOf(chart);
      expect(statesOf(summary.chart).map(({ id }) => id)).toEqual(statesOf(chart).map(({ id }) => id));
      for (const { source, target, events } of arrowsOf(chart).filter(({ inward }) => !inward)) {
        const fitting = summary.arrows.filter((arrow) => {
          return isWithin(source, arrow.source) && isWithin(target, arrow.target);
        });
        const told = fitting.flatMap((arrow) => arrow.events);
        expect(told).toEqual(expect.arrayContaining([...events]));
      }
    },
  );

  it.each(CHARTS)(
    'the summary of the %s chart without events takes less room than a page',
    async (_, machine) => {
      const { width, height, states, arrows } = await layoutSummary(summaryOf(readChart(machine)), 'none');
      expect(width * height).toBeLessThan(2000 * 1250);
      expect(arrows.flatMap(({ lines }) => lines)).toEqual([]);
      expect(states.every(({ x, y }) => x >= 0 && y >= 0)).toBe(true);
      expect(arrows.flatMap(({ points }) => points).every(({ x, y }) => x <= width && y <= height)).toBe(
        true,
      );
    },
  );
});
