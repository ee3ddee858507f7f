import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { answerOf, echoPath, Origin, type OriginConnection } from '../../support/client/origin.js';
import { until } from '../../support/transport/until.js';

/* Scenario 4 and I1: what lies in the kernel when a request is made is seen before its connection is used. */

const ROUNDS = 20;

type Does = (connection: OriginConnection) => void;

const WHAT: readonly (readonly [what: string, does: Does])[] = [
  ['a second response', ({ socket }) => socket.write(answerOf('poison'))],
  ['stray bytes', ({ socket }) => socket.write('x')],
  ['FIN', ({ socket }) => socket.end()],
  ['RST', ({ socket }) => socket.resetAndDestroy()],
];

describe.each(['GET', 'POST'])('a %s that is made while the kernel holds what the server sent', (method) => {
  it.each(WHAT)('is not sent where it holds %s, but served on another connection', async (_what, does) => {
    const origin = await Origin.listen(echoPath);
    const pool = new HTTPPool(origin.url, { maxConnections: 1 });
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const path = `/${String(round)}`;
        expect(await (await pool.request(`${path}/a`)).text()).toBe(`${path}/a`);
        const { last } = origin;
        // In this turn the server's bytes reach the kernel, and the next request is made.
        does(last);
        expect(await (await pool.request({ method, path: `${path}/b` })).text()).toBe(`${path}/b`);
        expect(last.requests).not.toContain(`${method} ${path}/b`);
        expect(origin.last).not.toBe(last);
      }
      expect(origin.requests).toHaveLength(2 * ROUNDS);
      expect(pool.stats).toMatchObject({ replayed: 0, refused: 0 });
      await pool.drain();
    } finally {
      await origin.close();
    }
  });

  it.each(WHAT)('is not sent on a connection opened ahead that holds %s', async (_what, does) => {
    const origin = await Origin.listen(echoPath);
    const pool = new HTTPPool(origin.url, { maxConnections: 1 });
    try {
      expect(await pool.warm(1)).toBe(1);
      await until(() => origin.connections.length === 1);
      const { last } = origin;
      does(last);
      expect(await (await pool.request({ method, path: '/b' })).text()).toBe('/b');
      expect(last.requests).toEqual([]);
      await pool.drain();
    } finally {
      await origin.close();
    }
  });
});

describe('a connection that brings what no request asked for', () => {
  it('is counted as closed for its surplus', async () => {
    const origin = await Origin.listen(echoPath);
    const pool = new HTTPPool(origin.url, { maxConnections: 1 });
    try {
      await (await pool.request('/a')).text();
      origin.last.socket.write(answerOf('poison'));
      await until(() => pool.stats.closed.surplus === 1);
      expect(pool.stats).toMatchObject({ idle: 0, busy: 0 });
      await pool.drain();
    } finally {
      await origin.close();
    }
  });
});
