import { describe, expect, it } from '@jest/globals';

import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import type { HTTPServerSession, RequestHandler } from '../../src/session/index.js';
import { createMemoryPair, deadlinesOf, VirtualClock } from '../../src/transport/index.js';
import { get } from '../http/support/served.js';
import { settled } from '../transport/support/sockets.js';

const READERS = 1_000;
const PIECE = Buffer.alloc(32_768, 'x');

/** A producer that ignores back-pressure: what `write` promises is not waited for. */
const ignorant: RequestHandler = (_request, response) => {
  for (let piece = 0; piece < 8; piece++) response.write(PIECE).catch(() => undefined);
};

/** A server of readers that ask and never read. */
async function stalled(
  handlerOf: (clock: VirtualClock) => RequestHandler,
  params: HTTPServerParams,
): Promise<{ server: HTTPServer; clock: VirtualClock; sessions: HTTPServerSession[] }> {
  const clock = new VirtualClock();
  const server = new HTTPServer(handlerOf(clock), { clock, ...params });
  const sessions = Array.from({ length: READERS }, () => {
    const pair = createMemoryPair({ clock });
    pair.client.on('error', () => undefined).write(get(), 'latin1');
    return server.serve(pair.server);
  });
  await settled();
  return { server, clock, sessions };
}

describe('a thousand readers that stall', () => {
  it('are each given up by sendProgress, however much is written meanwhile', async () => {
    const { server, clock, sessions } = await stalled(
      (time) => (_request, response) => {
        const write = (): void => {
          if (response.finished) return;
          response.write('tick').catch(() => undefined);
          time.setTimeout(write, 500);
        };
        // The first is what the network holds, the second waits.
        response.write(Buffer.alloc(65_536)).catch(() => undefined);
        response.write(Buffer.alloc(65_536)).catch(() => undefined);
        write();
      },
      { timers: { sendProgress: 5_000 } },
    );
    await clock.advance(4_900);
    expect(server.currentConnections).toBe(READERS);
    await clock.advance(150);
    expect(server.currentConnections).toBe(0);
    for (const session of sessions) {
      expect(session.networkException()).toMatchObject({
        code: 'ERR_HTTP_SESSION_TIMEOUT',
        timer: 'sendProgress',
        testimony: { endedBy: 'timeout', request: { number: 1, target: '/' } },
      });
    }
    expect(server.queuedOutput).toBe(0);
    await clock.advance(1_000);
    expect(deadlinesOf(clock).armedCount).toBe(0);
  }, 60_000);

  it('have no more queued than a session may have, and one write', async () => {
    const { server, sessions } = await stalled(() => ignorant, { maxQueuedOutput: 65_536 });
    expect(server.currentConnections).toBe(0);
    for (const session of sessions) {
      expect(session.networkException()).toMatchObject({
        code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT',
        message: expect.stringContaining('maxQueuedOutput'),
      });
    }
  });

  it('have no more queued together than the server may have: those with most go', async () => {
    const limit = 64 * PIECE.length;
    const { server, sessions } = await stalled(() => ignorant, { maxServerQueuedOutput: limit });
    expect(server.queuedOutput).toBeGreaterThan(0);
    expect(server.queuedOutput).toBeLessThanOrEqual(limit);
    const given = sessions.filter((session) => session.networkException() !== null);
    expect(given.length).toBeGreaterThan(READERS / 2);
    expect(given[0]?.networkException()).toMatchObject({
      code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT',
      message: expect.stringContaining('maxServerQueuedOutput'),
    });
    await server.stop();
    expect(server.queuedOutput).toBe(0);
  });

  it('hold back a producer that waits: no more than one piece each is queued', async () => {
    const { server } = await stalled(
      () => async (_request, response) => {
        for (let piece = 0; piece < 100; piece++) await response.write(PIECE);
      },
      {},
    );
    expect(server.currentConnections).toBe(READERS);
    expect(server.queuedOutput).toBeLessThanOrEqual(READERS * 2 * PIECE.length);
    await server.stop();
  });
});
