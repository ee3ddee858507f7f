import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/constants.js';
import { IdleQueue } from '../../src/server/idle-queue.js';
import type { LiveConnection } from '../../src/server/registry.js';
import type { SessionActivity } from '../../src/session/index.js';

const PAID = LIMITS.maxShedLooks.value;

/** A connection of which only the activity and the time of its last change matter; it counts looks at it. */
class Stub {
  activity: SessionActivity;
  readonly #at: number;
  looks = 0;

  constructor(activity: SessionActivity, at: number) {
    this.activity = activity;
    this.#at = at;
  }

  get changedAt(): number {
    this.looks++;
    return this.#at;
  }
}

function queueOf(stubs: readonly Stub[]): { queue: IdleQueue<LiveConnection>; live: Set<LiveConnection> } {
  const live = new Set(stubs as unknown as LiveConnection[]);
  return { queue: new IdleQueue(live), live };
}

describe('the queue of idle connections', () => {
  it('the queue of idle connections gives them in the order in which they became idle', () => {
    const stubs = [3, 1, 2].map((at) => new Stub('idle', at));
    const { queue } = queueOf(stubs);
    const taken = [queue.take(), queue.take(), queue.take()];
    expect(taken.map((stub) => stubs.indexOf(stub as unknown as Stub))).toEqual([1, 2, 0]);
  });

  it('the queue of idle connections passes over those that are busy or gone by now', () => {
    const [busy, gone, left] = [1, 2, 3].map((at) => new Stub('idle', at)) as [Stub, Stub, Stub];
    const { queue } = queueOf([busy, gone, left, new Stub('idle', 0)]);
    queue.take();
    busy.activity = 'active';
    queue.forget(gone as unknown as LiveConnection);
    expect(queue.take()).toBe(left);
  });

  it('the queue of idle connections finds what became idle after it was empty', () => {
    const late = new Stub('active', 5);
    const { queue } = queueOf([late]);
    expect(queue.take()).toBeUndefined();
    late.activity = 'idle';
    queue.pay();
    expect(queue.take()).toBe(late);
  });

  it('the queue of idle connections looks at all connections once for many that are shed', () => {
    const stubs = Array.from({ length: 1_000 }, (_, at) => new Stub('idle', at));
    const { queue, live } = queueOf(stubs);
    for (let shed = 0; shed < 500; shed++) {
      queue.pay();
      const oldest = queue.take() as LiveConnection;
      live.delete(oldest);
    }
    const looks = stubs.map((stub) => stub.looks).reduce((sum, some) => sum + some);
    // Two for each that is taken, and those of one sort.
    expect(looks).toBeLessThan(30_000);
  });

  it('the queue of idle connections does not look at thousands of busy ones for each that is shed', () => {
    const stubs = Array.from({ length: 10 * PAID }, (_, at) => new Stub('active', at));
    let asked = 0;
    for (const stub of stubs) {
      Object.defineProperty(stub, 'activity', { get: () => (asked++, 'active') });
    }
    const { queue } = queueOf(stubs);
    for (let shed = 0; shed < 100; shed++) {
      queue.pay();
      expect(queue.take()).toBeUndefined();
    }
    expect(asked).toBeLessThanOrEqual(110 * PAID + stubs.length);
  });
});
