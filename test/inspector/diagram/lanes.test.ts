import { describe, expect, it } from '@jest/globals';

import { exchangeMachine, originMachine, sessionMachine } from '../../../machines/index.js';
import { readChart } from '../../../src/inspector/diagram/chart.js';
import { lanesOf, type LaneState } from '../../../src/inspector/diagram/lanes.js';
import { DOOR } from './charts.js';

const pathsOf = (states: readonly LaneState[]): readonly string[] =>
  states.flatMap(({ path, states: inner }) => [path, ...pathsOf(inner)]);

describe('the lanes of a chart', () => {
  it('an exchange has a lane for what is around its regions, and one for each region', () => {
    const lanes = lanesOf(readChart(exchangeMachine));
    expect(lanes.map(({ name }) => name)).toEqual(['exchange', 'request', 'response', 'keepAlive', 'replay']);
    expect(lanes.map(({ path }) => path)).toEqual([
      '',
      'active.cycle.request',
      'active.cycle.response',
      'active.keepAlive',
      'active.replay',
    ]);
    expect(lanes[2]?.states.map(({ name }) => name)).toEqual(['waiting', 'body', 'done']);
  });

  it('each state stands in one lane, and what is within regions not around them', () => {
    const lanes = lanesOf(readChart(exchangeMachine));
    const paths = lanes.flatMap(({ states }) => pathsOf(states));
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toEqual(
      expect.arrayContaining(['idle.receiving.fresh', 'active.cycle.request.offered.body']),
    );
    const around = pathsOf(lanes[0]?.states ?? []);
    expect(around).toContain('active');
    expect(around.filter((path) => path.startsWith('active.'))).toEqual([]);
  });

  it('a chart that is nothing but regions has no lane around them', () => {
    expect(lanesOf(readChart(originMachine)).map(({ name }) => name)).toEqual(['pool', 'reach']);
  });

  it('a machine of another program has lanes where it has regions', () => {
    expect(lanesOf(readChart(DOOR)).map(({ path }) => path)).toEqual(['', 'open.wing', 'open.guest']);
  });

  it('a chart without regions has no lanes', () => {
    expect(lanesOf(readChart(sessionMachine))).toEqual([]);
  });
});
