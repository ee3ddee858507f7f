import { describe, expect, it } from '@jest/globals';
import type { ErrorMark } from '../../../src/inspector/model/traffic-shapes.js';

import {
  barsOf,
  countsIn,
  changeLines,
  markAfter,
  markBefore,
  markGroups,
} from '../../../src/inspector/page/logic/timeline-lanes.js';
import {
  divisionOf,
  followingSpan,
  logWithin,
  questionOf,
  requestsWithin,
  shareOf,
  spanBefore,
  spanBetween,
  wholeSpan,
} from '../../../src/inspector/page/logic/span.js';
import { ticksOf } from '../../../src/inspector/page/logic/ticks.js';
import { changes } from '../../support/inspector/changes.js';

const NOON = new Date(2026, 0, 2, 12, 0, 0).getTime();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('the range of the timeline', () => {
  it('the range of the timeline ends with the present second, and has a round length', () => {
    const { from, to } = followingSpan(NOON - 90 * SECOND, NOON + 1);
    expect(to).toBe(NOON + SECOND);
    expect(to - from).toBe(2 * MINUTE);
  });

  it('the range of the timeline keeps its length from second to second', () => {
    const lengths = [0, 1, 2, 30].map((later) => {
      const { from, to } = followingSpan(NOON, NOON + later * SECOND);
      return to - from;
    });
    expect(new Set(lengths)).toEqual(new Set([MINUTE]));
  });

  it('the range of the timeline holds all that is remembered, however long that is', () => {
    const since = NOON - 3 * 86_400_000;
    expect(followingSpan(since, NOON).from).toBeLessThanOrEqual(since);
  });

  it('the range of the timeline is all of a recording, and a second where it holds one moment', () => {
    expect(wholeSpan(NOON, NOON + 5 * SECOND)).toEqual({ from: NOON, to: NOON + 5 * SECOND });
    expect(wholeSpan(NOON, NOON)).toEqual({ from: NOON - SECOND, to: NOON });
  });

  it('the range of the timeline that was dragged may be dragged either way, and ends where time ends', () => {
    const all = { from: 0, to: 10_000 };
    expect(spanBetween(7_000, 4_000.4, all)).toEqual({ from: 4_000, to: 7_000 });
    expect(spanBetween(-50, 20_000, all)).toEqual(all);
  });

  it('the range of the timeline that was dragged is never empty', () => {
    const all = { from: 0, to: 10_000 };
    expect(spanBetween(5_000, 5_000, all)).toEqual({ from: 5_000, to: 5_100 });
    expect(spanBetween(10_000, 10_000, all)).toEqual({ from: 9_900, to: 10_000 });
  });

  it('the range of the timeline may be the ten seconds before an error', () => {
    expect(spanBefore(NOON, 10 * SECOND)).toEqual({ from: NOON - 10 * SECOND, to: NOON });
  });

  it('the range of the timeline limits lists of requests, and events', () => {
    const span = { from: 1_005, to: 1_015 };
    expect(requestsWithin(null, null)).toEqual({});
    expect(requestsWithin(span, null)).toEqual({ since: 1_005, at: 1_015 });
    expect(requestsWithin(span, { at: 1_010, through: null })).toEqual({ since: 1_005, at: 1_010 });
    expect(requestsWithin(null, { at: 1_010, through: 3 })).toEqual({ at: 1_010 });
    const log = changes([
      ['a', null, 'x'],
      ['b', 'x', 'y'],
      ['c', 'y', 'z'],
    ]);
    expect(logWithin(log, span).map(({ event }) => event)).toEqual(['b']);
    expect(logWithin(log, null)).toBe(log);
  });
});

