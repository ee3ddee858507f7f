import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { answerOf, Origin } from '../../support/client/origin.js';

/* Scenario 3: FIN behind each answer, without Connection: close. */

const ROUNDS = 200;

describe('a server that ends the connection behind each answer', () => {
  it.each(['GET', 'POST'])('loses no %s of a pool of one connection', async (method) => {
    const origin = await Origin.listen(({ connection, path }) => {
      connection.socket.end(answerOf(path));
    });
    const pool = new HTTPPool(origin.url, { maxConnections: 1 });
    try {
      const ask = async (path: string): Promise<string> => (await pool.request({ method, path })).text();
      for (let round = 0; round < ROUNDS; round++) {
        const paths = [`/${String(round)}/a`, `/${String(round)}/b`];
        expect(await Promise.all(paths.map(ask))).toEqual(paths);
      }
      // Each was served once: where the FIN can be read, no request crosses it.
      expect(origin.requests).toHaveLength(2 * ROUNDS);
      expect(origin.most).toBeLessThanOrEqual(2);
      await pool.drain();
    } finally {
      await origin.close();
    }
  });

  it('whose FIN truly crosses the request has a GET served again, and a POST rejected as unknown', async () => {
    for (const method of ['GET', 'POST']) {
      let isFirst = true;
      const origin = await Origin.listen(({ connection, path }) => {
        if (path === '/crossed' && isFirst) {
          isFirst = false;
          connection.socket.end();
        } else connection.socket.write(answerOf(path));
      });
      const pool = new HTTPPool(origin.url, { maxConnections: 1 });
      try {
        await (await pool.request('/first')).text();
        const [outcome] = await Promise.allSettled([pool.request({ method, path: '/crossed' })]);
        if (method === 'GET') {
          expect(outcome).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
          expect(origin.requests).toEqual(['GET /first', 'GET /crossed', 'GET /crossed']);
          expect(pool.stats.replayed).toBe(1);
        } else {
          expect(outcome).toMatchObject({ status: 'rejected', reason: { testimony: { replay: 'unknown' } } });
          expect(origin.requests).toEqual(['GET /first', 'POST /crossed']);
        }
        await pool.drain();
      } finally {
        await origin.close();
      }
    }
  });
});
