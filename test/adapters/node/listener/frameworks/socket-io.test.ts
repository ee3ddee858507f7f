import { once } from 'node:events';
import http from 'node:http';

import { describe, expect, it } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { io as connect, type Socket as ClientSocket } from 'socket.io-client';

import { onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { KeepAliveClient } from '../../../../support/node/keep-alive-client.js';
import { portOf, secureServer } from '../../../../support/node/on-loopback.js';
import { countingBytes } from '../../../../support/transport/sockets.js';
import { until } from '../../../../support/transport/until.js';

expectNothingUncaught();

/** The longest that a close may take which nothing holds up, in milliseconds. */
const TIMELY = 2_500;

const BYTES = countingBytes(1_048_576);

type Transport = 'polling' | 'websocket';

/** A server of Socket.IO on sessions, with the events of its tests. */
async function started(isSecure = false) {
  const listener: http.RequestListener = (_request, response) => response.end('the application');
  const server = onSessions(isSecure ? secureServer(listener) : http.createServer(listener));
  const io = new Server(server, { maxHttpBufferSize: 4_000_000 });
  io.on('connection', (socket) => {
    socket.on('echo', (data: unknown, answer: (data: unknown) => void) => {
      answer(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const scheme = isSecure ? 'https' : 'http';
  const client = (transports: readonly Transport[]): ClientSocket =>
    connect(`${scheme}://127.0.0.1:${port}`, {
      transports: [...transports],
      reconnection: false,
      forceNew: true,
      rejectUnauthorized: false,
    });
  return { server, sessions: server.sessions, io, port, client };
}

const TRANSPORTS: readonly (readonly [string, readonly Transport[], boolean])[] = [
  ['polling', ['polling'], false],
  ['WebSocket', ['websocket'], false],
  ['polling, then WebSocket', ['polling', 'websocket'], false],
  ['polling, then WebSocket, over TLS', ['polling', 'websocket'], true],
];

describe('Socket.IO on sessions', () => {
  it.each(TRANSPORTS)('events and 1 MiB of bytes go both ways by %s', async (_, transports, isSecure) => {
    const { io, client, sessions } = await started(isSecure);
    const socket = client(transports);
    await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    expect(await socket.emitWithAck('echo', { n: [1, 'ü'] })).toEqual({ n: [1, 'ü'] });
    expect(BYTES.equals((await socket.emitWithAck('echo', BYTES)) as Buffer)).toBe(true);
    if (transports.includes('websocket')) {
      await until(() => socket.io.engine.transport.name === 'websocket');
      await until(() => sessions.counts().states.detached === 1);
    }
    expect(await socket.emitWithAck('echo', 'after')).toBe('after');
    socket.disconnect();
    await io.close();
    await until(() => sessions.currentConnections === 0);
  });

  it('the application answers requests beside Socket.IO', async () => {
    const { io, port } = await started();
    using http = new KeepAliveClient({ port });
    expect((await http.get('/')).text).toBe('the application');
    expect((await http.get('/socket.io/?EIO=4&transport=none')).status).toBe(400);
    await io.close();
  });

  it.each(TRANSPORTS)('the server notices a client that leaves by %s', async (_, transports, isSecure) => {
    const { io, client } = await started(isSecure);
    const came = once(io, 'connection') as Promise<[Socket]>;
    const socket = client(transports);
    const [accepted] = await came;
    const left = once(accepted, 'disconnect');
    await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    socket.disconnect();
    expect(await left).toEqual(['client namespace disconnect', undefined]);
    await io.close();
  });

  it('close() disconnects every client and is over in time', async () => {
    const { io, client, sessions } = await started();
    const sockets = TRANSPORTS.map(([, transports]) => client(transports));
    await until(() => sockets.every(({ connected }) => connected));
    const begun = performance.now();
    await io.close();
    expect(performance.now() - begun).toBeLessThan(TIMELY);
    await until(() => sockets.every(({ connected }) => !connected));
    await until(() => sessions.state === 'stopped');
  });

  it('a drain is over once the clients were disconnected by its signal', async () => {
    const { server, io, client, sessions } = await started();
    const sockets = TRANSPORTS.map(([, transports]) => client(transports));
    await until(() => sockets.every(({ connected }) => connected));
    sessions.drainSignal.addEventListener('abort', () => io.disconnectSockets(true));
    expect(await server.drain()).toMatchObject({ aborted: 0 });
    await until(() => sockets.every(({ connected }) => !connected));
    await io.close();
  });
});
