import { describe, expect, it } from '@jest/globals';

import { AbortedError, WorkerError } from '../../src/errors/index.js';
import { isPending, rejection } from '../support/transport/promises.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';

describe('a rolling restart', () => {
  it('a rolling restart replaces one worker after the other, each only when its successor serves', async () => {
    const played = await PlayedPool.running(2);
    const restarted = played.pool.restart();
    expect(played.workers).toEqual(['1 serving', '2 serving', '3 starting.booting']);
    played.process(3).serves();
    expect(played.workers).toEqual(['1 draining.asked', '2 serving', '3 serving']);
    // The others go on accepting, so it has nobody to wait for.
    expect(played.process(1).closesPort().received).toBe('drain release');
    played.process(1).drains(NOTHING, 7);
    // The next one waits until the process has ended: there are never more than one too many.
    expect(played.forked).toBe(3);
    played.process(1).exits();
    expect(played.workers).toEqual(['2 serving', '3 serving', '4 starting.booting']);
    played.process(4).serves();
    expect(await isPending(restarted)).toBe(true);
    played.process(2).leaves(NOTHING);
    expect(await restarted).toEqual([
      { pid: 1, report: NOTHING, served: 7, exitCode: 0, signal: null },
      { pid: 2, report: NOTHING, served: 0, exitCode: 0, signal: null },
    ]);
    expect(played.workers).toEqual(['3 serving', '4 serving']);
    expect(played.states).toEqual(['idle', 'starting', 'running', 'restarting', 'running']);
    expect(played.faults).toEqual([]);
  });

  it('a rolling restart never has fewer workers serving than it should, whatever the order of events', async () => {
    const played = await PlayedPool.running(3);
    let fewest = Infinity;
    played.pool.on('worker', () => (fewest = Math.min(fewest, played.serving)));
    const restarted = played.pool.restart();
    for (const successor of [4, 5, 6]) {
      played.process(successor).joins().listens();
      played.process(successor - 3).leaves(NOTHING);
    }
    await restarted;
    expect([fewest, played.serving]).toEqual([3, 3]);
  });

  it('a rolling restart drains each worker with the options of the pool', async () => {
    const played = await PlayedPool.running(1, { grace: 100, deadline: 2_000 });
    played.renew();
    played.process(2).serves();
    expect(played.process(1).commands).toEqual([{ kind: 'drain', grace: 100, deadline: 2_000 }]);
    played.process(1).leaves(NOTHING);
  });

  it('a second rolling restart also replaces newer workers, and all callers get the same result', async () => {
    const played = await PlayedPool.running(1);
    const first = played.pool.restart();
    played.process(2).serves();
    const second = played.pool.restart();
    played.process(1).leaves(NOTHING);
    expect(played.workers).toEqual(['2 serving', '3 starting.booting']);
    played.process(3).serves();
    played.process(2).leaves(NOTHING);
    const reports = await first;
    expect(await second).toBe(reports);
    expect(reports.map(({ pid }) => pid)).toEqual([1, 2]);
  });

  it('a rolling restart ends when a successor fails to serve; the other workers continue', async () => {
    const played = await PlayedPool.running(2);
    const restarted = played.pool.restart();
    played.process(3).serves();
    played.process(1).leaves(NOTHING);
    played.process(4).joins().exits(1);
    const error = await rejection(restarted);
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toBe('worker 4 ended with exit code 1 before it served');
    expect([played.pool.state, played.workers]).toEqual(['running', ['2 serving', '3 serving']]);
    expect(played.faults).toMatchObject([{ where: 'worker', error }]);
    await played.pass(120_000);
    expect(played.forked).toBe(4);
  });

  it('a rolling restart can be repeated after one has failed', async () => {
    const played = await PlayedPool.running(1);
    const failed = played.pool.restart();
    played.process(2).exits(1);
    await rejection(failed);
    const restarted = played.pool.restart();
    played.process(3).serves();
    played.process(1).leaves(NOTHING);
    expect((await restarted).map(({ pid }) => pid)).toEqual([1]);
  });

  it('a rolling restart lets a successor take the place of a worker that crashed meanwhile', async () => {
    const played = await PlayedPool.running(2);
    const restarted = played.pool.restart();
    played.process(1).dies();
    expect(played.workers).toEqual(['2 serving', '3 starting.booting']);
    played.process(3).serves();
    expect(played.workers).toEqual(['2 serving', '3 serving', '4 starting.booting']);
    played.process(4).serves();
    played.process(2).leaves(NOTHING);
    expect((await restarted).map(({ pid }) => pid)).toEqual([2]);
  });

  it('a rolling restart replaces a worker that crashed and whose successor failed as well', async () => {
    const played = await PlayedPool.running(1);
    const restarted = played.pool.restart();
    played.process(1).dies();
    played.process(2).exits(1);
    await rejection(restarted);
    expect([played.pool.state, played.workers]).toEqual(['running', ['3 starting.booting']]);
  });

  it('a rolling restart replaces a successor that crashes while its predecessor drains, and continues', async () => {
    const played = await PlayedPool.running(1);
    const restarted = played.pool.restart();
    played.process(2).serves().dies();
    expect(played.workers).toEqual(['1 draining.asked', '3 starting.booting']);
    played.process(1).leaves(NOTHING);
    expect((await restarted).map(({ pid }) => pid)).toEqual([1]);
    played.process(3).serves();
  });

  it('a rolling restart replaces others that crash meanwhile', async () => {
    const played = await PlayedPool.running(2);
    played.renew();
    played.process(2).dies();
    expect(played.workers).toEqual(['1 serving', '3 starting.booting', '4 starting.booting']);
  });

  it('a rolling restart that is asked for while the pool starts follows the start', async () => {
    const played = new PlayedPool(2);
    const started = played.pool.start();
    played.process(1).serves();
    const restarted = played.pool.restart();
    expect([played.pool.state, played.forked]).toEqual(['starting', 2]);
    played.process(2).serves();
    await started;
    expect([played.pool.state, played.forked]).toEqual(['restarting', 3]);
    played.process(3).serves();
    played.process(1).leaves(NOTHING);
    played.process(4).serves();
    played.process(2).leaves(NOTHING);
    expect((await restarted).map(({ pid }) => pid)).toEqual([1, 2]);
  });

  it('a rolling restart that is asked for while the pool starts fails with the start', async () => {
    const played = new PlayedPool(1).begin();
    const restarted = played.pool.restart();
    played.process(1).exits(1);
    expect(await rejection(restarted)).toBeInstanceOf(WorkerError);
  });

  it('a rolling restart gives way to a drain: successors drain too, and its callers are notified', async () => {
    const played = await PlayedPool.running(1);
    const restarted = played.pool.restart();
    const drained = played.pool.drain();
    expect(await rejection(restarted)).toBeInstanceOf(AbortedError);
    // It may listen by now, and can hear of the drain only when it has joined.
    expect(played.process(2).received).toBe('drain');
    played.process(2).listens().joins();
    expect(played.process(2).received).toBe('drain drain');
    played.process(2).leaves(NOTHING);
    played.process(1).leaves(NOTHING);
    expect((await drained).map(({ pid }) => pid)).toEqual([2, 1]);
  });
});

