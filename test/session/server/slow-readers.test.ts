import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { HTTPServer } from '../../../src/server/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { responseIn } from '../../support/http/messages.js';
import { get, Served } from '../../support/http/served.js';

const TICK = TIMEOUTS.timerGranularity.value;
const KIB = 1_024;

/** A server whose response the test writes, to a client that reads only when it is told to. */
async function blocked(
  params: ConstructorParameters<typeof Served>[1] = {},
): Promise<{ served: Served; response: HTTPServerResponse }> {
  let response!: HTTPServerResponse;
  const served = new Served(
    (_request, given) => {
      response = given;
    },
    params,
    { reads: false, highWaterMark: KIB },
  );
  // A socket in memory takes a piece in one, of whatever size.
  served.near.segment([KIB]);
  await served.send(get());
  return { served, response };
}

/** Writes as a handler does that does not care for back-pressure. */
function push(response: HTTPServerResponse): void {
  void response.write(Buffer.alloc(KIB)).catch(() => undefined);
}

/** Lets the client take some of what waits for it, piece by piece. */
async function take(served: Served, pieces: number): Promise<void> {
  for (let at = 0; at < pieces; at++) {
    const piece = served.socket.read() as Buffer | null;
    served.text += piece?.toString('latin1') ?? '';
    await settled();
  }
}

describe('output beyond maxQueuedOutput', () => {
  it('output beyond maxQueuedOutput resets the session with the write after the one that filled the queue', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    const first = rejection(response.write(Buffer.alloc(100 * KIB)));
    await settled();
    expect(served.wasReset).toBe(false);
    expect(served.server.queuedOutput).toBeGreaterThan(99 * KIB);
    const second = rejection(response.write('x'));
    for (const failure of await Promise.all([first, second])) {
      expect(failure).toMatchObject({
        name: 'AbortedError',
        code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT',
        message: 'output: more than maxQueuedOutput (10240 bytes) is queued, as the peer reads too slowly',
        testimony: { endedBy: 'local', request: { method: 'GET', target: '/' }, responseBegun: true },
      });
    }
    await settled();
    expect(served.wasReset).toBe(true);
    expect(served.server.queuedOutput).toBe(0);
    expect(served.server.sessions.size).toBe(0);
    expect(served.armedDeadlines).toBe(0);
  });

  it('output beyond maxQueuedOutput is counted by what waits now, not by what has waited before', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    for (let at = 0; at < 10; at++) push(response);
    // Now one more would be too much; but the client has taken most of it, though not all.
    await take(served, 8);
    for (let at = 0; at < 5; at++) push(response);
    await settled();
    expect(served.session.state).toBe('connected.open');
    expect(served.wasReset).toBe(false);
  });

  it('maxQueuedOutput allows one large piece, and the end of a response', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    void response.write(Buffer.alloc(100 * KIB));
    response.end();
    await settled();
    served.read();
    await settled();
    expect(responseIn(served.text).body).toHaveLength(100 * KIB);
  });

  it.each([
    ['an empty string', ''],
    ['no bytes', Buffer.alloc(0)],
  ])('maxQueuedOutput allows a response that ends with %s', async (_what, nothing) => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    void response.write(Buffer.alloc(100 * KIB));
    response.end(nothing);
    expect(served.session.exchangeState).toBe('idle.reused');
    expect(served.session.state).toBe('connected.open');
  });

  it('output beyond maxQueuedOutput by the last piece of a response resets the connection, and throws nothing', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    void response.write(Buffer.alloc(100 * KIB));
    response.end('x');
    await settled();
    expect(served.wasReset).toBe(true);
    expect(served.session.networkException()?.message).toContain('more than maxQueuedOutput');
  });

  it('output beyond maxQueuedOutput by interim responses resets the connection, and throws nothing', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    const fields = { Link: 'x'.repeat(KIB) };
    for (let at = 0; at < 20; at++) response.sendInterim(103, fields);
    await settled();
    expect(served.wasReset).toBe(true);
    expect(served.session.networkException()?.message).toContain('more than maxQueuedOutput');
  });

  it('output beyond maxQueuedOutput refuses the write by name where a listener has cleared the exception', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 10 * KIB });
    served.session.on('errored', () => {
      served.session.clearException();
    });
    response.sendInterim(103, { Link: 'x'.repeat(20 * KIB) });
    expect(await rejection(response.write('x'))).toMatchObject({
      name: 'InvalidStateError',
      call: 'write()',
      state: 'unconnected.idle',
    });
  });

  it('a maxQueuedOutput of 0 is unlimited', async () => {
    const { served, response } = await blocked({ maxQueuedOutput: 0, maxServerQueuedOutput: 0 });
    for (let at = 0; at < 20; at++) void response.write(Buffer.alloc(1_024 * KIB));
    response.end();
    await settled();
    served.read();
    await settled();
    expect(served.wasReset).toBe(false);
  });

  it('queued output is counted for the server as a whole, and falls as the client reads', async () => {
    const { served, response } = await blocked();
    for (let at = 0; at < 20; at++) push(response);
    const before = served.server.queuedOutput;
    expect(before).toBeGreaterThan(15 * KIB);
    await take(served, 5);
    await served.pass(TICK);
    expect(served.server.queuedOutput).toBeLessThanOrEqual(before - 5 * KIB);
    response.end();
    served.read();
    await settled();
    expect(served.server.queuedOutput).toBe(0);
    expect(responseIn(served.text).body).toHaveLength(20 * KIB);
  });
});

