import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from '@jest/globals';

import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import { PortDemultiplexer } from '../../src/server/demultiplexer/index.js';
import { echoPath, get } from '../support/http/served.js';
import { Published } from '../support/server/published.js';
import { certificate } from '../support/transport/sockets.js';
import { until } from '../support/transport/until.js';

/** A server with TLS that listens. */
async function secureServer(params: HTTPServerParams = {}): Promise<{ server: HTTPServer; port: number }> {
  const server = new HTTPServer(echoPath, params);
  const { port } = await server.listen({ port: 0, tls: certificate });
  return { server, port };
}

/** A TCP connection to a TLS port, which begins no handshake by itself. */
async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** A whole handshake. */
async function connectSecurely(port: number, ALPNProtocols: string[] = []): Promise<tls.TLSSocket> {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

describe('a TLS handshake', () => {
  it('a TLS handshake in progress is counted, and no longer when it is complete', async () => {
    const { server, port } = await secureServer();
    const pending = await connect(port);
    await until(() => server.counts().handshakes === 1);
    expect(server.currentConnections).toBe(0);
    const client = await connectSecurely(port);
    await until(() => server.currentConnections === 1);
    expect(server.counts().handshakes).toBe(1);
    pending.destroy();
    await until(() => server.counts().handshakes === 0);
    expect(server.currentConnections).toBe(1);
    client.destroy();
    await server.stop();
  });

  it('a client that connects and sends FIN frees its descriptor at once, and is reported once with its address', async () => {
    using published = new Published();
    const { server, port } = await secureServer();
    const check = await connect(port);
    const { localPort } = check;
    const ended = once(check, 'close');
    check.end();
    await ended;
    await until(() => server.counts().handshakes === 0);
    expect(server.failedHandshakes).toBe(1);
    expect(published.errors).toEqual([
      {
        sessionId: 0,
        error: expect.objectContaining({ code: 'ERR_HTTP_SESSION_TLS' }),
        address: { address: '127.0.0.1', port: localPort, family: 'IPv4' },
      },
    ]);
    expect(published.exchanges).toEqual([]);
    await server.stop();
  });

  it.each([
    ['speaks no TLS', (socket: net.Socket) => socket.write(get())],
    ['resets the connection', (socket: net.Socket) => socket.resetAndDestroy()],
    ['sends half a ClientHello and FIN', (socket: net.Socket) => socket.end(Buffer.from('160301', 'hex'))],
  ])('a client that %s in its handshake is reported once with its address', async (_what, act) => {
    using published = new Published();
    const { server, port } = await secureServer();
    const client = await connect(port);
    const { localPort } = client;
    await until(() => server.counts().handshakes === 1);
    act(client);
    await until(() => server.failedHandshakes === 1);
    client.destroy();
    await until(() => server.counts().handshakes === 0);
    expect(published.errors.map(({ address }) => address?.port)).toEqual([localPort]);
    expect(server.failedHandshakes).toBe(1);
    await server.stop();
  });

  it('handshakes that stop() cuts short are no failures', async () => {
    using published = new Published();
    const { server, port } = await secureServer();
    const pending = await connect(port);
    await until(() => server.counts().handshakes === 1);
    await server.stop();
    await once(pending, 'close');
    expect([server.counts().handshakes, server.failedHandshakes, published.errors]).toEqual([0, 0, []]);
  });

  it('maxConnections and maxConnectionsPerAddress hold for TLS handshakes', async () => {
    using published = new Published();
    const { server, port } = await secureServer({ maxConnections: 3, maxConnectionsPerAddress: 2 });
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(port)));
    await until(() => server.refusedConnections === 8);
    expect(server.counts().handshakes).toBe(2);
    await until(() => clients.filter(({ closed }) => closed).length === 8);
    expect(published.errors.map(({ error: { code }, address }) => [code, address?.address])).toEqual(
      Array.from({ length: 8 }, () => ['ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS', '127.0.0.1']),
    );
    for (const client of clients) client.destroy();
    await until(() => server.counts().handshakes === 0);
    const client = await connectSecurely(port);
    client.destroy();
    await server.stop();
  });

  it('a connection counts once, in its handshake and after it', async () => {
    const { server, port } = await secureServer({ maxConnections: 1 });
    const client = await connectSecurely(port);
    await until(() => server.currentConnections === 1);
    expect([server.overloaded, server.counts().handshakes, server.refusedConnections]).toEqual([true, 0, 0]);
    client.destroy();
    await until(() => !server.overloaded);
    await server.stop();
  });

  it('a drain waits for a handshake in progress, and answers the request that it brings', async () => {
    const { server, port } = await secureServer();
    const raw = await connect(port);
    raw.pause();
    await until(() => server.counts().handshakes === 1);
    const report = server.drain({ grace: 5_000, deadline: 10_000 });
    const client = tls.connect({ socket: raw, rejectUnauthorized: false });
    client.on('error', () => undefined);
    client.write(get('/late'));
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 .*Connection: close/s);
    client.end();
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ outcome: 'answered' }] });
  });

  it('a drain does not wait for a handshake that takes longer than the grace', async () => {
    const { server, port } = await secureServer();
    const pending = await connect(port);
    await until(() => server.counts().handshakes === 1);
    expect(await server.drain({ grace: 50, deadline: 10_000 })).toMatchObject({ aborted: 0, sessions: [] });
    await once(pending, 'close');
  });

  it('a TLS client that offers only http/1.0 by ALPN is served', async () => {
    const { server, port } = await secureServer();
    const client = await connectSecurely(port, ['http/1.0']);
    expect(client.alpnProtocol).toBe('http/1.0');
    client.write('GET /old HTTP/1.0\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/\r\n\r\n\/old$/);
    await server.stop();
  });

  it('a TLS client that offers http/1.0 and http/1.1 by ALPN gets http/1.1', async () => {
    const { server, port } = await secureServer();
    const client = await connectSecurely(port, ['http/1.0', 'http/1.1']);
    expect(client.alpnProtocol).toBe('http/1.1');
    client.destroy();
    await server.stop();
  });

  it('a TLS client that has finished sending is answered, and hands over a half-open socket', async () => {
    const sockets: boolean[] = [];
    const server = new HTTPServer((request, response) => {
      sockets.push((request.socket as tls.TLSSocket).allowHalfOpen);
      response.end('answered');
    });
    const { port } = await server.listen({ port: 0, tls: certificate });
    const client = await connectSecurely(port);
    client.end(get());
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toContain('answered');
    expect(sockets).toEqual([true]);
    await server.stop();
  });

  it('a demultiplexer with a TLS port of its own counts handshakes among its pending connections, and reports failed ones', async () => {
    using published = new Published();
    const refused: (string | undefined)[] = [];
    const demultiplexer = new PortDemultiplexer({
      fallback: (socket) => socket.destroy(),
      maxPending: 1,
      onRefused: ({ code }, { remote }) => refused.push(`${code} ${remote?.address ?? ''}`),
    });
    const { port } = await demultiplexer.listen({ port: 0, tls: certificate });
    const pending = await connect(port);
    await until(() => demultiplexer.pendingConnections === 1);
    const excess = await connect(port);
    await once(excess, 'close');
    pending.end();
    await until(() => demultiplexer.pendingConnections === 0);
    expect(refused).toEqual([
      'ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS 127.0.0.1',
      'ERR_HTTP_SESSION_TLS 127.0.0.1',
    ]);
    expect(published.errors).toHaveLength(2);
    await demultiplexer.close();
  });
});