describe('a single worker that gets a signal to end', () => {
  it('a single worker that gets a signal to end is replaced first, and then drained', async () => {
    const played = await PlayedPool.running(2);
    played.process(2).notices({ kind: 'leaving' });
    expect(played.workers).toEqual(['1 serving', '2 serving', '3 starting.booting']);
    played.process(2).notices({ kind: 'leaving' });
    played.process(3).serves();
    expect(played.process(2).received).toBe('drain');
    played.process(2).leaves(NOTHING);
    expect([played.pool.state, played.workers]).toEqual(['running', ['1 serving', '3 serving']]);
  });

  it('a single worker that gets a signal to end waits while the pool starts', async () => {
    const played = new PlayedPool(2);
    const started = played.pool.start();
    played.process(1).serves().notices({ kind: 'leaving' });
    expect(played.forked).toBe(2);
    played.process(2).serves();
    await started;
    expect([played.pool.state, played.forked]).toEqual(['restarting', 3]);
  });

  it('a single worker that gets a signal to end drains with the others when the pool drains', async () => {
    const played = await PlayedPool.running(2);
    void played.pool.drain();
    played.process(2).notices({ kind: 'leaving' });
    played.process(1).leaves(NOTHING);
    expect([played.pool.state, played.forked]).toEqual(['draining', 2]);
  });
});