describe('the bars of the timeline', () => {
  it('the bars of the timeline begin at round times, so that they count the same while time moves on', () => {
    const first = divisionOf({ from: NOON - 5 * MINUTE, to: NOON }, 500);
    expect(first).toEqual({ since: NOON - 5 * MINUTE, until: NOON, step: 5_000 });
    const second = divisionOf({ from: NOON - 5 * MINUTE + 1_000, to: NOON + 1_000 }, 500);
    expect(second).toEqual({ since: NOON - 5 * MINUTE, until: NOON + 5_000, step: 5_000 });
  });

  it('the bars of the timeline are no shorter than the seconds that a source counts by', () => {
    const division = divisionOf({ from: NOON + 300, to: NOON + 900 }, 1000);
    expect(division).toEqual({ since: NOON, until: NOON + 1000, step: 1000 });
  });

  it('the bars of the timeline are asked for as seconds, or in their own length where these are too many', () => {
    const short = divisionOf({ from: NOON - 5 * MINUTE, to: NOON }, 500);
    expect(questionOf(short, undefined)).toEqual({ since: NOON - 5 * MINUTE, until: NOON, points: 1000 });
    const long = divisionOf({ from: NOON - 60 * MINUTE, to: NOON }, 1000);
    expect(questionOf(long, NOON - 50 * MINUTE - 1)).toEqual({
      ...{ since: NOON - 50 * MINUTE, until: NOON, points: 100 },
    });
  });

  it('the bars of the timeline sum up the seconds of a source, wherever these begin', () => {
    const seconds = { at: [3_000, 4_000, 5_000, 11_000], requests: [1, 2, 3, 9], failed: [0, 1, 1, 0] };
    expect(countsIn({ since: 0, until: 10_000, step: 5_000 }, seconds)).toEqual({
      ...{ at: [0, 5_000], requests: [3, 3], failed: [1, 1] },
    });
  });

  it('the bars of the timeline are as high as their counts, and never too low to be seen', () => {
    const history = { at: [0, 1000, 2000], requests: [100, 1, 0], failed: [50, 0, 0] };
    const bars = barsOf(history, 1000, { from: 0, to: 3000 }, { width: 30, height: 20 });
    expect(bars).toEqual({
      most: 100,
      all: 'M0.0 20V0.0H9.0V20ZM10.0 20V18.0H19.0V20Z',
      failed: 'M0.0 20V10.0H9.0V20Z',
    });
  });

  it('the bars of the timeline are cut at its ends', () => {
    const history = { at: [0, 1000], requests: [1, 1], failed: [0, 0] };
    const { all } = barsOf(history, 1000, { from: 500, to: 1500 }, { width: 100, height: 10 });
    expect(all).toBe('M0.0 10V0.0H49.0V10ZM50.0 10V0.0H99.0V10Z');
    expect(barsOf(history, 1000, { from: 5_000, to: 6_000 }, { width: 100, height: 10 }).all).toBe('');
  });

  it('the changes of one actor are one line each, and those at the same place one', () => {
    const path = changeLines([0, 500, 500.1, 5_000], { from: 0, to: 1000 }, { width: 100, height: 6 });
    expect(path).toBe('M0.5 0V6M50.5 0V6');
  });
});

describe('the error lane', () => {
  const mark = (at: number, code = 'E'): ErrorMark => ({ at, code, session: null, role: 'server' });

  it('the error lane has one mark for errors that are too close to be told apart', () => {
    const groups = markGroups([mark(100), mark(101), mark(900), mark(9_000)], { from: 0, to: 1000 }, 100);
    expect(groups.map(({ x, marks }) => [x, marks.length])).toEqual([
      [10, 2],
      [90, 1],
    ]);
  });

  it('the error lane leads to the error before a time, and to the one after', () => {
    const marks = [mark(100), mark(200), mark(300)];
    expect(markBefore(marks, 200)?.at).toBe(100);
    expect(markAfter(marks, 200)?.at).toBe(300);
    expect(markBefore(marks, 100)).toBeUndefined();
    expect(markAfter(marks, 300)).toBeUndefined();
  });
});

describe('the ticks of the timeline', () => {
  const labels = (from: number, to: number, width: number): string[] =>
    ticksOf({ from, to }, width).map(({ label }) => label);

  it('the ticks of the timeline are clock times at round distances, as many as there is room for', () => {
    expect(labels(NOON + 1, NOON + 10 * MINUTE, 500)).toEqual(['12:02', '12:04', '12:06', '12:08', '12:10']);
    expect(labels(NOON, NOON + 10 * SECOND, 500)).toEqual([
      ...['12:00:00', '12:00:02', '12:00:04', '12:00:06', '12:00:08', '12:00:10'],
    ]);
    expect(labels(NOON, NOON + 200, 200)).toEqual(['12:00:00.00', '12:00:00.10', '12:00:00.20']);
    expect(labels(NOON, NOON + 24 * 60 * MINUTE, 400)).toEqual(['12:00', '18:00', '00:00', '06:00', '12:00']);
  });

  it('the ticks of the timeline are none where none fits', () => {
    expect(labels(NOON + 1, NOON + 2, 10)).toEqual([]);
  });

  it('a time has its share of a range', () => {
    const range = { from: 100, to: 300 };
    expect([50, 100, 150, 300, 400].map((at) => shareOf(range, at))).toEqual([0, 0, 0.25, 1, 1]);
  });
});
