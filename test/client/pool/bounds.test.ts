import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { HTTPClient, HTTPPool } from '../../../src/client/index.js';
import { AbortedError } from '../../../src/errors/index.js';
import { deadlinesOf, VirtualClock } from '../../../src/transport/index.js';
import { buildPackage } from '../../support/cli/build.js';
import { answerOf, echoPath, Origin } from '../../support/client/origin.js';
import { sized } from '../../support/thoroughness.js';
import { until } from '../../support/transport/until.js';

/* What a pool holds on to is bounded, and let go of. */

/** Calls that wait. */
const MANY = sized(100_000, 20_000);
const ORIGINS = sized(10_000, 1_000);

describe('I14: a client', () => {
  it(`forgets the pools of ${String(ORIGINS)} origins that were visited once`, async () => {
    const origin = await Origin.listen(({ connection, path }) => {
      connection.socket.end(answerOf(path, 'Connection: close\r\n'));
    });
    const client = new HTTPClient({
      lookup: (_name, options, found) => {
        if (options.all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
        else found(null, '127.0.0.1', 4);
      },
    });
    try {
      for (let index = 0; index < ORIGINS; index += 50) {
        const urls = Array.from(
          { length: 50 },
          (_, at) => `http://origin-${String(index + at)}.test:${String(origin.port)}/`,
        );
        await Promise.all(urls.map(async (url) => (await client.request(url)).text()));
      }
      await until(() => client.stats.pools.length === 0);
      expect(client.stats).toEqual({ connections: 0, waiting: 0, pools: [] });
      await client.drain();
    } finally {
      await origin.close();
    }
  }, 60_000);
});

describe('I7: a call that leaves the queue', () => {
  it(`costs the same among ${String(MANY)} as among a thousand`, () => {
    const leave = (waiting: number): number => {
      const pool = new HTTPPool('http://never.test', {
        clock: new VirtualClock(),
        lookup: () => undefined,
        maxConnections: 1,
        maxQueued: waiting + 1,
        queueTimeout: 0,
      });
      const controllers = Array.from({ length: waiting }, () => new AbortController());
      const calls = controllers.map(({ signal }) => pool.request({ path: '/', signal }));
      for (const call of calls) call.catch(() => undefined);
      const middle = controllers.slice(waiting / 2, waiting / 2 + 500);
      const begun = performance.now();
      for (const controller of middle) controller.abort();
      const time = performance.now() - begun;
      expect(pool.stats.waiting).toBe(waiting - 500);
      pool.destroy();
      return time;
    };
    leave(1_000);
    const few = Math.min(leave(1_000), leave(1_000), leave(1_000));
    const many = Math.min(leave(MANY), leave(MANY));
    // A queue that is searched takes longer by as much as it is longer.
    expect(many).toBeLessThan(8 * few);
  });
});

describe('I12: a drain', () => {
  it('leaves neither a connection nor a deadline nor a listener of a signal', async () => {
    const origin = await Origin.listen(echoPath);
    const clock = new VirtualClock();
    const pool = new HTTPPool(origin.url, { clock, maxConnections: 2 });
    const { signal } = new AbortController();
    try {
      const bodies = Array.from({ length: 6 }, async (_, index) =>
        (await pool.request({ path: `/${String(index)}`, signal })).text(),
      );
      const drained = pool.drain();
      await expect(pool.request('/late')).rejects.toMatchObject({ testimony: { replay: 'safe' } });
      expect(await Promise.all(bodies)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5']);
      expect(await drained).toEqual({ finished: 6, aborted: 0, unsent: 0 });
      expect(deadlinesOf(clock).armedCount).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect(pool.stats).toMatchObject({ idle: 0, busy: 0, state: 'pool.closed,reach.up' });
      await until(() => origin.connections.every(({ hasEnded }) => hasEnded));
    } finally {
      await origin.close();
    }
  });

  it('that reaches its deadline reports what was in progress, and what was not sent', async () => {
    const origin = await Origin.listen(() => undefined);
    const clock = new VirtualClock();
    const pool = new HTTPPool(origin.url, { clock, maxConnections: 1 });
    try {
      const calls = ['/a', '/b', '/c'].map((path) => pool.request(path).catch((error: unknown) => error));
      await until(() => origin.requests.length === 1);
      const drained = pool.drain({ deadline: 1_000 });
      clock.advanceAtOnce(1_100);
      expect(await drained).toEqual({ finished: 0, aborted: 1, unsent: 2 });
      for (const call of calls) expect(await call).toBeInstanceOf(AbortedError);
      expect(deadlinesOf(clock).armedCount).toBe(0);
    } finally {
      await origin.close();
    }
  });

  it('is not needed by a process whose connections are idle: it ends by itself', async () => {
    const origin = await Origin.listen(echoPath);
    const built = buildPackage();
    const entry = pathToFileURL(built.script('client/index')).href;
    const program = `
      const { HTTPClient } = await import(${JSON.stringify(entry)});
      const client = new HTTPClient({ keepAliveTimeout: 0 });
      const response = await client.request(${JSON.stringify(`${origin.url}/`)});
      process.stdout.write(await response.text());
    `;
    try {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'exit')) as [number];
      expect({ code, output }).toEqual({ code: 0, output: '/' });
    } finally {
      built.remove();
      await origin.close();
    }
  });
});
