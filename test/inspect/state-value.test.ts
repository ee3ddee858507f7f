import { describe, expect, it } from '@jest/globals';

import { snapshotOf } from '../../src/chart/actors.js';
import { dotted } from '../../src/chart/state-name.js';
import { EXCHANGE_EVENTS, SESSION_EVENTS } from '../../machines/index.js';
import { exchangeChart, sessionChart } from '../../src/session/core/charts.js';
import { stateValueOf } from '../../src/inspect/state-value.js';
import type { Chart } from '../../src/chart/index.js';
import { wholeOf } from '../support/inspect/chart-nodes.js';

describe('stateValueOf()', () => {
  it.each([
    ['session', wholeOf(sessionChart as Chart<string>, SESSION_EVENTS).nodes],
    ['exchange', wholeOf(exchangeChart as Chart<string>, EXCHANGE_EVENTS).nodes],
  ])('stateValueOf() reads the name of every state of the %s chart', (_chart, nodes) => {
    expect(nodes.length).toBeGreaterThan(8);
    for (const node of nodes) expect(stateValueOf(node.name)).toEqual(snapshotOf(node).value);
  });

  it.each([
    ['a', 'a'],
    ['a.b.c', { a: { b: 'c' } }],
    ['a.b,c', { a: 'b', c: {} }],
    ['a(b.c,d.e)', { a: { b: 'c', d: 'e' } }],
    ['a.b,c(d.e,f(g.h,i.j))', { a: 'b', c: { d: 'e', f: { g: 'h', i: 'j' } } }],
  ] as const)('stateValueOf() reads %s', (name, value) => {
    expect(stateValueOf(name)).toEqual(value);
    expect(dotted(value)).toBe(name);
  });
});
