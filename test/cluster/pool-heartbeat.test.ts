import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import { isPending } from '../support/transport/promises.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';

const TICK = 2 * TIMEOUTS.timerGranularity.value;
const HALF = 500;

/** A pool that replaces workers which are silent for a second. */
async function watchful(workers = 2): Promise<PlayedPool> {
  return await PlayedPool.running(workers, { heartbeatTimeout: 2 * HALF });
}

describe('a worker that hangs', () => {
  it('a worker that hangs is asked, killed at the end of heartbeatTimeout, and replaced', async () => {
    const played = await watchful();
    for (let passed = 0; passed < 20; passed++) {
      played.process(2).notices({ kind: 'counted', served: 0 });
      await played.pass(TICK);
      if (played.workers[0] === '1 silent') break;
    }
    expect([played.process(1).received, played.workers]).toEqual(['ask', ['1 silent', '2 serving']]);
    expect(played.process(1).isKilled).toBe(false);
    for (let passed = 0; passed < HALF + TICK; passed += TICK) {
      played.process(2).notices({ kind: 'counted', served: 0 });
      await played.pass(TICK);
    }
    expect([played.process(1).isKilled, played.workers]).toEqual([true, ['1 hung', '2 serving']]);
    played.process(1).dies();
    expect(played.workers).toEqual(['2 serving', '3 starting.booting']);
    expect(played.faults).toMatchObject([
      {
        where: 'worker',
        error: {
          message: 'worker 1 did not answer for 1000 ms and was killed',
          signal: 'SIGKILL',
          cause: { name: 'TimeoutError', timer: 'workerHeartbeat' },
        },
      },
    ]);
  });

  it('a worker that reports how many connections it has had does not hang', async () => {
    const played = await watchful(1);
    await played.pass(HALF + TICK);
    expect(played.workers).toEqual(['1 silent']);
    played.process(1).notices({ kind: 'counted', served: 1 });
    expect(played.workers).toEqual(['1 serving']);
    await played.pass(HALF - TICK);
    expect(played.process(1).received).toBe('ask');
  });

  it('a worker that answers later than its pool could read is not killed', async () => {
    // The pool's own process was busy: the timer is late, and what the worker sent is read after it.
    const played = await watchful(1);
    await played.pass(HALF + TICK);
    played.process(1).notices({ kind: 'counted', served: 0 });
    await played.pass(HALF + TICK);
    expect([played.process(1).isKilled, played.workers]).toEqual([false, ['1 silent']]);
  });

  it.each([{ heartbeatTimeout: 0 }, {}])(
    'a worker may be silent for ever without a limit, and for a minute by default: %j',
    async (options) => {
      const played = await PlayedPool.running(1, options);
      await played.pass(TIMEOUTS.workerHeartbeatTimeout.value / 2 - TICK);
      expect(played.process(1).received).toBe('');
      await played.pass(TIMEOUTS.workerHeartbeatTimeout.value);
      expect(played.process(1).isKilled).toBe(!('heartbeatTimeout' in options));
      played.process(1).dies();
    },
  );

  it('a silent worker drains and stops as one that serves', async () => {
    const played = await watchful();
    await played.pass(HALF + TICK);
    expect(played.workers).toEqual(['1 silent', '2 silent']);
    const drained = played.pool.drain({ deadline: 0 });
    expect(played.process(1).received).toBe('ask drain');
    // The limits of the drain apply, not the one of the heartbeat.
    await played.pass(10 * HALF);
    expect(played.process(1).isKilled).toBe(false);
    const stopped = played.pool.stop();
    expect(played.process(1).received).toBe('ask drain stop');
    for (const process of played.processes.all) process.exits();
    expect(await stopped).toBe(await drained);
  });

  it('a worker that hangs while it is being replaced does not hold up the restart', async () => {
    const played = await watchful(1);
    await played.pass(HALF + TICK);
    const restarted = played.pool.restart();
    await played.pass(HALF + TICK);
    expect(played.workers).toEqual(['1 hung', '2 starting.booting']);
    played.process(2).serves();
    expect(await isPending(restarted)).toBe(true);
    played.process(1).dies();
    await restarted;
    expect([played.pool.state, played.workers]).toEqual(['running', ['2 serving']]);
  });

  it('a worker that hangs when its pool drains is over when its process has ended', async () => {
    const played = await watchful(1);
    await played.pass(2 * HALF + 2 * TICK);
    expect(played.workers).toEqual(['1 hung']);
    const drained = played.pool.drain();
    played.process(1).dies();
    expect(await drained).toMatchObject([{ pid: 1, report: null, signal: 'SIGKILL' }]);
  });

  it('a successor that hangs while its predecessor drains is replaced', async () => {
    const played = await watchful(1);
    const restarted = played.pool.restart();
    played.process(2).serves();
    await played.pass(2 * HALF + 2 * TICK);
    played.process(2).dies();
    played.process(3).serves();
    played.process(1).leaves(NOTHING);
    await restarted;
    expect(played.workers).toEqual(['3 serving']);
  });
});
