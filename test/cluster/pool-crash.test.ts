import { describe, expect, it } from '@jest/globals';

import { LIMITS, TIMEOUTS } from '../../src/constants.js';
import type { WorkerError } from '../../src/errors/index.js';
import { rejection } from '../support/transport/promises.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';

const YOUTH = TIMEOUTS.workerEarlyCrash.value;
const BACKOFF = TIMEOUTS.workerBackoff.value;

describe('a worker that ends unasked', () => {
  it('a worker that ends unasked is replaced at once, and reported', async () => {
    const played = await PlayedPool.running(2);
    const crashed: WorkerError[] = [];
    played.pool.on('crashed', (error) => void crashed.push(error));
    await played.pass(YOUTH);
    played.process(1).dies('SIGSEGV');
    expect([played.pool.state, played.workers]).toEqual(['running', ['2 serving', '3 starting.booting']]);
    expect(crashed).toMatchObject([
      { message: 'worker 1 was ended by SIGSEGV while it served', pid: 1, exitCode: null, signal: 'SIGSEGV' },
    ]);
    expect(played.faults).toMatchObject([{ where: 'worker', error: crashed[0], sessionId: undefined }]);
  });

  it('a worker that ends unasked is always replaced at once, unless it is an early crash', async () => {
    const played = await PlayedPool.running(1);
    for (let pid = 1; pid <= 20; pid++) {
      await played.pass(YOUTH);
      played.process(pid).exits(1);
      expect(played.forked).toBe(pid + 1);
      played.process(pid + 1).serves();
    }
  });

  it('a listener that throws does not keep a crashed worker from being replaced', async () => {
    const played = await PlayedPool.running(1);
    played.pool.on('crashed', () => {
      throw new Error('a listener');
    });
    played.process(1).dies();
    expect(played.forked).toBe(2);
    expect(played.faults.map(({ where }) => where)).toEqual(['worker', 'listener']);
  });
});

describe('a crash loop', () => {
  /** Lets a worker die right after it began to serve, again and again; the delays before each replacement. */
  async function deaths(played: PlayedPool, count: number): Promise<number[]> {
    const delays: number[] = [];
    for (let pid = played.forked; delays.length < count; pid++) {
      played.process(pid).serves().exits(1);
      let delay = 0;
      for (; played.forked === pid && delay < 60_000; delay += BACKOFF) await played.pass(BACKOFF);
      delays.push(delay);
    }
    return delays;
  }

  it('a crash loop is slowed down more and more', async () => {
    const played = await PlayedPool.running(1);
    expect(await deaths(played, LIMITS.maxEarlyCrashes.value)).toEqual([0, 100, 200, 400, 800]);
  });

  it('a crash loop counts in rounds of as many workers as there are', async () => {
    const played = await PlayedPool.running(2);
    expect(await deaths(played, 6)).toEqual([0, 0, 100, 100, 200, 200]);
  });

  it('a crash loop ends when there were too many: the pool gives up, drains what it has, and says why', async () => {
    const played = await PlayedPool.running(2);
    const failed: WorkerError[] = [];
    played.pool.on('failed', (error) => void failed.push(error));
    const stopped = played.pool.whenStopped();
    await deaths(played, 2 * LIMITS.maxEarlyCrashes.value);
    const last = played.process(played.forked).serves().exits(7);
    expect([played.pool.state, played.process(1).received]).toEqual(['draining', 'drain']);
    played.process(1).leaves(NOTHING);
    const error = await rejection(stopped);
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_WORKER', pid: last.pid, exitCode: 7 });
    expect(failed).toEqual([error]);
    expect(played.pool.state).toBe('stopped');
  });

  it('a crash loop rejects a pending restart at once', async () => {
    const played = await PlayedPool.running(1);
    await deaths(played, LIMITS.maxEarlyCrashes.value);
    played.process(played.forked).serves();
    const restarted = played.pool.restart();
    const successor = played.process(played.forked).serves();
    played.process(played.forked - 1).leaves(NOTHING);
    await restarted;
    successor.dies();
    expect(played.pool.state).toBe('stopped');
    expect(await rejection(played.pool.whenStopped())).toMatchObject({ pid: successor.pid });
  });

  it('a crash loop is forgotten after a while', async () => {
    const played = await PlayedPool.running(1);
    await deaths(played, LIMITS.maxEarlyCrashes.value);
    await played.pass(TIMEOUTS.workerCrashWindow.value);
    played.process(played.forked).serves();
    expect(await deaths(played, 2)).toEqual([0, 100]);
  });

  it('a crash loop counts replacements that never served', async () => {
    const played = await PlayedPool.running(1);
    played.process(1).dies();
    const delays: number[] = [];
    for (let pid = 2; played.pool.state === 'running'; pid++) {
      played.process(pid).exits(1);
      for (let delay = 0; played.forked === pid && played.pool.state === 'running'; delay += BACKOFF) {
        await played.pass(BACKOFF);
        delays[pid - 2] = delay + BACKOFF;
      }
    }
    expect(delays).toEqual([100, 200, 400, 800]);
  });

  it('a crash loop ends, with its pending replacement, when the pool drains', async () => {
    const played = await PlayedPool.running(1);
    await deaths(played, 1);
    played.process(2).serves().dies();
    expect(await played.pool.drain()).toEqual([]);
    await played.pass(10 * BACKOFF);
    expect([played.pool.state, played.forked]).toEqual(['stopped', 2]);
  });

  it('the crash count starts again with a new start of the pool', async () => {
    const played = await PlayedPool.running(1);
    await deaths(played, LIMITS.maxEarlyCrashes.value);
    played.process(played.forked).serves();
    const drained = played.pool.drain();
    played.process(played.forked).leaves(NOTHING);
    await drained;
    played.begin().process(played.forked).serves();
    expect(await deaths(played, 2)).toEqual([0, 100]);
  });
});
