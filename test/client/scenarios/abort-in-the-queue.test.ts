import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { AbortedError, TimeoutError } from '../../../src/errors/index.js';
import { VirtualClock } from '../../../src/transport/index.js';

/* Scenario 5 and I7: an abort in the queue. */

/** A server whose name is never found: no connect ends by itself. */
function unreachable(options: { readonly maxConnections?: number } = {}) {
  const clock = new VirtualClock();
  const pool = new HTTPPool('http://never.test', {
    clock,
    lookup: () => undefined,
    connectTimeout: 0,
    ...options,
  });
  return { clock, pool };
}

describe.each([1, 2, 128])('a call that waits for one of %d connections', (maxConnections) => {
  it('is rejected in the turn of its abort, with the reason as cause and the verdict safe', async () => {
    const { pool } = unreachable({ maxConnections });
    const controllers = Array.from({ length: 3 }, () => new AbortController());
    const calls = controllers.map(({ signal }) => pool.request({ path: '/', signal }));
    expect(pool.stats).toMatchObject({ waiting: 3, connecting: Math.min(3, maxConnections) });
    for (const [index, controller] of controllers.entries()) {
      const reason = new Error(`enough ${String(index)}`);
      controller.abort(reason);
      const left = 2 - index;
      expect(pool.stats).toMatchObject({ waiting: left, connecting: Math.min(left, maxConnections) });
      const error: unknown = await calls[index]?.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AbortedError);
      expect(error).toMatchObject({ cause: reason, testimony: { replay: 'safe', sessionId: 0 } });
    }
    expect(pool.stats.state).toMatch(/^pool\.quiet,/);
  });
});

describe('a call that waits', () => {
  it('is rejected by AbortSignal.timeout() when that passes, not at the end of the connect', async () => {
    const { pool } = unreachable();
    const stays = new AbortController();
    const other = pool.request({ path: '/', signal: stays.signal });
    const signal = AbortSignal.timeout(20);
    const error: unknown = await pool.request({ path: '/', signal }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AbortedError', cause: { name: 'TimeoutError' } });
    expect(pool.stats).toMatchObject({ waiting: 1, connecting: 1 });
    stays.abort();
    await expect(other).rejects.toThrow(AbortedError);
    expect(pool.stats.connecting).toBe(0);
  });

  it('is rejected when its time in the queue is over, with the timer queue and the verdict safe', async () => {
    const { clock, pool } = unreachable({ maxConnections: 1 });
    const calls = [100, 300].map((queue) =>
      pool.request({ path: '/', timeouts: { queue } }).catch((thrown: unknown) => thrown),
    );
    clock.advanceAtOnce(200);
    expect(pool.stats.waiting).toBe(1);
    const error = await calls[0];
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ timer: 'queue', testimony: { replay: 'safe' } });
    clock.advanceAtOnce(200);
    expect(await calls[1]).toBeInstanceOf(TimeoutError);
    expect(pool.stats).toMatchObject({ waiting: 0, connecting: 0 });
  });
});
