import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { TIMEOUTS } from '../../../src/constants.js';
import { SendWatch } from '../../../src/session/core/send-watch.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import { deadlinesOf, VirtualClock } from '../../../src/transport/index.js';

const TICK = TIMEOUTS.timerGranularity.value;
const TIMEOUT = 5_000;

/** A session that is blocked; the test is its peer. */
class Blocked {
  readonly clock = new VirtualClock();
  readonly watch = new SendWatch(this as unknown as SessionCore);
  takenOutput = 0;
  sendTimeout = TIMEOUT;
  /** When it expired, and to how many milliseconds the timer was set. */
  readonly expiries: (readonly [at: number, timeout: number])[] = [];
  recounts = 0;

  outputTaken(): void {
    this.recounts++;
  }

  sendExpired(timeout: number): void {
    this.expiries.push([this.clock.now(), timeout]);
  }

  get isWatched(): boolean {
    return deadlinesOf(this.clock).armedCount > 0;
  }

  /** Time passes, at the end of which the peer takes some of the output. */
  async take(bytes: number, after: number): Promise<void> {
    await this.clock.advance(after);
    this.takenOutput += bytes;
  }
}

describe('the watch over a session whose peer takes nothing', () => {
  it('a send watch without progress expires once, after the send timeout', async () => {
    const blocked = new Blocked();
    blocked.watch.start();
    await blocked.clock.advance(TIMEOUT - 1);
    expect(blocked.expiries).toEqual([]);
    await blocked.clock.advance(1 + TICK);
    expect(blocked.expiries).toEqual([[TIMEOUT, TIMEOUT]]);
    expect(blocked.isWatched).toBe(false);
    await blocked.clock.advance(10 * TIMEOUT);
    expect(blocked.expiries).toHaveLength(1);
  });

  it.each([1, 7, 19, 20, 21, 63, 64, 999, 60_000])(
    'a send watch expires at most one tick late: %d ms',
    async (timeout) => {
      const blocked = new Blocked();
      blocked.sendTimeout = timeout;
      await blocked.clock.advance(13);
      blocked.watch.start();
      await blocked.clock.advance(timeout + TICK);
      const [at] = blocked.expiries[0]!;
      expect(at - 13).toBeGreaterThanOrEqual(timeout);
      expect(at - 13).toBeLessThan(timeout + TICK);
    },
  );

  it('a send watch grants no time for what is written meanwhile', async () => {
    const blocked = new Blocked();
    for (let second = 0; second < 5; second++) {
      blocked.watch.start();
      await blocked.clock.advance(1_000);
    }
    await blocked.clock.advance(TICK);
    expect(blocked.expiries).toEqual([[TIMEOUT, TIMEOUT]]);
  });

  it('a send watch grants no time when the count goes back, as that of TLS does with each record', async () => {
    const blocked = new Blocked();
    blocked.watch.start();
    for (let second = 0; second < 5; second++) {
      await blocked.clock.advance(1_000);
      blocked.takenOutput -= 29;
    }
    await blocked.clock.advance(TICK);
    expect(blocked.expiries).toEqual([[TIMEOUT, TIMEOUT]]);
    expect(blocked.recounts).toBe(0);
  });
});

describe('the watch over a session whose peer takes something', () => {
  it('a send watch counts from the last progress, however small', async () => {
    const blocked = new Blocked();
    blocked.watch.start();
    for (let byte = 0; byte < 10; byte++) await blocked.take(1, TIMEOUT - TICK);
    expect(blocked.expiries).toEqual([]);
    const last = blocked.clock.now();
    await blocked.clock.advance(TIMEOUT + 2 * TICK);
    const [at] = blocked.expiries[0]!;
    expect(at).toBeGreaterThanOrEqual(last + TIMEOUT);
    expect(at).toBeLessThanOrEqual(last + TIMEOUT + 2 * TICK);
  });

  it('a send watch lets its session count the queued output again', async () => {
    const blocked = new Blocked();
    blocked.watch.start();
    await blocked.take(1, 500);
    await blocked.take(1, 500);
    await blocked.clock.advance(500);
    expect(blocked.recounts).toBe(2);
  });

  it('a send watch sees progress after the count has gone back', async () => {
    const blocked = new Blocked();
    blocked.takenOutput = 1_000;
    blocked.watch.start();
    await blocked.take(-29, 1_000);
    await blocked.take(1, 3_000);
    await blocked.clock.advance(TIMEOUT - TICK);
    expect(blocked.expiries).toEqual([]);
  });
});

describe('the watch', () => {
  it('a send watch stops when everything is taken, and leaves no deadline behind', async () => {
    const blocked = new Blocked();
    blocked.watch.start();
    await blocked.clock.advance(TIMEOUT - 1);
    blocked.watch.stop();
    expect(blocked.isWatched).toBe(false);
    await blocked.clock.advance(TIMEOUT);
    blocked.watch.stop();
    expect(blocked.expiries).toEqual([]);
  });

  it('a send watch starts again each time', async () => {
    const blocked = new Blocked();
    blocked.watch.start();
    await blocked.clock.advance(TIMEOUT - 1);
    blocked.watch.stop();
    blocked.watch.start();
    await blocked.clock.advance(TIMEOUT - 1);
    expect(blocked.expiries).toEqual([]);
    await blocked.clock.advance(TICK);
    expect(blocked.expiries).toHaveLength(1);
    blocked.watch.start();
    await blocked.clock.advance(TIMEOUT + TICK);
    expect(blocked.expiries).toHaveLength(2);
  });

  it('a send watch without a timeout does not even look', async () => {
    const blocked = new Blocked();
    blocked.sendTimeout = 0;
    blocked.watch.start();
    expect(blocked.isWatched).toBe(false);
    await blocked.clock.advance(86_400_000);
    expect(blocked.expiries).toEqual([]);
  });

  it('a send watch uses a timeout that is set while it runs', async () => {
    const shortened = new Blocked();
    shortened.watch.start();
    await shortened.clock.advance(1_000);
    shortened.sendTimeout = 1_500;
    await shortened.clock.advance(500 + TICK);
    expect(shortened.expiries).toEqual([[1_500, 1_500]]);

    const removed = new Blocked();
    removed.watch.start();
    await removed.clock.advance(1_000);
    removed.sendTimeout = 0;
    await removed.clock.advance(TIMEOUT);
    expect([removed.expiries, removed.isWatched]).toEqual([[], false]);
  });

  it('a send watch is never early and never two ticks late, whatever peer and handler do', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), after: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constant('write' as const), after: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constant('drain' as const), after: fc.integer({ min: 0, max: 400 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 600 }),
        async (steps, timeout) => {
          const blocked = new Blocked();
          blocked.sendTimeout = timeout;
          let since: number | null = null;
          for (const { kind, after } of [...steps, { kind: 'write' as const, after: 0 }]) {
            await blocked.clock.advance(after);
            if (blocked.expiries.length > 0) break;
            const now = blocked.clock.now();
            if (kind === 'write') {
              blocked.watch.start();
              since ??= now;
            } else if (kind === 'drain') {
              blocked.watch.stop();
              since = null;
            } else if (since !== null) {
              blocked.takenOutput++;
              since = now;
            }
          }
          if (blocked.expiries.length === 0) await blocked.clock.advance(timeout + 2 * TICK);
          const late = blocked.expiries[0]![0] - since! - timeout;
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThan(2 * TICK);
          expect(blocked.isWatched).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});
