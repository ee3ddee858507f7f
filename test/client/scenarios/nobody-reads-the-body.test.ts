import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { InvalidStateError } from '../../../src/errors/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { echoPath, Origin, type OriginRequest } from '../../support/client/origin.js';
import { until } from '../../support/transport/until.js';

/* Scenario 11 and I11: a response whose body is not read. */

const UNREAD = 1_000;

function answerWith(length: number): (request: OriginRequest) => void {
  return ({ connection: { socket } }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(length)}\r\n\r\n`);
    socket.write(Buffer.alloc(length, 'x'));
  };
}

function streamForever({ connection: { socket } }: OriginRequest): void {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  const piece = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

describe.each([
  ['2 KiB', answerWith(2_048), { connections: 1, abandoned: 0 }],
  ['10 MiB', answerWith(10 * 1_024 * 1_024), { connections: 2, abandoned: 1 }],
  ['a stream without an end', streamForever, { connections: 2, abandoned: 1 }],
] as const)('a response of %s that is dropped', (_size, answer, expected) => {
  it('holds its place for the unread time at most, and rejects who reads it later', async () => {
    const origin = await Origin.listen((request) => {
      if (request.path === '/dropped') answer(request);
      else echoPath(request);
    });
    const clock = new VirtualClock();
    const pool = new HTTPPool(origin.url, { clock, maxConnections: 1, unreadTimeout: UNREAD });
    try {
      const dropped = await pool.request('/dropped');
      expect(dropped.status).toBe(200);
      let next: string | null = null;
      const second = pool.request('/next').then(async (response) => (next = await response.text()));
      await until(() => pool.stats.unread === 1);
      clock.advanceAtOnce(UNREAD - 100);
      expect(pool.stats).toMatchObject({ unread: 1, waiting: 1 });
      clock.advanceAtOnce(200);
      await second;
      expect(next).toBe('/next');
      expect(origin.connections).toHaveLength(expected.connections);
      expect(pool.stats).toMatchObject({ abandoned: expected.abandoned, unread: 0, waiting: 0 });
      expect(pool.stats.closed).toMatchObject({ unread: expected.abandoned, idle: 0 });
      const error: unknown = await dropped.bytes().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidStateError);
      await pool.drain();
    } finally {
      await origin.close();
    }
  });
});
