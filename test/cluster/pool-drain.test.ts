import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import { isPending, rejection } from '../support/transport/promises.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';

const TICK = 2 * TIMEOUTS.timerGranularity.value;

describe('the drain of a pool', () => {
  it('the drain of a pool resolves with what became of each worker when the last process has ended', async () => {
    const played = await PlayedPool.running(2);
    const drained = played.pool.drain();
    played.process(1).closesPort();
    played
      .process(2)
      .closesPort()
      .drains({ ...NOTHING, finished: 3 }, 40);
    played.process(2).exits();
    expect(await isPending(drained)).toBe(true);
    played
      .process(1)
      .drains({ ...NOTHING, aborted: 1 }, 50)
      .exits();
    expect(await drained).toEqual([
      { pid: 2, report: { ...NOTHING, finished: 3 }, served: 40, exitCode: 0, signal: null },
      { pid: 1, report: { ...NOTHING, aborted: 1 }, served: 50, exitCode: 0, signal: null },
    ]);
    expect(played.states).toEqual(['idle', 'starting', 'running', 'draining', 'stopped']);
    expect(await played.pool.whenStopped()).toEqual([]);
  });

  it('the drain of a pool in a restart keeps the port open until the clients of the replaced worker arrive', async () => {
    const played = await PlayedPool.running(2, { grace: 1_000 });
    played.renew();
    played.process(3).serves();
    expect(played.process(1).received).toBe('drain');
    const drained = played.pool.drain();
    await played.pass(500);
    expect([played.process(2).received, played.process(3).received]).toEqual(['', '']);
    played.process(1).leaves(NOTHING);
    await played.pass(TIMEOUTS.workerSettleTime.value - TICK);
    expect(played.process(3).received).toBe('');
    await played.pass(2 * TICK);
    expect([played.process(2).received, played.process(3).received]).toEqual(['drain', 'drain']);
    played.process(2).leaves(NOTHING);
    played.process(3).leaves(NOTHING);
    expect((await drained).map(({ pid }) => pid)).toEqual([1, 2, 3]);
  });

  it('the drain of a pool right after a restart waits as long, and for a busy worker no longer than its grace', async () => {
    const played = await PlayedPool.running(1, { grace: 1_000 });
    played.renew();
    played.process(2).serves();
    played.process(1).leaves(NOTHING);
    expect(played.pool.state).toBe('running');
    void played.pool.drain();
    expect(played.process(2).received).toBe('');
    await played.pass(TIMEOUTS.workerSettleTime.value + TICK);
    expect(played.process(2).received).toBe('drain');
    played.process(2).leaves(NOTHING);

    const busy = await PlayedPool.running(1, { grace: 1_000 });
    busy.renew();
    busy.process(2).serves();
    void busy.pool.drain();
    await busy.pass(1_000 + TIMEOUTS.workerSettleTime.value + TICK);
    expect(busy.process(2).received).toBe('drain');
  });

  it('the drain of a pool asks no connection to end before the port is closed in all workers', async () => {
    const played = await PlayedPool.running(3);
    void played.pool.drain();
    const told = (): string[] => played.processes.all.map((process) => process.received);
    expect(told()).toEqual(['drain', 'drain', 'drain']);
    played.process(1).closesPort();
    played.process(3).closesPort();
    expect(told()).toEqual(['drain', 'drain', 'drain']);
    played.process(2).closesPort();
    expect(told()).toEqual(['drain release', 'drain release', 'drain release']);
  });

  it('the drain of a pool does not wait for long for one that does not say so', async () => {
    const played = await PlayedPool.running(2);
    void played.pool.drain();
    played.process(1).closesPort();
    await played.pass(TIMEOUTS.workerConfirmTimeout.value - TICK);
    expect(played.process(1).received).toBe('drain');
    await played.pass(2 * TICK);
    expect(played.process(1).received).toBe('drain release');
    played.process(2).closesPort();
    expect(played.process(2).received).toBe('drain release');
  });

  it('the drain of a pool counts a worker that has ended as one that accepts nothing', async () => {
    const played = await PlayedPool.running(2);
    void played.pool.drain();
    played.process(2).closesPort();
    played.process(1).dies();
    expect(played.process(2).received).toBe('drain release');
  });

  it('the drain of a pool reports of a worker that ends without a word what there is to say', async () => {
    const played = await PlayedPool.running(2);
    const drained = played.pool.drain();
    played.process(1).notices({ kind: 'counted', served: 9 }).dies('SIGSEGV');
    played.process(2).dies();
    expect(await drained).toEqual([
      { pid: 1, report: null, served: 9, exitCode: null, signal: 'SIGSEGV' },
      { pid: 2, report: null, served: 0, exitCode: null, signal: 'SIGKILL' },
    ]);
  });

  it('the drain of a pool passes its options on, before those of the pool', async () => {
    const played = await PlayedPool.running(1, { grace: 100, deadline: 2_000 });
    void played.pool.drain({ grace: 50 });
    expect(played.process(1).commands).toEqual([{ kind: 'drain', grace: 50, deadline: 2_000 }]);
  });

  it('the drain of a pool leaves unset options to the server', async () => {
    const played = await PlayedPool.running(1);
    void played.pool.drain();
    expect(played.process(1).commands).toEqual([{ kind: 'drain' }]);
  });

  it('the drain of a pool refuses malformed options, and changes nothing', async () => {
    const played = await PlayedPool.running(1);
    expect(await rejection(played.pool.drain({ deadline: -1 }))).toBeInstanceOf(RangeError);
    expect(played.pool.state).toBe('running');
  });

  it('the drain of a pool kills a worker that does not end by the deadline and the margin', async () => {
    const played = await PlayedPool.running(1, { deadline: 1_000, killMargin: 500 });
    const drained = played.pool.drain();
    played.process(1).closesPort();
    await played.pass(1_500 - TICK);
    expect(played.process(1).isKilled).toBe(false);
    await played.pass(2 * TICK);
    expect([played.process(1).isKilled, played.workers]).toEqual([true, ['1 killed']]);
    played.process(1).dies();
    expect(await drained).toEqual([{ pid: 1, report: null, served: 0, exitCode: null, signal: 'SIGKILL' }]);
  });

  it('the drain of a pool kills a worker that has drained and does not end within the margin', async () => {
    const played = await PlayedPool.running(1, { deadline: 0, killMargin: 500 });
    void played.pool.drain();
    await played.pass(3_600_000);
    expect(played.process(1).isKilled).toBe(false);
    played.process(1).closesPort().drains(NOTHING);
    await played.pass(500 + TICK);
    expect(played.process(1).isKilled).toBe(true);
    played.process(1).dies();
  });

  it('the drain of a pool kills no worker without a margin', async () => {
    const played = await PlayedPool.running(1, { killMargin: 0 });
    void played.pool.drain();
    await played.pass(3_600_000);
    played.process(1).closesPort().drains(NOTHING);
    await played.pass(3_600_000);
    expect(played.process(1).isKilled).toBe(false);
  });

  it('the drain of a pool is shared by all callers', async () => {
    const played = await PlayedPool.running(1);
    const first = played.pool.drain();
    const second = played.pool.drain({ deadline: 1 });
    expect(played.process(1).received).toBe('drain');
    played.process(1).leaves(NOTHING);
    expect(await second).toBe(await first);
  });

  it.each(['drain', 'stop'] as const)(
    'the drain of a pool that never started: %s does nothing',
    async (end) => {
      const played = new PlayedPool(1);
      expect(await played.pool[end]()).toEqual([]);
      expect(await played.pool[end]()).toEqual([]);
      expect(played.pool.state).toBe('stopped');
    },
  );

  it('the drain of a pool is what the end of an `await using` does', async () => {
    const played = await PlayedPool.running(1);
    const disposed = played.pool[Symbol.asyncDispose]();
    played.process(1).leaves(NOTHING);
    await disposed;
    expect(played.pool.state).toBe('stopped');
  });
});

