import { describe, expect, it } from '@jest/globals';

import { POOL_CHANNEL, type PoolMessage } from '../../../src/client/diagnostics.js';
import { HTTPServer } from '../../../src/server/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { Heard } from '../../support/client/heard.js';
import { memoryPool } from '../../support/client/memory-pool.js';
import { settled } from '../../support/transport/sockets.js';

const HOUR = 3_600_000;
const LATENCY = 25;

/** Sends requests for 24 hours to a server that closes idle connections after 5 s; returns when a FIN crossed one. */
async function crossingsOfADay(keepAliveTimeout: number): Promise<{ crossed: number[]; served: number }> {
  const clock = new VirtualClock();
  const server = new HTTPServer((_request, response) => response.end('hello'), {
    clock,
    timers: { keepAlive: 5_000 },
  });
  const pool = memoryPool(server, clock, { keepAliveTimeout }, LATENCY);
  const crossed: number[] = [];
  let served = 0;
  let replayed = 0;
  while (clock.now() < 24 * HOUR) {
    let text = '';
    void pool.request('/').then(async (response) => (text = await response.text()));
    // The listening turn of a reused connection is one of the event loop, not of the clock.
    await settled();
    for (let round = 0; text === '' && round < 20; round++) await clock.advance(LATENCY);
    expect(text).toBe('hello');
    served++;
    if (pool.stats.replayed > replayed) crossed.push(clock.now());
    replayed = pool.stats.replayed;
    // The worst case for every other request: it is sent when the FIN of the server is on its way.
    await clock.advance((served % 2 === 0 ? 5_000 : 2_000) - LATENCY - (served % 40));
  }
  await pool.drain();
  expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  await server.stop();
  return { crossed, served };
}

describe('24 hours against a server that closes idle connections after 5 s', () => {
  it.each([8_000, 0])(
    'no request crosses a FIN after the third, with an own idle timeout of %d ms',
    async (keepAliveTimeout) => {
      using findings = new Heard<PoolMessage>(POOL_CHANNEL);
      const { crossed, served } = await crossingsOfADay(keepAliveTimeout);
      expect(served).toBeGreaterThan(20_000);
      expect(crossed).toHaveLength(3);
      expect(crossed[2]).toBeLessThan(10 * 60_000);
      expect(findings.messages.filter(({ kind }) => kind === 'finding')).toMatchObject([
        { code: 'SERVER_CLOSES_FIRST', origin: 'http://server.test', ownIdle: keepAliveTimeout },
      ]);
    },
    60_000,
  );
});
