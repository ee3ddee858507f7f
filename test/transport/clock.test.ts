import { describe, expect, it } from '@jest/globals';

import { systemClock, VirtualClock } from '../../src/transport/index.js';

describe('the virtual clock', () => {
  it('the virtual clock stands still until it is advanced', async () => {
    const clock = new VirtualClock(1_000_000);
    expect([clock.now(), clock.wallTime()]).toEqual([0, 1_000_000]);
    await clock.advance(250);
    expect([clock.now(), clock.wallTime()]).toEqual([250, 1_000_250]);
  });

  it('the virtual clock fires timers at exactly their time, in the order of their times', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} at ${String(clock.now())}`);
    clock.setTimeout(note('late'), 30);
    clock.setTimeout(note('first'), 10);
    clock.setTimeout(note('second'), 10);
    await clock.advance(29);
    expect(fired).toEqual(['first at 10', 'second at 10']);
    await clock.advance(1);
    expect(fired).toEqual(['first at 10', 'second at 10', 'late at 30']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('the virtual clock fires timers that were set by timers while it advances', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now());
      clock.setTimeout(again, 10);
    };
    clock.setTimeout(again, 10);
    await clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
  });

  it('the virtual clock does not fire a cleared timer, even one that an earlier timer cleared', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const victim = clock.setTimeout(() => fired.push('victim'), 20);
    clock.setTimeout(() => {
      clock.clearTimeout(victim);
    }, 10);
    clock.clearTimeout(clock.setTimeout(() => fired.push('cleared at once'), 5));
    await clock.advance(100);
    expect(fired).toEqual([]);
  });

  it('the virtual clock lets ticks, microtasks and immediates run before and between timers', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const work = (name: string) => (): void => {
      order.push(name);
      process.nextTick(() => order.push(`${name} tick`));
      void Promise.resolve().then(() => order.push(`${name} microtask`));
      setImmediate(() => order.push(`${name} immediate`));
    };
    work('before')();
    clock.setTimeout(work('first'), 1);
    clock.setTimeout(work('second'), 1);
    await clock.advance(1);
    expect(order.filter((entry) => !entry.includes(' '))).toEqual(['before', 'first', 'second']);
    expect(order.indexOf('first')).toBe(4);
    expect(order.indexOf('second')).toBe(8);
    expect(order).toHaveLength(12);
  });

  it('the virtual clock rejects if a timer throws, and continues afterwards', async () => {
    const clock = new VirtualClock();
    clock.setTimeout(() => {
      throw new Error('broken timer');
    }, 5);
    await expect(clock.advance(10)).rejects.toThrow('broken timer');
    expect(clock.now()).toBe(5);
    await clock.advance(5);
    expect(clock.now()).toBe(10);
  });

  it('the virtual clock can advance within one call, so that nothing else runs between two timers', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimeout(() => {
      fired.push(`second at ${String(clock.now())}`);
    }, 20);
    clock.setTimeout(() => {
      fired.push(`first at ${String(clock.now())}`);
      clock.setTimeout(() => fired.push(`set on the way, at ${String(clock.now())}`), 5);
    }, 10);
    clock.advanceAtOnce(30);
    expect(fired).toEqual(['first at 10', 'set on the way, at 15', 'second at 20']);
    expect([clock.now(), clock.pendingTimers]).toEqual([30, 0]);
  });

  it('the virtual clock refuses to advance while it advances', async () => {
    const clock = new VirtualClock();
    const first = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow('already advancing');
    await first;
  });
});

describe('the clock of the system', () => {
  it('the system clock never runs backwards and knows the date', () => {
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(Math.abs(systemClock.wallTime() - Date.now())).toBeLessThan(1000);
  });

  it('the system clock sets timers that do not keep the process alive and can be cleared', () => {
    const timer = systemClock.setTimeout(() => undefined, 60_000) as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    systemClock.clearTimeout(timer);
  });
});
