import { describe, expect, it } from '@jest/globals';

import { WorkerError } from '../../src/errors/index.js';
import { WorkerPool } from '../../src/cluster/index.js';
import { isPending, rejection, thrown } from '../support/transport/promises.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';

describe('a pool that starts', () => {
  it('a pool that starts forks as many workers as it is to have, and is ready when the last one serves', async () => {
    const played = new PlayedPool(3);
    expect(played.pool.state).toBe('idle');
    const started = played.pool.start();
    expect(played.workers).toEqual(['1 starting.booting', '2 starting.booting', '3 starting.booting']);
    played.process(1).serves();
    played.process(3).serves();
    expect([await isPending(started), played.pool.state]).toEqual([true, 'starting']);
    played.process(2).serves();
    await started;
    expect([played.pool.state, played.serving]).toEqual(['running', 3]);
  });

  it('a pool that starts counts a worker as serving once it listens and has joined, in any order', () => {
    const played = new PlayedPool(2);
    played.begin();
    played.process(1).listens();
    played.process(2).joins();
    expect(played.workers).toEqual(['1 starting.listening', '2 starting.joined']);
    played.process(1).joins();
    played.process(2).listens();
    expect(played.serving).toBe(2);
  });

  it('a pool that starts knows where its workers listen, as long as they do', async () => {
    const played = new PlayedPool(2);
    expect(played.pool.address).toBeNull();
    const started = played.pool.start();
    const first = { address: '::1', family: 'IPv6', port: 8080 };
    played.process(1).listens(first).listens({ address: '/run/admin', family: 'unix', port: 0 }).joins();
    played.process(2).serves();
    expect(played.pool.address).toBe(first);
    expect(await started).toBe(first);
    const stopped = played.pool.stop();
    for (const process of played.processes.all) process.exits();
    await stopped;
    expect(played.pool.address).toBeNull();
  });

  it('a pool that starts gives its workers the program, the arguments and the environment', () => {
    const options = { args: ['--a'], execArgv: ['--no-warnings'], env: { PORT: '1' } };
    const played = new PlayedPool(1, options);
    played.begin();
    expect(played.process(1).program).toEqual({ exec: 'worker.mjs', ...options });
  });

  it('a pool that starts takes the file as a URL too', () => {
    const played = new PlayedPool(1, { exec: new URL('file:///srv/a%20b.mjs') });
    played.begin();
    expect(played.process(1).program.exec).toBe('/srv/a b.mjs');
  });

  it('a pool that starts fails at the first worker that ends before it serves; those that serve drain', async () => {
    const played = new PlayedPool(2);
    const started = played.pool.start();
    const stopped = played.pool.whenStopped();
    played.process(1).serves();
    played.process(2).exits(1);
    const error = await rejection(started);
    expect(error).toBeInstanceOf(WorkerError);
    expect(error).toMatchObject({
      code: 'ERR_HTTP_SESSION_WORKER',
      message: 'worker 2 ended with exit code 1 before it served',
      pid: 2,
      exitCode: 1,
      signal: null,
    });
    expect([played.pool.state, played.process(1).received, played.forked]).toEqual(['draining', 'drain', 2]);
    played.process(1).leaves(NOTHING);
    expect(await rejection(stopped)).toBe(error);
    expect(await rejection(played.pool.whenStopped())).toBe(error);
    expect(played.states).toEqual(['idle', 'starting', 'draining', 'stopped']);
  });

  it('a pool that starts fails when a process cannot be started', async () => {
    const played = new PlayedPool(1);
    const started = played.pool.start();
    const cause = new Error('EAGAIN');
    played.process(1).neverWas(cause);
    const error = await rejection(started);
    expect(error).toMatchObject({ message: 'worker: could not be started: EAGAIN', cause });
    expect(played.pool.state).toBe('stopped');
  });

  it('a pool that starts kills a worker that does not serve in time, and fails', async () => {
    const played = new PlayedPool(1, { startTimeout: 10_000 });
    const started = played.pool.start();
    await played.pass(9_990);
    expect(played.process(1).isKilled).toBe(false);
    await played.pass(40);
    expect([played.process(1).isKilled, played.workers]).toEqual([true, ['1 overdue']]);
    played.process(1).dies();
    expect(await rejection(started)).toMatchObject({
      message: 'worker 1 did not serve within 10000 ms and was killed',
      cause: { name: 'TimeoutError', timer: 'workerStart' },
    });
  });

  it('a pool that is drained while it starts rejects the pending start', async () => {
    const played = new PlayedPool(2);
    const started = played.pool.start();
    played.process(1).serves();
    void played.pool.drain();
    expect((await rejection(started)).code).toBe('ERR_HTTP_SESSION_ABORTED');
  });

  it('a stopped pool can start again', async () => {
    const played = await PlayedPool.running(1);
    const drained = played.pool.drain();
    played.process(1).leaves(NOTHING);
    await drained;
    const started = played.pool.start();
    played.process(2).serves();
    await started;
    expect(played.states).toEqual([
      'idle',
      'starting',
      'running',
      'draining',
      'stopped',
      'starting',
      'running',
    ]);
  });

  it('a pool starts once, and restarts neither before it starts nor once it ends', async () => {
    const played = new PlayedPool(1);
    expect(await rejection(played.pool.restart())).toMatchObject({ call: 'restart()', state: 'idle' });
    played.begin();
    expect(await rejection(played.pool.start())).toMatchObject({ call: 'start()', state: 'starting' });
    void played.pool.drain();
    expect(await rejection(played.pool.restart())).toMatchObject({ call: 'restart()', state: 'draining' });
    played.process(1).exits();
    expect(await rejection(played.pool.restart())).toMatchObject({ call: 'restart()', state: 'stopped' });
  });
});

describe('the options of a pool', () => {
  it.each([
    ['no file', { exec: '' }, TypeError],
    ['no workers', { workers: 0 }, RangeError],
    ['half a worker', { workers: 1.5 }, RangeError],
    ['more workers than a machine has', { workers: 1_025 }, RangeError],
    ['a negative deadline', { deadline: -1 }, RangeError],
    ['a grace that is none', { grace: NaN }, RangeError],
    ['a start for ever', { startTimeout: Infinity }, RangeError],
    ['a negative margin', { killMargin: -1 }, RangeError],
  ])('the options of a pool refuse %s', (_what, options, type) => {
    expect(thrown(() => new WorkerPool({ exec: 'worker.mjs', ...options }))).toBeInstanceOf(type);
  });
});
