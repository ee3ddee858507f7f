import { describe, expect, it } from '@jest/globals';

import { flowsOver, withPulse, type FlowSecond } from '../../../src/inspector/page/logic/fleet-flows.js';
import type { ChartFlows } from '../../../src/inspector/model/traffic-shapes.js';

const ARROWS = [
  { source: 'red', target: 'green', events: ['timer'] },
  { source: 'green', target: 'red', events: ['timer', 'break'] },
  { source: '', target: 'red', events: ['reset'] },
];

function flows(...taken: [event: string, from: string, to: string, count: number][]): ChartFlows[] {
  return [{ chart: 'light', taken: taken.map(([event, from, to, count]) => ({ event, from, to, count })) }];
}

function after(...pulses: [at: number, flows: ChartFlows[]][]): readonly FlowSecond[] {
  return pulses.reduce<readonly FlowSecond[]>(
    (seconds, [at, heard]) => withPulse(seconds, { at, flows: heard }),
    [],
  );
}

describe('the transitions of all actors on their chart', () => {
  it('each arrow has the second in which it was taken last, and its rate', () => {
    const seconds = after(
      [1_010, flows(['timer', 'red', 'green', 30], ['break', 'green', 'red', 3])],
      [2_010, flows(['timer', 'red', 'green', 10], ['timer', 'green', 'red', 1], ['odd', 'red', 'green', 9])],
    );
    expect([...flowsOver(seconds, 'light', ARROWS)]).toEqual([
      [0, { mark: 2, rate: 20 }],
      [1, { mark: 2, rate: 2 }],
    ]);
    expect(flowsOver(seconds, 'other', ARROWS).size).toBe(0);
  });

  it('quiet seconds lower the rate, and after ten of them there is none', () => {
    const first = after([1_000, flows(['reset', 'green', 'red', 8])]);
    const later = withPulse(first, { at: 4_000, flows: [] });
    expect([...flowsOver(later, 'light', ARROWS)]).toEqual([[2, { mark: 1, rate: 2 }]]);
    expect(flowsOver(withPulse(later, { at: 11_000, flows: [] }), 'light', ARROWS).size).toBe(0);
  });

  it('a second that is heard twice counts once', () => {
    const twice = after([1_000, flows(['timer', 'red', 'green', 5])], [1_900, flows()]);
    expect(flowsOver(twice, 'light', ARROWS).get(0)).toEqual({ mark: 1, rate: 5 });
  });

  it('a clock that is behind begins again', () => {
    const again = after([9_000, flows(['timer', 'red', 'green', 5])], [1_000, flows()]);
    expect(flowsOver(again, 'light', ARROWS).size).toBe(0);
  });
});
