import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { LIMITS, TIMEOUTS } from '../../../src/constants.js';
import { HTTPServer, type HTTPServerParams } from '../../../src/server/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { responseIn } from '../../support/http/messages.js';
import { readAll } from '../../support/transport/sockets.js';
import { get, Served } from '../../support/http/served.js';

/** Larger than all that the connection holds. */
const REASON = 'r'.repeat(1_000_000);

const refuse: RequestHandler = (_request, response) => {
  response.status = 401;
  response.end(REASON);
};

function head(length: number, fields = ''): string {
  return `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(length)}\r\n${fields}\r\n`;
}

/** A client that does not read before it has sent everything. */
async function stubborn(handler: RequestHandler, request: string, length: number): Promise<Served> {
  const served = new Served(handler, {}, { reads: false, highWaterMark: 16_384 });
  // What the network takes at once is less than the answer.
  served.near.segment([4_096]);
  const piece = Buffer.alloc(65_536, 'u');
  await served.send(request);
  for (let sent = 0; sent < length && !served.socket.destroyed; sent += piece.length) {
    await served.send(piece.subarray(0, Math.min(piece.length, length - sent)));
  }
  await served.pass(0);
  return served;
}

describe('A last answer that the client does not take before it has sent its whole request', () => {
  it.each(['', 'Connection: close\r\n'])(
    'a last answer to an unfinished request arrives in full: %j',
    async (fields) => {
      const length = 2_000_000;
      const served = await stubborn(refuse, head(length, fields), length);
      expect(served.socket.writableLength).toBe(0);
      served.read();
      await served.pass(0);
      expect(responseIn(served.text).body).toBe(REASON);
      expect(served.ended).toBe(true);
      await served.fin();
      expect(served.isClosed).toBe(true);
      expect(served.armedDeadlines).toBe(0);
    },
  );

  it('a last answer is abandoned when the client sends more than is discarded', async () => {
    const length = LIMITS.maxLingerBytes.value + 1_000_000;
    const served = await stubborn(refuse, head(length), length);
    expect(served.wasReset).toBe(true);
    expect(served.session.core.bytesIn).toBeLessThanOrEqual(LIMITS.maxLingerBytes.value + 200_000);
    expect(served.server.sessions.size).toBe(0);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a last answer is abandoned when the client takes nothing of it in time', async () => {
    const length = 2_000_000;
    const served = await stubborn(refuse, head(length), length);
    await served.pass(TIMEOUTS.sendTimeout.value + 2_000);
    expect(served.session.networkException()).toMatchObject({ name: 'TimeoutError', timer: 'sendProgress' });
    expect(served.near.destroyed).toBe(true);
    expect(served.server.sessions.size).toBe(0);
    expect(served.armedDeadlines).toBe(0);
  });
});

describe('A last answer to a client that has a further request on its way', () => {
  const SIZE = 262_144;
  const answer: RequestHandler = (_request, response) => {
    response.end(Buffer.alloc(SIZE, 'r'));
  };
  const ways: Record<string, [RequestHandler, HTTPServerParams]> = {
    'the number of requests is used up': [answer, { maxKeepAliveRequests: 1 }],
    'the server keeps no connection': [answer, { keepAlive: false }],
    'the handler closes it': [
      (request, response) => {
        response.set('Connection', 'close');
        return answer(request, response);
      },
      {},
    ],
  };

  // Only a kernel shows it: what arrives at a closed socket is answered by a reset, which takes along what was not sent.
  it.each(Object.entries(ways))(
    'a last answer before further requests arrives in full where %s',
    async (_why, [handler, params]) => {
      const server = new HTTPServer(handler, params);
      const { port } = await server.listen();
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.pause();
      await once(socket, 'connect');
      socket.write(get('/1'));
      while (server.totalConnections === 0 || server.sessions.size > server.counts().activities.lingering) {
        await nextLoopTurn();
      }
      await new Promise((resolve) => socket.write(get('/2'), resolve));
      for (let turn = 0; turn < 20; turn++) await nextLoopTurn();
      expect(responseIn((await readAll(socket)).toString('latin1')).body).toHaveLength(SIZE);
      await server.stop();
    },
  );
});

describe('A last answer that leaves with what a connection may send at once', () => {
  const MOST = LIMITS.maxUnlingeredBytes.value;

  /** The last answer of a connection, with a body of so many bytes. */
  async function lastAnswer(size: number, before = 0): Promise<Served> {
    const sizes = [before, size].slice(before === 0 ? 1 : 0);
    const served = new Served(
      (_request, response) => {
        response.end('x'.repeat(sizes.shift() ?? 0));
      },
      { maxKeepAliveRequests: sizes.length },
    );
    if (before > 0) await served.send(get());
    served.take();
    await served.send(get());
    return served;
  }

  it('a last answer that fits is followed by the close at once, and one byte more by lingering', async () => {
    const head = (await lastAnswer(10_000)).text.length - 10_000;
    const least = await lastAnswer(MOST - head);
    expect([least.text.length, least.isClosed, least.armedDeadlines]).toEqual([MOST, true, 0]);
    const more = await lastAnswer(MOST - head + 1);
    expect([more.text.length, more.session.state]).toEqual([MOST + 1, 'connected.lingering']);
  });

  it('a last answer that fits is followed by the close, however much was answered before', async () => {
    const served = await lastAnswer(1, 10 * MOST);
    expect([served.isClosed, served.armedDeadlines]).toEqual([true, 0]);
  });
});
