import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import tls from 'node:tls';

import { describe, expect, it } from '@jest/globals';

import { onSessions } from '../../../../src/adapters/node/index.js';
import { get } from '../../../support/http/served.js';
import { certificate } from '../../../support/transport/sockets.js';

/** Sends a request to a server on sessions, and returns all that comes back. */
async function answer(listener: RequestListener): Promise<string> {
  const server = onSessions(http.createServer(listener));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = net.connect((server.address() as AddressInfo).port);
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.write(get('/', 'Connection: close\r\n'));
  await once(socket, 'close');
  await server.drain({ grace: 0 });
  return Buffer.concat(pieces).toString('latin1');
}

describe('a handler that reaches its socket past the response', () => {
  it.each<[string, RequestListener, RegExp]>([
    ['ends it', (request, response) => void (response.end('hello'), request.socket.end()), /hello$/],
    [
      'writes to it',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': 8 });
        response.write('one ');
        request.socket.write('two ');
        response.end();
      },
      /one two $/,
    ],
    ['destroys it', (request, response) => void (response.end('hello'), request.socket.destroy()), /hello$/],
    [
      'sends the head first',
      (request, response) => {
        response.setHeader('Content-Length', 4);
        response.flushHeaders();
        request.socket.end('body');
      },
      /\r\n\r\nbody$/,
    ],
  ])('%s finds what it has written in front', async (_what, listener, expected) => {
    expect(await answer(listener)).toMatch(expected);
  });
});

describe('a response that is larger than what may be queued', () => {
  const SIZE = 20_000_000;

  it.each<[string, RequestListener]>([
    ['in one piece', (_request, response) => void response.end(Buffer.alloc(SIZE, 'x'))],
    ['as text', (_request, response) => void response.end('x'.repeat(SIZE))],
    [
      'in chunks of one turn',
      (_request, response) => {
        for (let left = SIZE; left > 0; left -= 1_000_000) response.write(Buffer.alloc(1_000_000, 'x'));
        response.end();
      },
    ],
  ])('arrives when it is written %s', async (_how, listener) => {
    const body = (await answer(listener)).replace(/^.*?\r\n\r\n/s, '');
    expect(body.replace(/[^x]/g, '')).toHaveLength(SIZE);
  });

  it('is reset, without finish, where a handler writes on for turns to a client that reads nothing', async () => {
    const events: string[] = [];
    let queued = 0;
    const server = onSessions(
      http.createServer((_request, response) => {
        response.on('finish', () => events.push('finish')).on('close', () => events.push('close'));
        const writing = setInterval(() => {
          response.write(Buffer.alloc(8_000_000));
          queued = Math.max(queued, response.socket?.writableLength ?? 0);
        }, 1);
        response.on('close', () => {
          clearInterval(writing);
        });
      }),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = net.connect((server.address() as AddressInfo).port);
    socket.on('error', () => undefined).pause();
    socket.write(get());
    const [request] = (await once(server, 'request')) as [http.IncomingMessage];
    await once(request.socket, 'close');
    await new Promise(setImmediate);
    expect(events).toEqual(['close']);
    // 16 MiB, and the piece that came on top.
    expect(queued).toBeLessThan(26_000_000);
    socket.destroy();
    await server.drain({ grace: 0 });
  });

  it('reports close, and no finish, where the client resets before all of it has left', async () => {
    const server = onSessions(http.createServer());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = net.connect((server.address() as AddressInfo).port);
    socket.on('error', () => undefined).pause();
    socket.write(get());
    const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
    const events: string[] = [];
    response.on('finish', () => events.push('finish'));
    response.end(Buffer.alloc(SIZE));
    const closed = once(response, 'close');
    await new Promise(setImmediate);
    socket.resetAndDestroy();
    await closed;
    expect(events).toEqual([]);
    await server.drain({ grace: 0 });
  });
});

describe('a server that listens again at once', () => {
  it.each(['http', 'https'] as const)('serves the first connection of %s', async (scheme) => {
    const listener: RequestListener = (_request, response) => void response.end('hello');
    const server =
      scheme === 'http'
        ? onSessions(http.createServer(listener))
        : onSessions(https.createServer(certificate, listener));
    const connect = (port: number): net.Socket =>
      scheme === 'http' ? net.connect(port) : tls.connect({ port, rejectUnauthorized: false });
    const ask = async (close = ''): Promise<{ socket: net.Socket; text: string }> => {
      const socket = connect((server.address() as AddressInfo).port);
      socket.write(get('/', close));
      const [piece] = (await once(socket, 'data')) as [Buffer];
      return { socket, text: String(piece) };
    };
    await once(server.listen(0, '127.0.0.1'), 'listening');
    for (let round = 0; round < 3; round++) {
      const before = server.sessions;
      const { socket } = await ask();
      server.close();
      socket.destroy();
      await once(server.listen(0, '127.0.0.1'), 'listening');
      expect(server.sessions).not.toBe(before);
      const { socket: next, text } = await ask();
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*Connection: keep-alive\r\n/);
      next.destroy();
    }
    await server.drain({ grace: 0 });
  });

  it('ends what the sessions before have left when all connections are to be closed', async () => {
    const server = onSessions(http.createServer((_request, response) => void response.write('begun')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = net.connect((server.address() as AddressInfo).port);
    socket.write(get());
    await once(socket, 'data');
    const reset = once(socket.resume(), 'error');
    server.close();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    server.closeAllConnections();
    await expect(reset).resolves.toMatchObject([{ code: 'ECONNRESET' }]);
    await server.drain({ grace: 0 });
  });

  it('serves a connection whose TLS handshake began before', async () => {
    const server = onSessions(
      https.createServer(certificate, (_request, response) => void response.end('hello')),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const before = server.sessions;
    const below = net.connect((server.address() as AddressInfo).port);
    await once(server, 'connection');
    expect(before.counts().handshakes).toBe(1);
    server.close();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = tls.connect({ socket: below, rejectUnauthorized: false });
    socket.write(get());
    expect(String((await once(socket, 'data'))[0])).toMatch(/hello$/);
    // The drain of those before has nothing left to wait for, and leaves the connection alone.
    await before.drain();
    socket.write(get('/', 'Connection: close\r\n'));
    expect(String((await once(socket, 'data'))[0])).toMatch(/hello$/);
    socket.destroy();
    await server.drain({ grace: 0 });
  });

  it('keeps no listener of the sessions before', async () => {
    const server = onSessions(https.createServer(certificate));
    const counts: number[] = [];
    for (let round = 0; round < 3; round++) {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      counts.push(server.listenerCount('connection') + server.listenerCount('tlsClientError'));
      await server.drain({ grace: 0 });
      await new Promise(setImmediate);
    }
    expect(new Set(counts).size).toBe(1);
  });
});
