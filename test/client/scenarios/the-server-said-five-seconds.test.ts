import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { answerOf, Origin, type OriginRequest } from '../../support/client/origin.js';
import { until } from '../../support/transport/until.js';

/* Scenario 10: the server said five seconds. */

async function withPool(
  hint: string,
  use: (pool: HTTPPool, origin: Origin, clock: VirtualClock, held: OriginRequest[]) => Promise<void>,
): Promise<void> {
  const held: OriginRequest[] = [];
  const origin = await Origin.listen((request) => {
    if (request.path === '/slow') held.push(request);
    else request.connection.socket.write(answerOf(request.path, hint));
  });
  const clock = new VirtualClock();
  const pool = new HTTPPool(origin.url, { clock, maxConnections: 1 });
  try {
    await use(pool, origin, clock, held);
    await pool.drain();
  } finally {
    await origin.close();
  }
}

describe('a server that keeps idle connections for five seconds', () => {
  const HINT = 'Keep-Alive: timeout=5\r\n';

  it('has them closed after four, and the next request on a new one', async () => {
    await withPool(HINT, async (pool, origin, clock) => {
      await (await pool.request('/first')).text();
      clock.advanceAtOnce(3_900);
      expect(pool.stats.idle).toBe(1);
      clock.advanceAtOnce(150);
      expect(pool.stats).toMatchObject({ idle: 0, closed: { idle: 1 } });
      await until(() => origin.last.hasEnded);
      expect(origin.last.wasReset).toBe(false);
      clock.advanceAtOnce(10_950);
      const response = await pool.request({ method: 'POST', path: '/second' });
      expect(await response.text()).toBe('/second');
      expect(origin.connections.map(({ requests }) => requests)).toEqual([['GET /first'], ['POST /second']]);
    });
  });

  it('has a response that takes eight seconds not cut', async () => {
    await withPool(HINT, async (pool, origin, clock, held) => {
      await (await pool.request('/first')).text();
      const slow = pool.request('/slow');
      await until(() => held.length === 1);
      clock.advanceAtOnce(8_000);
      held[0]?.connection.socket.write(answerOf('slow', HINT));
      expect(await (await slow).text()).toBe('slow');
      expect(origin.connections).toHaveLength(1);
    });
  });
});

describe('a server that keeps idle connections for one second', () => {
  it.each(['', 'a longer body'])('has none of them kept (body %j)', async (body) => {
    const origin = await Origin.listen(({ connection }) => {
      connection.socket.write(answerOf(body, 'Keep-Alive: timeout=1\r\n'));
    });
    const pool = new HTTPPool(origin.url, { clock: new VirtualClock() });
    try {
      for (let count = 1; count <= 3; count++) {
        expect(await (await pool.request('/')).text()).toBe(body);
        await until(() => origin.last.hasEnded);
        expect(origin.connections).toHaveLength(count);
        expect(pool.stats).toMatchObject({ idle: 0, busy: 0, retiring: 0, state: 'pool.quiet,reach.up' });
      }
    } finally {
      await origin.close();
    }
  });
});
