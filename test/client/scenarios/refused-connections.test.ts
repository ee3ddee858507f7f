import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { NetworkError } from '../../../src/errors/index.js';
import { echoPath, Origin } from '../../support/client/origin.js';
import { freePort } from '../../support/transport/sockets.js';

/* Scenario 1: refused connections strand the queue. */

describe('a pool whose connections are refused', () => {
  it('rejects every call that waits, and serves the next one once the server listens', async () => {
    const port = await freePort();
    const pool = new HTTPPool(`http://127.0.0.1:${String(port)}`, { maxConnections: 2 });
    const calls = await Promise.allSettled(Array.from({ length: 6 }, () => pool.request('/')));
    for (const call of calls) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(NetworkError) as unknown });
      const reason = (call as PromiseRejectedResult).reason as NetworkError;
      expect(reason.testimony).toMatchObject({ replay: 'safe', headSent: false });
    }
    expect(pool.stats).toMatchObject({ waiting: 0, connecting: 0, refused: 6, opened: 0 });
    const origin = await Origin.listen(echoPath, { port });
    try {
      const response = await pool.request('/seventh');
      expect(await response.text()).toBe('/seventh');
      await pool.drain();
    } finally {
      await origin.close();
    }
  });
});
