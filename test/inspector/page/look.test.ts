import { describe, expect, it } from '@jest/globals';

import { formatRate } from '../../../src/inspector/page/logic/format.js';
import { heatOf, lookOf } from '../../../src/inspector/page/logic/look.js';
import { rateOf, traceOf } from '../../../src/inspector/page/logic/trace.js';
import { changes } from '../../support/inspector/changes.js';

const WAY = changes([
  ['', null, 'idle'],
  ['go', 'idle', 'busy'],
  ['stop', 'busy', 'idle'],
  ['go', 'idle', 'busy'],
]);
const ARROWS = [
  { source: 'idle', target: 'busy', events: ['go'] },
  { source: 'busy', target: 'idle', events: ['stop'] },
];

describe('how a state is shown', () => {
  it('the heat of a state grows with its share of the live ones', () => {
    expect([0, 1, 20, 60, 300, 900].map((count) => heatOf(count, 1000))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(heatOf(1, 1)).toBe(5);
  });

  it('a state says how many live actors are in it, and apart from them how many ended there', () => {
    const counts = new Map([['closed', 12]]);
    const look = lookOf(
      'closed',
      'ended',
      { counts, ended: new Map([['closed', 340]]), noun: 'sessions' },
      100,
    );
    expect(look).toMatchObject({ label: 'closed, 12 sessions, 340 ended', count: 12, ended: 340 });
    expect(look.classes).toBe('tone-ended heat-3');
    expect(lookOf('open', 'plain', { counts, noun: 'sessions' }, 100).label).toBe('open, 0 sessions');
  });

  it('the current state is lit, former ones are lighter, and only a failure is red', () => {
    const trace = traceOf('busy', WAY, ARROWS);
    expect(lookOf('busy', 'plain', { trace }, 0)).toMatchObject({
      label: 'busy, current state',
      classes: 'tone-plain active',
    });
    expect(lookOf('idle', 'plain', { trace }, 0).classes).toBe('tone-plain visited');
    expect(lookOf('busy', 'plain', { trace, hasFailed: true }, 0).classes).toBe('tone-faulty active');
    expect(lookOf('idle', 'plain', { trace, hasFailed: true }, 0).classes).toBe('tone-plain visited');
  });

  it('an arrow knows when it was taken, and how often per second lately', () => {
    const { flows, lastEvent } = traceOf('busy', WAY, ARROWS);
    const go = flows.get(0);
    expect(lastEvent).toBe('go');
    expect(go?.mark).toBe(WAY[3]?.number);
    expect(go?.times).toEqual([WAY[1]?.at, WAY[3]?.at]);
    const now = WAY[3]?.at ?? 0;
    expect(rateOf(go ?? { mark: 0, times: [] }, now)).toBe(0.2);
    expect(rateOf(go ?? { mark: 0, times: [] }, now + 60_000)).toBe(0);
    expect([0.1, 9.94, 24.4, 1234, 56_789].map(formatRate)).toEqual(['0.1', '9.9', '24', '1.2k', '57k']);
  });
});
