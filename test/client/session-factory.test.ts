import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { HTTPSessionFactory } from '../../src/client/session-factory.js';
import { HTTPClientSession, HTTPSClientSession } from '../../src/session/index.js';
import { errorOf, TestProxy } from '../support/client/proxy.js';
import { freePort } from '../support/transport/sockets.js';

async function withOrigin(use: (url: string) => Promise<void>): Promise<void> {
  const server = http.createServer((request, response) => response.end(request.headers.host));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use(`http://localhost:${String((server.address() as net.AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a session factory', () => {
  it('makes sessions for http: and https: with its options', () => {
    const factory = new HTTPSessionFactory({ receiveTimeout: 1_234 });
    const plain = factory.createClientSession('http://[2001:db8::1]/x');
    expect([plain.getHost(), plain.getPort(), plain.secure(), plain.getReceiveTimeout()]).toEqual([
      '2001:db8::1',
      80,
      false,
      1_234,
    ]);
    const secure = factory.createClientSession(new URL('https://api.example:8443'));
    expect([secure.getHost(), secure.getPort(), secure.secure()]).toEqual(['api.example', 8443, true]);
    expect(secure).toBeInstanceOf(HTTPSClientSession);
  });

  it('makes sessions of a scheme that is registered, until it is unregistered', () => {
    const factory = new HTTPSessionFactory();
    expect(factory.supportsProtocol('ws')).toBe(false);
    const made = new HTTPClientSession('made.example', 1);
    factory.registerProtocol('WS', { createClientSession: () => made });
    expect(factory.supportsProtocol('ws')).toBe(true);
    expect(factory.createClientSession('ws://a.example')).toBe(made);
    factory.unregisterProtocol('ws');
    expect(() => factory.createClientSession('ws://a.example')).toThrow(
      /unknown scheme "ws"; expected one of http, https/,
    );
    expect(() => {
      factory.unregisterProtocol('ws');
    }).toThrow(TypeError);
  });

  it('refuses what is malformed with a TypeError that has no password', () => {
    const factory = new HTTPSessionFactory();
    const calls: readonly (() => unknown)[] = [
      () => new HTTPSessionFactory(7 as never),
      () => factory.createClientSession('//u:hunter2@a.example'),
      () => factory.createClientSession(7 as never),
      () => factory.supportsProtocol('http:'),
      () => {
        factory.registerProtocol('ws', {} as never);
      },
      () => {
        factory.setProxy('ftp://u:hunter2@p');
      },
      () => {
        factory.registerProtocol('x', { createClientSession: () => 7 as never });
        factory.createClientSession('x://a.example');
      },
    ];
    for (const call of calls) {
      expect(call).toThrow(TypeError);
      expect(call).not.toThrow(/hunter2/);
    }
  });

  it('opens sessions directly, or through the tunnel of its proxy', async () => {
    await withOrigin(async (url) => {
      await using proxy = await new TestProxy().listen();
      const factory = new HTTPSessionFactory();
      for (const [setting, connects] of [
        [undefined, 0],
        [{ host: '127.0.0.1', port: proxy.port }, 1],
        [() => null, 1],
      ] as const) {
        factory.setProxy(setting);
        expect(factory.getProxy()).toBe(setting);
        const session = await factory.openClientSession(url);
        expect(await (await session.request({ path: '/' })).text()).toBe(url.slice('http://'.length));
        expect(proxy.asked).toHaveLength(connects);
        session.dispose();
      }
    });
  });

  it('makes no session that goes past its proxy', async () => {
    await withOrigin(async (url) => {
      const factory = new HTTPSessionFactory();
      factory.setProxy(`http://127.0.0.1:${String(await freePort())}`);
      const session = factory.createClientSession(url);
      expect(await errorOf(session.request({ path: '/' }))).toMatchObject({ name: 'InvalidStateError' });
      expect(await errorOf(factory.openClientSession(url))).toMatchObject({
        name: 'ProxyError',
        state: 'dialling',
      });
    });
  });
});
