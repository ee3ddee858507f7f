import { describe, expect, it } from '@jest/globals';

import type { Minute, Second } from '../../../src/inspector/model/traffic-shapes.js';
import { shownRole, sparkline, tilesOf } from '../../../src/inspector/page/logic/readings.js';

const BEGIN = 1_700_000_000_000;

function second(place: number, numbers: Partial<Second> = {}): Second {
  return {
    ...{ at: BEGIN + place * 1000, requests: place, failed: 0, errors: 0, p50: 1, p99: 2 },
    ...{ connections: 5, busy: 2, waiting: 1, queued: null, ...numbers },
  };
}

/** The minute after so many seconds. */
function minuteAfter(count: number): Minute {
  const seconds = Array.from({ length: count }, (_, place) => second(place)).slice(-60);
  return { seconds, p50: count, p99: 10 * count };
}

const valueOf = (readings: Minute, name: string): number | null | undefined =>
  tilesOf(readings).find((tile) => tile.name === name)?.value;

describe('the numbers of the status strip', () => {
  it('the numbers of the strip are those of the last second, and sums over the minute for failures and errors', () => {
    const seconds = [second(1, { failed: 2, errors: 1 }), second(2, { failed: 3 })];
    const readings = { p50: 7, p99: 70, seconds };
    expect(tilesOf(readings).map(({ name, value }) => [name, value])).toEqual([
      ['connections', 5],
      ['requests', 2],
      ['busy', 2],
      ['waiting', 1],
      ['p50', 7],
      ['p99', 70],
      ['failed', 5],
      ['errors', 1],
    ]);
  });

  it('the numbers of the strip are marked as errors above 0 only', () => {
    const marked = (failed: number): boolean | undefined =>
      tilesOf({ p50: null, p99: null, seconds: [second(1, { failed })] }).find(
        ({ name }) => name === 'failed',
      )?.isError;
    expect(marked(0)).toBe(false);
    expect(marked(1)).toBe(true);
  });

  it('the strip has a queue only where there are pools', () => {
    expect(valueOf({ p50: null, p99: null, seconds: [second(1, { queued: 3 })] }, 'queued')).toBe(3);
    expect(valueOf({ p50: null, p99: null, seconds: [second(1)] }, 'queued')).toBeUndefined();
  });

  it('the numbers of the strip are unknown, and not 0, before there are any', () => {
    expect(new Set(tilesOf({ p50: null, p99: null, seconds: [] }).map(({ value }) => value))).toEqual(
      new Set([null]),
    );
  });
});

describe('the role whose requests are shown', () => {
  const minute = minuteAfter(1);

  it('the server is shown where there are both roles, unless the client is chosen', () => {
    expect(shownRole({ server: minute, client: minute }, undefined)).toBe('server');
    expect(shownRole({ server: minute, client: minute }, 'client')).toBe('client');
  });

  it('the role that there is, is shown whatever is chosen', () => {
    expect(shownRole({ server: minute, client: null }, 'client')).toBe('server');
    expect(shownRole({ server: null, client: minute }, undefined)).toBe('client');
    expect(shownRole({ server: null, client: null }, 'client')).toBeUndefined();
  });
});

describe('a sparkline', () => {
  it('a sparkline ends at the right, from the ground to the greatest value', () => {
    expect(sparkline([0, 10, 5], { width: 10, height: 10 }, 3)).toBe('M0.0 10.0L5.0 0.0L10.0 5.0');
  });

  it('a sparkline has a gap where a value is unknown', () => {
    expect(sparkline([4, null, 4], { width: 10, height: 8 }, 3)).toBe('M0.0 0.0M10.0 0.0');
  });

  it('a sparkline is flat for zeros', () => {
    expect(sparkline([0, 0], { width: 10, height: 8 }, 2)).toBe('M0.0 8.0L10.0 8.0');
  });
});
