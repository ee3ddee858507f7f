import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { rejection } from '../../support/transport/promises.js';

let server: Server;
let answer: (requests: number) => string | null = () => OK;
let requests = 0;

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

beforeEach(async () => {
  requests = 0;
  answer = () => OK;
  server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', () => {
        const text = answer(++requests);
        if (text === null) socket.destroy();
        else socket.write(text);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.close();
});

const newPool = (): HTTPPool =>
  new HTTPPool({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });

describe('the end of a pool', () => {
  it.each(['destroy', 'drain'] as const)(
    '%s() settles a warm() whose connections are not open',
    async (end) => {
      const pool = newPool();
      const warm = pool.warm(3);
      void pool[end]();
      expect(await rejection(warm)).toMatchObject({ name: 'AbortedError' });
      expect(pool.stats).toMatchObject({ connecting: 0, idle: 0 });
    },
  );

  it.each([-1, 1.5, Number.NaN])('warm(%d) is refused', async (count) => {
    expect(await rejection(newPool().warm(count))).toBeInstanceOf(RangeError);
  });

  it('a drain that destroy() cuts off reports what was aborted', async () => {
    answer = () => '';
    const pool = newPool();
    const failure = rejection(pool.request('/'));
    while (requests === 0) await new Promise(setImmediate);
    const report = pool.drain();
    pool.destroy(new Error('enough'));
    expect(await report).toEqual({ finished: 0, aborted: 1, unsent: 0 });
    expect(await failure).toMatchObject({ name: 'AbortedError' });
  });
});

describe('a close that crosses a request', () => {
  it('has the request sent twice at the most', async () => {
    const pool = newPool();
    const both = await Promise.all([pool.request('/'), pool.request('/')]);
    await Promise.all(both.map((response) => response.text()));
    answer = () => null;
    const error = await rejection(pool.request('/'));
    expect(requests).toBe(4);
    expect(error).toMatchObject({ testimony: { attempts: [{}, {}] } });
    pool.destroy();
  });
});
