import { describe, expect, it } from '@jest/globals';

import { sessionMachine } from '../../../machines/session.machine.js';
import { readChart } from '../../../src/inspector/diagram/chart.js';
import { layoutChart, layoutSummary } from '../../../src/inspector/diagram/layout.js';
import { summaryOf } from '../../../src/inspector/diagram/summary.js';
import type { RoutedArrow } from '../../../src/inspector/diagram/drawing.js';
import { traceOf, type Trace } from '../../../src/inspector/page/logic/trace.js';
import { changes } from '../../support/inspector/changes.js';

const WAY = changes([
  ['', null, 'unconnected.idle'],
  ['socket.attach', 'unconnected.idle', 'connected.open'],
  ['socket.ended', 'connected.open', 'connected.halfClosed'],
  ['deadline.expired', 'connected.halfClosed', 'errored.recoverable.halfClosed'],
]);
const END = 'errored.recoverable.halfClosed';

function taken(trace: Trace, arrows: readonly RoutedArrow[]): string[] {
  return [...trace.arrows].map(([i, when]) => `${when}: ${arrows[i]?.source} > ${arrows[i]?.target}`);
}

describe('the way of a session through its chart', () => {
  it('a trace highlights the active states with their parents, and marks former ones', () => {
    const { active, visited } = traceOf(END, WAY, []);
    expect([...active]).toEqual(['errored', 'errored.recoverable', 'errored.recoverable.halfClosed']);
    expect([...visited].sort()).toEqual([
      'connected',
      'connected.halfClosed',
      'connected.open',
      'errored',
      'errored.recoverable',
      'errored.recoverable.halfClosed',
      'unconnected',
      'unconnected.idle',
    ]);
  });

  it('a trace knows which states the last transition entered, the innermost in each region', () => {
    expect([...traceOf(END, WAY, []).entered]).toEqual([END]);
    const regions = changes([
      ['both', 'on(a.x,b.x)', 'on(a.y,b.x)'],
      ['quiet', 'on(a.y,b.x)', 'on(a.y,b.x)'],
    ]);
    expect([...traceOf('on(a.y,b.x)', regions, []).entered]).toEqual(['on.a.y']);
    expect([...traceOf('unconnected.idle', WAY.slice(0, 1), []).entered]).toEqual([]);
  });

  it('a trace highlights the arrows of its transitions, the last one strongest', async () => {
    const { arrows } = await layoutChart(readChart(sessionMachine));
    expect(taken(traceOf(END, WAY, arrows), arrows)).toEqual([
      'before: unconnected.idle > connected',
      'before: connected.open > connected.halfClosed',
      'last: connected.halfClosed > errored.recoverable.halfClosed',
    ]);
  });

  it('a trace finds its arrows in the summary, where they join outer states', async () => {
    const { arrows } = await layoutSummary(summaryOf(readChart(sessionMachine)));
    expect(taken(traceOf(END, WAY, arrows), arrows)).toEqual([
      'before:  > connected',
      'before: connected.open > connected.halfClosed',
      'last: connected > errored',
    ]);
  });

  it('a trace takes one arrow in each region that the event changes, the innermost', () => {
    const arrow = (source: string, target: string): Pick<RoutedArrow, 'source' | 'target' | 'events'> => {
      return { source, target, events: ['go'] };
    };
    const arrows = [
      arrow('a.x', 'a.y'),
      arrow('b.x', 'b.y'),
      arrow('a', 'a.y'),
      arrow('', 'b.y'),
      arrow('b.y', 'b.x'),
    ];
    const { arrows: steps } = traceOf('a.y,b.y', changes([['go', 'a.x,b.x', 'a.y,b.y']]), arrows);
    expect([...steps]).toEqual([
      [0, 'last'],
      [1, 'last'],
    ]);
  });

  it('a trace is empty before the first transition', () => {
    const trace = traceOf('unconnected.idle', WAY.slice(0, 1), []);
    expect(trace.arrows.size).toBe(0);
    expect([...trace.visited]).toEqual(['unconnected', 'unconnected.idle']);
  });
});
