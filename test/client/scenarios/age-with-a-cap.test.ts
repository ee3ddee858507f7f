import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { echoPath, Origin } from '../../support/client/origin.js';
import { until } from '../../support/transport/until.js';

/* Scenario 2: age with a cap hangs. */

describe('a pool of one connection that becomes too old', () => {
  it('serves the next call on a new connection at once, and closes the old one with FIN', async () => {
    const origin = await Origin.listen(echoPath);
    const clock = new VirtualClock();
    const pool = new HTTPPool(origin.url, { maxConnections: 1, connectionAge: 1, clock });
    try {
      for (const path of ['/a', '/b', '/c']) {
        const response = await pool.request(path);
        expect(await response.text()).toBe(path);
        expect(pool.connections.places.size).toBeLessThanOrEqual(1);
        clock.advanceAtOnce(20);
      }
      expect(origin.connections.map(({ requests }) => requests)).toEqual([
        ['GET /a'],
        ['GET /b'],
        ['GET /c'],
      ]);
      await until(() => origin.connections[1]?.hasEnded === true);
      expect(origin.connections.map(({ wasReset }) => wasReset)).toEqual([false, false, false]);
      expect(pool.stats.closed).toMatchObject({ age: 2, server: 0 });
      await pool.drain();
    } finally {
      await origin.close();
    }
  });

  it('does not cut a response whose connection becomes too old, and uses it no more', async () => {
    const origin = await Origin.listen(({ connection, path }) => {
      if (path !== '/slow') echoPath({ connection, path, method: 'GET', head: '' });
    });
    const clock = new VirtualClock();
    const pool = new HTTPPool(origin.url, { maxConnections: 1, connectionAge: 1_000, clock });
    try {
      const slow = pool.request('/slow');
      const next = pool.request('/next');
      await until(() => origin.requests.length === 1);
      clock.advanceAtOnce(2_000);
      echoPath({ connection: origin.last, path: '/slow', method: 'GET', head: '' });
      expect(await (await slow).text()).toBe('/slow');
      expect(await (await next).text()).toBe('/next');
      expect(origin.connections.map(({ requests }) => requests)).toEqual([['GET /slow'], ['GET /next']]);
      await pool.drain();
    } finally {
      await origin.close();
    }
  });
});
