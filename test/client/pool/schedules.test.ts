import { describe, expect, it } from '@jest/globals';

import { playSchedule } from '../../support/client/schedule.js';
import { sized } from '../../support/thoroughness.js';

/* I2 to I7 under any order of events. `npm run test:schedules` plays a million of them. */

const SCHEDULES = Number(process.env['SCHEDULES'] ?? sized(50_000, 5_000));

describe('random schedules of two pools under one ceiling', () => {
  it('random schedules keep the invariants of a pool after every event', async () => {
    const first = Number(process.env['SCHEDULE_SEED'] ?? 1);
    process.stdout.write(`schedules: seeds ${String(first)} to ${String(first + SCHEDULES - 1)}\n`);
    let calls = 0;
    for (let seed = first; seed < first + SCHEDULES; seed++) calls += await playSchedule(seed);
    expect(calls).toBeGreaterThan(4 * SCHEDULES);
  }, 3_600_000);
});
