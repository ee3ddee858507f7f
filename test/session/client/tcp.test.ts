import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from '@jest/globals';

import { AbortedError, InvalidStateError, NetworkError } from '../../../src/errors/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import { HTTPClientSession, HTTPSClientSession } from '../../../src/session/index.js';
import { certificate, freePort, withServer } from '../../support/transport/sockets.js';
import { ok } from '../../support/http/asking.js';
import { rejection } from '../../support/transport/promises.js';

/** Runs `use` against an HTTPS server of this package. */
async function withHttps(
  use: (port: number, server: HTTPServer) => Promise<void>,
  options: tls.TlsOptions = {},
): Promise<void> {
  await using server = new HTTPServer(async (request, response) => {
    const body = await request.text();
    response.end(`${request.method} ${request.path} ${String(request.secure)} ${body}`);
  });
  const listener = tls.createServer({ ...certificate, ...options }, (socket) => {
    server.serve(socket);
  });
  listener.on('tlsClientError', () => undefined);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    await use((listener.address() as net.AddressInfo).port, server);
  } finally {
    listener.close();
  }
}

describe('a client over TLS', () => {
  it('a client over TLS asks, keeps the connection, and asks again', async () => {
    await withHttps(async (port, server) => {
      const session = new HTTPSClientSession('127.0.0.1', port, { tls: { ca: certificate.cert } });
      try {
        for (const body of ['one', 'two']) {
          const response = await session.request({ method: 'POST', path: '/a', body });
          expect(await response.text()).toBe(`POST /a true ${body}`);
        }
        expect(server.sessions.size).toBe(1);
        expect(session.core.transport?.kind).toBe('tls');
      } finally {
        session.close();
      }
    });
  });

  it('a client over TLS sends large bodies both ways', async () => {
    await withHttps(async (port) => {
      const session = new HTTPSClientSession('localhost', port, { tls: { ca: certificate.cert } });
      const body = 'x'.repeat(2_000_000);
      try {
        const response = await session.request({ method: 'PUT', body });
        expect(await response.text()).toBe(`PUT / true ${body}`);
      } finally {
        session.close();
      }
    });
  });

  const untrusted: Record<string, ConstructorParameters<typeof HTTPSClientSession>[2]> = {
    'is signed by nobody that is trusted': {},
    'belongs to somebody else': { tls: { ca: certificate.cert, servername: 'example.com' } },
  };
  it.each(Object.entries(untrusted))(
    'a client over TLS refuses a certificate that %s',
    async (_what, options) => {
      await withHttps(async (port, server) => {
        const session = new HTTPSClientSession('127.0.0.1', port, options);
        const error = await rejection(session.request({ method: 'POST', body: 'secret' }));
        expect(error).toBeInstanceOf(NetworkError);
        expect(error.code).toBe('ERR_HTTP_SESSION_TLS');
        expect(error.cause).toBeDefined();
        expect(session.state).toBe('errored.fatal');
        expect([...server.sessions].every(({ core }) => core.bytesIn === 0)).toBe(true);
        for (const { core } of server.sessions) core.notify({ type: 'session.abort' });
      });
    },
  );

  it('a client over TLS fails with the same code when the other side does not speak TLS', async () => {
    await withServer(async ({ target, accepted }) => {
      const session = new HTTPSClientSession('127.0.0.1', target.port);
      const failure = rejection(session.request());
      const peer = await accepted();
      peer.write('HTTP/1.1 400 Bad Request\r\n\r\n');
      expect((await failure).code).toBe('ERR_HTTP_SESSION_TLS');
    });
  });

  it('a TLS client and a plain server do not understand each other, nor the other way round', async () => {
    const plain = new HTTPClientSession('127.0.0.1');
    expect(await rejection(plain.connect('https://127.0.0.1:1'))).toBeInstanceOf(TypeError);
    expect(plain.state).toBe('unconnected.idle');
  });
});

