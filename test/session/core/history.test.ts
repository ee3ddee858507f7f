import { describe, expect, it } from '@jest/globals';

import type { ChartEdge } from '../../../src/chart/index.js';
import { LIMITS } from '../../../src/constants.js';
import { exchangeChart, sessionChart } from '../../../src/session/core/charts.js';
import { TransitionHistory } from '../../../src/session/core/ledger.js';

const CREATED = 1_700_000_000_000;
const MOST = LIMITS.maxHistory.value;

function edgeOf(edge: ChartEdge | null): ChartEdge {
  if (edge === null) throw new Error('the chart knows no such transition');
  return edge;
}

const connects = edgeOf(sessionChart.edge(sessionChart.initial, sessionChart.indexOf('session.connect')));
const opens = edgeOf(exchangeChart.edge(exchangeChart.initial, exchangeChart.indexOf('connection.opened')));

/** A history of so many transitions, one each millisecond. */
function historyOf(count: number): TransitionHistory {
  const history = new TransitionHistory(CREATED);
  for (let at = 1; at <= count; at++) history.push(at % 2 === 0 ? opens : connects, CREATED + at);
  return history;
}

describe('the history of a session', () => {
  it('the history of a session is empty at first, and the last change was the creation', () => {
    expect(historyOf(0).records()).toEqual([]);
    expect(historyOf(0).lastAt).toBe(CREATED);
  });

  it('the history of a session covers both charts: event, new state and time', () => {
    expect(historyOf(2).records()).toEqual([
      { chart: 'session', event: 'session.connect', state: 'unconnected.connecting', at: CREATED + 1 },
      { chart: 'exchange', event: 'connection.opened', state: opens.target.name, at: CREATED + 2 },
    ]);
  });

  it.each([1, MOST - 1, MOST, MOST + 1, 2 * MOST - 1, 2 * MOST, 2 * MOST + 1])(
    'the history after %d transitions has the last ones, oldest first',
    (count) => {
      const history = historyOf(count);
      const kept = Math.min(count, MOST);
      expect(history.records().map(({ at }) => at - CREATED)).toEqual(
        Array.from({ length: kept }, (_, index) => count - kept + 1 + index),
      );
      expect(history.lastAt).toBe(CREATED + count);
    },
  );
});
