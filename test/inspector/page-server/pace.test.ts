import { describe, expect, it } from '@jest/globals';

import { Pace } from '../../../src/inspector/page-server/pace.js';
import { VirtualClock } from '../../../src/transport/index.js';

describe('a Pace', () => {
  it('a Pace beats at once after a change, then at most thirty times a second', async () => {
    const clock = new VirtualClock();
    const beats: number[] = [];
    const start = clock.now();
    const pace = new Pace(clock, () => beats.push(clock.now() - start));
    for (let ms = 0; ms < 1_000; ms++) {
      pace.hurry();
      pace.hurry();
      await clock.advance(1);
    }
    expect(beats[0]).toBeLessThanOrEqual(1);
    expect(beats.length).toBeGreaterThan(25);
    expect(beats.length).toBeLessThanOrEqual(31);
  });

  it('a Pace beats once a second without changes', async () => {
    const clock = new VirtualClock();
    let beats = 0;
    const pace = new Pace(clock, () => beats++);
    await clock.advance(5_000);
    expect(beats).toBe(5);
    pace.stop();
    pace.hurry();
    await clock.advance(5_000);
    expect(beats).toBe(5);
  });
});