describe('the stop of a pool', () => {
  it('the stop of a pool stops all workers at once, and kills those that do not serve yet', async () => {
    const played = await PlayedPool.running(2);
    played.renew();
    const stopped = played.pool.stop();
    expect(played.processes.all.map(({ received }) => received)).toEqual(['stop', 'stop', '']);
    expect(played.process(3).isKilled).toBe(true);
    for (const process of played.processes.all) process.exits();
    expect((await stopped).map(({ pid }) => pid)).toEqual([1, 2, 3]);
  });

  it('the stop of a pool hurries a drain', async () => {
    const played = await PlayedPool.running(2, { killMargin: 500 });
    const drained = played.pool.drain();
    const stopped = played.pool.stop();
    expect(played.processes.all.map(({ received }) => received)).toEqual(['drain stop', 'drain stop']);
    await played.pass(500 + TICK);
    expect(played.processes.all.map(({ isKilled }) => isKilled)).toEqual([true, true]);
    for (const process of played.processes.all) process.dies();
    expect(await stopped).toBe(await drained);
  });
});

describe('what a pool reports', () => {
  it('a pool reports its own states and those of its workers', async () => {
    const played = new PlayedPool(1);
    const told: string[] = [];
    const off = played.pool.on('worker', ({ pid, from, state }) => {
      told.push(`${String(pid)} ${from} -> ${state}`);
    });
    played.begin().process(1).serves();
    off();
    void played.pool.drain();
    expect(told).toEqual(['1 starting.booting -> starting.listening', '1 starting.listening -> serving']);
    played.process(1).leaves(NOTHING);
  });

  it('a listener can act on a report of the pool at once', async () => {
    const played = new PlayedPool(1);
    const reports = new Promise((resolve) => {
      played.pool.on('transition', ({ to }) => {
        if (to === 'running') resolve(played.pool.drain());
      });
    });
    played.begin().process(1).serves();
    expect(played.process(1).received).toBe('drain');
    played.process(1).leaves(NOTHING);
    expect(await reports).toMatchObject([{ pid: 1 }]);
  });

  it('a pool keeps the process alive only while it has workers or timers', async () => {
    const played = await PlayedPool.running(1);
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const drained = played.pool.drain();
    played.process(1).leaves(NOTHING);
    await drained;
    expect(timers()).toBe(before - 1);
  });
});