describe('a client that takes nothing', () => {
  it('a client that reads nothing is reset, also by a session whose response is complete', async () => {
    const { served, response } = await blocked({ sendTimeout: 5_000 });
    response.end(Buffer.alloc(100 * KIB));
    expect(served.session.exchangeState).toBe('idle.reused');
    await served.pass(5_000 + TICK);
    expect(served.wasReset).toBe(true);
    expect(served.session.networkException()).toMatchObject({ timer: 'sendProgress', timeout: 5_000 });
    expect(served.armedDeadlines).toBe(0);
  });

  it('a client that reads nothing gains time by what it takes, also while the handler writes as much again', async () => {
    const { served, response } = await blocked({ sendTimeout: 5_000 });
    for (let at = 0; at < 20; at++) push(response);
    for (let round = 0; round < 10; round++) {
      await served.pass(3_000);
      // As much waits after this as did before: how much waits says nothing of progress.
      await take(served, 1);
      push(response);
      await settled();
    }
    expect(served.wasReset).toBe(false);
    await served.pass(5_000 + 2 * TICK);
    expect(served.wasReset).toBe(true);
  });

  it('a client that reads nothing is named as the cause of later refusals', async () => {
    const { served, response } = await blocked({ sendTimeout: 5_000 });
    response.end(Buffer.alloc(100 * KIB));
    await served.pass(5_000 + TICK);
    served.session.close();
    expect(await rejection(served.session.read(1))).toMatchObject({ testimony: { endedBy: 'timeout' } });
  });

  it('a client that reads nothing is reset over TCP, so a cut response is not read as complete', async () => {
    const reset = jest.spyOn(net.Socket.prototype, 'resetAndDestroy');
    try {
      await using server = new HTTPServer(
        async (_request, response) => {
          for (;;) await response.write(Buffer.alloc(64 * KIB));
        },
        { timers: { sendProgress: 100 } },
      );
      const { port } = await server.listen();
      const client = net.connect({ port, host: '127.0.0.1' });
      client.on('error', () => undefined);
      client.write('GET / HTTP/1.0\r\n\r\n');
      await once(client, 'readable');
      const [session] = server.sessions;
      await session!.waitFor('errored.fatal');
      expect(session!.networkException()).toMatchObject({ timer: 'sendProgress', timeout: 100 });
      expect(reset).toHaveBeenCalledTimes(1);
      client.destroy();
    } finally {
      reset.mockRestore();
    }
  });
});

describe('a client that takes its response late', () => {
  it('a client that takes its response late is served no further request once the session drains', async () => {
    const { served, response } = await blocked();
    response.end(Buffer.alloc(100 * KIB));
    await served.send(get('/too-late'));
    served.session.drain();
    served.read();
    await served.pass(0);
    expect(responseIn(served.text).body).toHaveLength(100 * KIB);
    expect(served.session.core.requestNumber).toBe(1);
    expect(served.ended).toBe(true);
  });

  it('a client that takes its response late has what it sent behind its last request left unread until it has taken the response', async () => {
    let response!: HTTPServerResponse;
    const served = new Served(
      (_request, given) => {
        response = given;
      },
      {},
      { reads: false, highWaterMark: KIB },
    );
    await served.send(get('/', 'Connection: close\r\n') + get('/too-late'));
    response.end(Buffer.alloc(100 * KIB));
    served.read();
    await served.pass(0);
    expect(responseIn(served.text).body).toHaveLength(100 * KIB);
    // Unread bytes on a socket that is closed would reset it, with the answer still on its way.
    expect(served.session.state).toBe('connected.lingering');
  });
});
