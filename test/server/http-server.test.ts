import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

import { InvalidStateError } from '../../src/errors/index.js';
import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import type { HTTPServerResponse } from '../../src/session/index.js';
import { createMemoryPair, deadlinesOf, VirtualClock } from '../../src/transport/index.js';
import { readAll, settled } from '../support/transport/sockets.js';
import { FarEnd } from '../support/http/far-end.js';
import { responseIn } from '../support/http/messages.js';
import { rejection, thrown } from '../support/transport/promises.js';
import { echoPath, get } from '../support/http/served.js';

/** Sends a last request to where a server listens, and returns everything that comes back. */
async function ask(
  target: net.NetConnectOpts,
  request = get('/asked', 'Connection: close\r\n'),
): Promise<string> {
  const socket = net.connect(target);
  // Told by the reading as well.
  socket.on('error', () => undefined);
  socket.end(request);
  return (await readAll(socket)).toString('latin1');
}

describe('a server', () => {
  it('a server listens on a free port of the loopback by default, and says where', async () => {
    await using server = new HTTPServer(echoPath);
    expect(server.state).toBe('idle');
    expect(server.address).toBeNull();
    const address = await server.listen();
    expect(server.state).toBe('listening');
    expect(address).toEqual({ address: '127.0.0.1', family: 'IPv4', port: expect.any(Number) });
    expect(server.address).toEqual(address);
    expect(responseIn(await ask({ port: address.port, host: '127.0.0.1' })).body).toBe('/asked');
  });

  it('a server keeps to the loopback also when the host is explicitly undefined', async () => {
    await using server = new HTTPServer(echoPath);
    expect(await server.listen({ port: 0, host: undefined })).toMatchObject({ address: '127.0.0.1' });
  });

  it('a server listens on a given host', async () => {
    await using server = new HTTPServer(echoPath);
    const { port, address } = await server.listen({ port: 0, host: 'localhost' });
    expect(responseIn(await ask({ port, host: address })).body).toBe('/asked');
  });

  it('a server listens on a Unix domain socket, and removes it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    const path = join(folder, 'server.sock');
    try {
      await using server = new HTTPServer(echoPath);
      expect(await server.listen({ path })).toEqual({ address: path, family: 'unix', port: 0 });
      expect(server.address).toBe(path);
      expect(responseIn(await ask({ path })).body).toBe('/asked');
      await server.drain();
      // The path is free again.
      await server.listen({ path });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a server gives each handler the addresses of its client', async () => {
    const told: unknown[] = [];
    await using server = new HTTPServer((request, response) => {
      told.push(request.clientAddress()?.address, request.serverAddress());
      response.end();
    });
    const address = await server.listen();
    await ask({ port: address.port, host: '127.0.0.1' });
    expect(told).toEqual(['127.0.0.1', address]);
  });

  it('a server serves many connections at once and forgets each when it is gone', async () => {
    await using server = new HTTPServer(echoPath);
    const { port } = await server.listen();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask({ port, host: '127.0.0.1' })));
    expect(answers.map((answer) => responseIn(answer).body)).toEqual(answers.map(() => '/asked'));
    await server.drain();
    expect(server.sessions.size).toBe(0);
  });
});