describe('a client over TCP', () => {
  it('a client over TCP that is refused a connection fails with the code for that, and can be used again', async () => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    for (let round = 0; round < 2; round++) {
      const error = await rejection(session.request());
      expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_CONNECT', cause: { code: 'ECONNREFUSED' } });
      expect(session.state).toBe('errored.fatal');
    }
  });

  it('a client over TCP says that a request may be sent again when no connection could be opened for the request', async () => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    const error = await rejection(session.request({ method: 'POST', path: '/orders', body: 'x' }));
    expect(error).toMatchObject({
      code: 'ERR_HTTP_SESSION_CONNECT',
      replay: 'safe',
      testimony: { request: { method: 'POST', target: '/orders' }, headSent: false },
    });
    session.dispose();
  });

  it('a client over TCP gives no such verdict when only the second connection could not be opened', async () => {
    const server = net.createServer((socket) => {
      let requests = 0;
      socket
        .on('error', () => undefined)
        .on('data', () => {
          if (++requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
          else {
            server.close();
            socket.resetAndDestroy();
          }
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = new HTTPClientSession('127.0.0.1', (server.address() as net.AddressInfo).port);
    await session.request();
    const error = await rejection(session.request());
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_CONNECT', replay: 'unknown' });
    session.dispose();
  });

  it('a client over TCP binds to the local end that was asked for', async () => {
    await withServer(async ({ target, accepted }) => {
      const session = new HTTPClientSession('127.0.0.1', target.port, { source: '127.0.0.2' });
      const response = session.request();
      const peer = await accepted();
      await session.waitFor('connected');
      expect(peer.remoteAddress).toBe('127.0.0.2');
      expect(session.clientAddress()?.address).toBe('127.0.0.2');
      expect(session.serverAddress()).toEqual({ address: '127.0.0.1', family: 'IPv4', port: target.port });
      peer.end(ok('bound', 'Connection: close\r\n'));
      expect(await (await response).text()).toBe('bound');
    });
  });

  it('a client over TCP is refused a second request while it connects, and its settings cannot change', async () => {
    await withServer(async ({ target, accepted }) => {
      const session = new HTTPClientSession('127.0.0.1', target.port);
      const first = session.request();
      expect(session.state).toBe('unconnected.connecting');
      expect(await rejection(session.request())).toBeInstanceOf(InvalidStateError);
      expect(() => {
        session.setHost('other');
      }).toThrow(InvalidStateError);
      (await accepted()).end(ok('first', 'Connection: close\r\n'));
      expect(await (await first).text()).toBe('first');
    });
  });

  it('a client over TCP that is aborted while it connects never sends the request', async () => {
    await withServer(async ({ target }) => {
      const session = new HTTPClientSession('127.0.0.1', target.port);
      const controller = new AbortController();
      const failure = rejection(session.request({ signal: controller.signal }));
      controller.abort();
      expect(await failure).toBeInstanceOf(AbortedError);
      expect(session.state).toBe('closed');
      expect(session.core.bytesOut).toBe(0);
    });
  });

  it('a client over TCP that is reset while it connects cancels that', async () => {
    await withServer(async ({ target }) => {
      const session = new HTTPClientSession('127.0.0.1', target.port);
      const failure = rejection(session.request());
      session.reset();
      expect(await failure).toBeInstanceOf(AbortedError);
      expect(session.connected()).toBe(false);
      expect(session.state).toBe('closed');
    });
  });

  it('a client over TCP uses no connection whose FIN is already readable: no request is lost, of whatever method', async () => {
    // The server closes after each response without saying so; see the first of the pains that this package is about.
    let served = 0;
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        served++;
        socket.end(ok('hello'));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const session = new HTTPClientSession('127.0.0.1', port);
    try {
      for (let at = 0; at < 400; at++) {
        const method = at % 2 === 0 ? 'GET' : 'POST';
        const response = await session.request({ method, body: method === 'POST' ? 'body' : undefined });
        expect(await response.text()).toBe('hello');
      }
      expect(served).toBe(400);
    } finally {
      session.close();
      server.close();
    }
  });

  it('a client over TCP gets an early refusal whole while it uploads, every time', async () => {
    const reason = 'x'.repeat(262_144);
    await using server = new HTTPServer((_request, response) => {
      response.status = 401;
      response.set('Connection', 'close').end(reason);
    });
    const { port } = await server.listen();
    const body = Array.from({ length: 256 }, () => Buffer.alloc(65_536));
    for (let round = 0; round < 20; round++) {
      const session = new HTTPClientSession('127.0.0.1', port);
      const response = await session.request({ method: 'POST', body });
      expect(response.status).toBe(401);
      expect((await response.text()).length).toBe(reason.length);
      session.close();
    }
  });
});
