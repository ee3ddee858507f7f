import { describe, expect, it } from '@jest/globals';

import { Deadline, Deadlines, deadlinesOf } from '../../src/transport/deadlines.js';
import { VirtualClock } from '../../src/transport/index.js';

interface Owner {
  readonly name: string;
  readonly fired: number[];
}

const GRANULARITY = 20;

function fixture() {
  const clock = new VirtualClock();
  const deadlines = new Deadlines(clock, GRANULARITY);
  const log: string[] = [];
  const noteExpiry = (owner: Owner): void => {
    owner.fired.push(clock.now());
    log.push(owner.name);
  };
  const make = (name: string): Deadline<Owner> =>
    new Deadline<Owner>(deadlines, { name, fired: [] }, noteExpiry);
  return { clock, deadlines, log, make };
}

/** A small generator, so that a failure can be repeated. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a deadline', () => {
  it.each([1, 19, 20, 21, 999.5, 1000, 8_000, 10_230, 10_240, 10_241, 65_000, 3_600_000])(
    'a deadline of %d ms fires once, not early and at most one granularity late',
    async (ms) => {
      for (const start of [0, 7, 19.5]) {
        const { clock, make } = fixture();
        await clock.advance(start);
        const deadline = make('a');
        deadline.arm(ms);
        await clock.advance(ms + GRANULARITY);
        expect(deadline.owner.fired).toHaveLength(1);
        expect(deadline.owner.fired[0]).toBeGreaterThanOrEqual(start + ms);
        expect(deadline.owner.fired[0]).toBeLessThanOrEqual(start + ms + GRANULARITY);
        expect(deadline.armed).toBe(false);
        await clock.advance(2 * ms);
        expect(deadline.owner.fired).toHaveLength(1);
      }
    },
  );

  it('a deadline that is due on a tick fires on it', async () => {
    const { clock, make } = fixture();
    const deadline = make('a');
    deadline.arm(1000);
    await clock.advance(1000);
    expect(deadline.owner.fired).toEqual([1000]);
  });

  it('a deadline restarts when it is armed again: later, earlier and at the same time', async () => {
    const { clock, make } = fixture();
    const deadline = make('a');
    deadline.arm(100);
    await clock.advance(80);
    deadline.arm(100);
    await clock.advance(60);
    expect(deadline.owner.fired).toEqual([]);
    deadline.arm(5_000);
    deadline.arm(100);
    deadline.arm(100);
    await clock.advance(99);
    expect(deadline.owner.fired).toEqual([]);
    await clock.advance(21);
    expect(deadline.owner.fired).toEqual([240]);
  });

  it('a deadline says what is left of it', async () => {
    const { clock, make } = fixture();
    const deadline = make('a');
    deadline.arm(100);
    await clock.advance(40);
    expect(deadline.left).toBe(60);
    deadline.arm(100);
    expect(deadline.left).toBe(100);
  });

  it('a deadline does not fire once disarmed, and may be disarmed twice', async () => {
    const { clock, deadlines, make } = fixture();
    const deadline = make('a');
    deadline.arm(100);
    expect([deadline.armed, deadlines.armedCount]).toEqual([true, 1]);
    deadline.disarm();
    deadline.disarm();
    expect([deadline.armed, deadlines.armedCount]).toEqual([false, 0]);
    await clock.advance(1000);
    expect(deadline.owner.fired).toEqual([]);
  });

  it.each([0, -1, NaN, Infinity])('a deadline of %d is disarmed', async (ms) => {
    const { clock, make } = fixture();
    const deadline = make('a');
    deadline.arm(100);
    deadline.arm(ms);
    expect(deadline.armed).toBe(false);
    await clock.advance(1000);
    expect(deadline.owner.fired).toEqual([]);
  });

  it('a deadline may be armed again by its own expiry', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const deadline = new Deadline(deadlinesOf(clock), fired, (owner, expired) => {
      owner.push(clock.now());
      expired.arm(100);
    });
    deadline.arm(100);
    await clock.advance(320);
    expect(fired).toEqual([100, 200, 300]);
  });

  it('a deadline takes the current time from a caller that has just read it', async () => {
    const { clock, make } = fixture();
    await clock.advance(40);
    const deadline = make('a');
    deadline.arm(60, 40);
    await clock.advance(60);
    expect(deadline.owner.fired).toEqual([100]);
  });
});

describe('deadlines of one clock', () => {
  it('the deadlines of a clock are shared by all its users', () => {
    const clock = new VirtualClock();
    expect(deadlinesOf(clock)).toBe(deadlinesOf(clock));
    expect(deadlinesOf(clock)).not.toBe(deadlinesOf(new VirtualClock()));
  });

  it('deadlines use one timer, however many are armed, and no other while they are moved', async () => {
    const { clock, make } = fixture();
    const deadlines = Array.from({ length: 100 }, (_, index) => make(String(index)));
    for (const deadline of deadlines) deadline.arm(1_000);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(500);
    for (const deadline of deadlines) deadline.arm(1_000);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1_020);
    expect(deadlines.every(({ owner }) => owner.fired.length === 1)).toBe(true);
  });

  it('deadlines set no timer unless one is armed', async () => {
    const { clock, make } = fixture();
    const deadline = make('a');
    expect(clock.pendingTimers).toBe(0);
    deadline.arm(100);
    deadline.disarm();
    await clock.advance(100);
    expect(clock.pendingTimers).toBe(0);
    deadline.arm(100);
    await clock.advance(120);
    expect(deadline.owner.fired).toEqual([200]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('deadlines wake earlier when an earlier one is armed', async () => {
    const { clock, make } = fixture();
    const [late, early] = [make('late'), make('early')];
    late.arm(5_000);
    early.arm(40);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(40);
    expect(early.owner.fired).toEqual([40]);
    await clock.advance(5_000);
    expect(late.owner.fired).toEqual([5_000]);
  });

  it('an expiring deadline can disarm and arm others of the same tick', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const all = new Map<string, Deadline<string>>();
    const onExpired = (name: string): void => {
      fired.push(name);
      for (const other of all.values()) other.disarm();
      all.get('c')?.arm(100);
    };
    for (const name of ['a', 'b', 'c']) all.set(name, new Deadline(deadlinesOf(clock), name, onExpired));
    for (const deadline of all.values()) deadline.arm(100);
    await clock.advance(100);
    expect(fired).toHaveLength(1);
    await clock.advance(100);
    expect(fired.slice(1)).toEqual(['c']);
  });

  it('all deadlines fire, late, if the event loop was blocked for longer than one turn of the ring', () => {
    let now = 0;
    const wakes: (() => void)[] = [];
    const deadlines = new Deadlines(
      {
        now: () => now,
        wallTime: () => now,
        setTimeout: (callback) => {
          wakes.push(callback);
          return {};
        },
        clearTimeout: () => undefined,
      },
      GRANULARITY,
    );
    const fired: number[] = [];
    for (const ms of [40, 5_000, 10_000, 50_000, 70_000]) {
      new Deadline(deadlines, ms, (owner) => fired.push(owner)).arm(ms);
    }
    now = 60_000;
    wakes.at(-1)?.();
    expect(fired.sort((a, b) => a - b)).toEqual([40, 5_000, 10_000, 50_000]);
    expect(deadlines.armedCount).toBe(1);
  });

  it('deadlines that the system wakes a little early wait again', () => {
    let now = 0;
    const wakes: (() => void)[] = [];
    const sleeps: number[] = [];
    const deadlines = new Deadlines({
      now: () => now,
      wallTime: () => now,
      setTimeout: (callback, ms) => {
        wakes.push(callback);
        sleeps.push(ms);
        return {};
      },
      clearTimeout: () => undefined,
    });
    const fired: number[] = [];
    new Deadline(deadlines, fired, (owner) => owner.push(now)).arm(100);
    now = 99.4;
    wakes.at(-1)?.();
    expect(fired).toEqual([]);
    expect(sleeps).toEqual([100, expect.closeTo(0.6)]);
    now = 100.1;
    wakes.at(-1)?.();
    expect(fired).toEqual([100.1]);
  });

  it('deadlines refuse an invalid granularity', () => {
    expect(() => new Deadlines(new VirtualClock(), 0)).toThrow(RangeError);
  });

  it('deadlines fire on time under random use', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { clock, deadlines, make } = fixture();
      const random = randomNumbers(seed);
      const owned = Array.from({ length: 30 }, (_, index) => ({
        deadline: make(String(index)),
        due: undefined as number | undefined,
      }));
      for (let step = 0; step < 40; step++) {
        const chosen = owned[Math.floor(random() * owned.length)];
        if (chosen === undefined) continue;
        if (random() < 0.2) {
          chosen.deadline.disarm();
          chosen.due = undefined;
        } else {
          const ms = random() < 0.5 ? random() * 200 : random() * 30_000;
          chosen.deadline.arm(ms);
          chosen.due = clock.now() + ms;
        }
        await clock.advance(random() < 0.9 ? random() * 300 : random() * 12_000);
        for (const one of owned) {
          const fired = one.deadline.owner.fired.splice(0);
          if (fired.length > 0) {
            expect(fired).toHaveLength(1);
            expect(fired[0]).toBeGreaterThanOrEqual(one.due ?? Infinity);
            expect(fired[0]).toBeLessThanOrEqual((one.due ?? -Infinity) + GRANULARITY);
            one.due = undefined;
          } else if (one.due !== undefined) {
            expect(one.due + GRANULARITY).toBeGreaterThanOrEqual(clock.now());
          }
        }
        expect(deadlines.armedCount).toBe(owned.filter(({ due }) => due !== undefined).length);
      }
    }
  });
});