describe('listening', () => {
  it('listening on a port in use rejects and stops the server, which may try again', async () => {
    await using first = new HTTPServer(echoPath);
    await using second = new HTTPServer(echoPath);
    const { port } = await first.listen();
    expect(await rejection(second.listen({ port }))).toMatchObject({ code: 'EADDRINUSE' });
    expect(second.state).toBe('stopped');
    await second.listen();
    expect(second.state).toBe('listening');
  });

  it('listening on an impossible port rejects with a RangeError', async () => {
    await using server = new HTTPServer(echoPath);
    expect(await rejection(server.listen({ port: 65_536 }))).toMatchObject({ name: 'RangeError' });
    expect(server.state).toBe('idle');
  });

  it('listening twice is an InvalidStateError, and changes nothing', async () => {
    await using server = new HTTPServer(echoPath);
    const opening = server.listen();
    expect(await rejection(server.listen())).toBeInstanceOf(InvalidStateError);
    const { port } = await opening;
    expect(await rejection(server.listen())).toBeInstanceOf(InvalidStateError);
    expect(responseIn(await ask({ port, host: '127.0.0.1' })).body).toBe('/asked');
  });

  it('listening is possible again after a stop, on the same port', async () => {
    await using server = new HTTPServer(echoPath);
    const { port } = await server.listen();
    await server.stop();
    expect(server.address).toBeNull();
    expect(await rejection(ask({ port, host: '127.0.0.1' }))).toMatchObject({ code: 'ECONNREFUSED' });
    await server.listen({ port });
    expect(responseIn(await ask({ port, host: '127.0.0.1' })).body).toBe('/asked');
  });

  it('listening that is stopped while the port opens rejects, and leaves no port open', async () => {
    const server = new HTTPServer(echoPath);
    const listening = server.listen();
    const failure = rejection(listening);
    await server.stop();
    expect(await failure).toMatchObject({ name: 'AbortedError' });
    expect(server.state).toBe('stopped');
    expect(server.address).toBeNull();
  });

  it('listening that is stopped and started again meanwhile opens one port only', async () => {
    const server = new HTTPServer(echoPath);
    const failure = rejection(server.listen());
    const stopped = server.stop();
    const { port } = await server.listen();
    await stopped;
    expect(await failure).toMatchObject({ name: 'AbortedError' });
    expect(server.address).toMatchObject({ port });
    expect(responseIn(await ask({ port, host: '127.0.0.1' })).body).toBe('/asked');
    await server.stop();
    expect(await rejection(ask({ port, host: '127.0.0.1' }))).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the parameters of a server', () => {
  const bad: readonly (readonly [HTTPServerParams, typeof Error])[] = [
    [{ timeout: -1 }, RangeError],
    [{ timeout: Number.NaN }, RangeError],
    [{ timeout: '5' as never }, TypeError],
    [{ keepAliveTimeout: Infinity }, RangeError],
    [{ sendTimeout: -1 }, RangeError],
    [{ receiveTimeout: -1 }, RangeError],
    [{ maxKeepAliveRequests: 1.5 }, RangeError],
    [{ maxKeepAliveRequests: -1 }, RangeError],
    [{ softwareVersion: 'a\r\nb' }, TypeError],
  ];
  it.each(bad)('bad parameters of a server are refused in the constructor: %p', (params, kind) => {
    expect(thrown(() => new HTTPServer(echoPath, params))).toBeInstanceOf(kind);
  });

  it('the parameters of a server must come with a handler', () => {
    expect(thrown(() => new HTTPServer(undefined as never))).toBeInstanceOf(TypeError);
  });

  it('each parameter of a server may be undefined', async () => {
    await using server = new HTTPServer(echoPath, {
      timeout: undefined,
      keepAliveTimeout: undefined,
      keepAlive: undefined,
      maxKeepAliveRequests: undefined,
      softwareVersion: undefined,
      sendTimeout: undefined,
      receiveTimeout: undefined,
      clock: undefined,
    });
    const { port } = await server.listen();
    expect(responseIn(await ask({ port, host: '127.0.0.1' })).body).toBe('/asked');
  });
});

describe('the register of sessions', () => {
  it('the register of sessions holds nothing after a thousand connections, however they ended', async () => {
    const clock = new VirtualClock();
    const server = new HTTPServer(echoPath, { clock, timeout: 5_000 });
    const before = clock.pendingTimers;
    for (let at = 0; at < 1_000; at++) {
      const pair = createMemoryPair();
      const session = server.serve(pair.server);
      const far = new FarEnd(pair.client);
      far.socket.write(get());
      await settled();
      expect(server.sessions.has(session)).toBe(true);
      if (at % 4 === 0) far.socket.end();
      else if (at % 4 === 1) far.socket.reset();
      else if (at % 4 === 2) far.socket.end('BAD\r\n\r\n');
      else session.close();
      await settled();
    }
    expect(server.sessions.size).toBe(0);
    expect(deadlinesOf(clock).armedCount).toBe(0);
    await clock.advance(10_000);
    expect(clock.pendingTimers).toBe(before);
  });

  it('the register of sessions never holds a session that has no connection to serve', () => {
    const server = new HTTPServer(echoPath);
    expect(thrown(() => server.serve(null))).toBeInstanceOf(InvalidStateError);
    expect(server.sessions.size).toBe(0);
  });

  it('the register of sessions never holds a connection that is gone before it is served', async () => {
    const server = new HTTPServer(echoPath);
    const pair = createMemoryPair();
    pair.server.destroy();
    server.serve(pair.server);
    await settled();
    expect(server.sessions.size).toBe(0);
  });

  it('the register of sessions holds a socket that a handler detaches until it is closed, and never counts it as idle', async () => {
    const server = new HTTPServer(() => {
      for (const session of server.sessions) {
        const { socket, head } = session.detachSocket();
        socket.write(`mine now: ${head.toString()}`);
      }
    });
    const pair = createMemoryPair();
    server.serve(pair.server);
    const far = await new FarEnd(pair.client).send(`${get()}left over`);
    expect(server.counts()).toEqual({
      states: { detached: 1 },
      activities: { silent: 0, idle: 0, active: 0, lingering: 0, detached: 1 },
      handshakes: 0,
    });
    expect(far.text).toBe('mine now: left over');
    pair.server.destroy();
    await settled();
    expect(server.sessions.size).toBe(0);
    expect(await server.drain()).toMatchObject({ finished: 0, aborted: 0 });
  });
});

describe('over TCP', () => {
  it('a half-closed client gets its full answer, however large', async () => {
    const answer = Buffer.alloc(5_000_000, 'x');
    await using server = new HTTPServer((_request, response) => {
      response.end(answer);
    });
    const { port } = await server.listen();
    const text = await ask({ port, host: '127.0.0.1' }, get());
    expect(responseIn(text).body).toHaveLength(answer.length);
  });

  it('an answer is not lost to a reset when the client is still sending', async () => {
    await using server = new HTTPServer((_request, response) => {
      response.status = 413;
      response.end('x'.repeat(262_144));
    });
    const { port } = await server.listen();
    for (let round = 0; round < 20; round++) {
      const socket = net.connect({ port, host: '127.0.0.1' });
      socket.write('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 16777216\r\n\r\n');
      const body = Buffer.alloc(1_048_576);
      for (let sent = 0; sent < 16; sent++) socket.write(body);
      const answer = readAll(socket);
      expect(responseIn((await answer).toString('latin1'))).toMatchObject({ status: 413 });
      socket.destroy();
    }
  });

  it('a reset under a handler reaches that handler only', async () => {
    const arrivals = new EventEmitter();
    await using server = new HTTPServer((_request, given) => {
      arrivals.emit('request', given);
    });
    const { port } = await server.listen();
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.write(get('/reset'));
    const [response] = (await once(arrivals, 'request')) as [HTTPServerResponse];
    const [session] = server.sessions;
    socket.resetAndDestroy();
    await once(socket, 'close');
    await session?.waitFor('errored');
    // A late answer must not throw into the timer or callback that gives it: the loss is on the session and its signal.
    response.end('late');
    expect(session?.networkException()).toMatchObject({
      name: 'NetworkError',
      code: 'ERR_HTTP_SESSION_RESET',
    });
    expect(server.sessions.size).toBe(0);
  });
});
