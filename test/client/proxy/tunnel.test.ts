import { once } from 'node:events';
import https from 'node:https';
import http from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ProxyError, TimeoutError } from '../../../src/errors/index.js';
import type { ProxyConfig, ProxyOption } from '../../../src/client/proxy/proxy-config.js';
import { routeOf } from '../../../src/client/proxy/proxy-route.js';
import { tunnelOpener } from '../../../src/client/proxy/tunnel-opener.js';
import type { TunnelOptions } from '../../../src/client/proxy/tunnel-options.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import type { TunnelState } from '../../../machines/index.js';
import { Tunnel } from '../../../src/client/proxy/tunnel.js';
import { deadlinesOf, systemClock } from '../../../src/transport/index.js';
import { errorOf, openSession, TestProxy, type ProxyBehaviour } from '../../support/client/proxy.js';
import { certificate, freePort, settled } from '../../support/transport/sockets.js';
import { until } from '../../support/transport/until.js';

const BASIC = `Basic ${Buffer.from('alice:hunter2').toString('base64')}`;
const trust = { ca: certificate.cert };

let secureOrigin: https.Server;
let plainOrigin: http.Server;
const origins = { https: 0, http: 0 };
const received: http.IncomingHttpHeaders[] = [];

beforeAll(async () => {
  const answer: http.RequestListener = (request, response) => {
    received.push(request.headers);
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => response.end(`${String(request.headers.host)} ${text}`));
  };
  secureOrigin = https.createServer(certificate, answer);
  plainOrigin = http.createServer(answer);
  await once(secureOrigin.listen(0, '127.0.0.1'), 'listening');
  await once(plainOrigin.listen(0, '127.0.0.1'), 'listening');
  origins.https = (secureOrigin.address() as net.AddressInfo).port;
  origins.http = (plainOrigin.address() as net.AddressInfo).port;
});

afterAll(() => {
  for (const server of [secureOrigin, plainOrigin]) {
    server.closeAllConnections();
    server.close();
  }
});

const secureUrl = (): URL => new URL(`https://localhost:${String(origins.https)}`);
const plainUrl = (): URL => new URL(`http://localhost:${String(origins.http)}`);

function openerTo(url: URL, proxy: ProxyOption, options: Partial<TunnelOptions> = {}) {
  const route = routeOf(url, proxy, true);
  if (route === null) throw new Error('there is no route');
  return tunnelOpener(
    route,
    { url, key: url.origin },
    { session: { tls: trust }, clock: systemClock, ...options },
  );
}

function configOf(proxy: TestProxy, more: Partial<ProxyConfig> = {}, isSecure = false): ProxyConfig {
  const base = { host: '127.0.0.1', port: proxy.port, ...more };
  return isSecure ? { ...base, protocol: 'https', tls: trust } : base;
}

async function withProxy(behaviour: ProxyBehaviour, use: (proxy: TestProxy) => Promise<void>): Promise<void> {
  await using proxy = await new TestProxy(behaviour).listen();
  await use(proxy);
}

const closes = (socket: Duplex): void => {
  socket.destroy();
};

describe('a tunnel', () => {
  it.each([
    ['https: through a plain proxy', true, false],
    ['https: through a proxy over TLS: TLS in TLS', true, true],
    ['http: through a plain proxy', false, false],
    ['http: through a proxy over TLS', false, true],
  ])('%s carries requests, one after another', async (_what, isSecureOrigin, isSecureProxy) => {
    await withProxy({ secure: isSecureProxy }, async (proxy) => {
      const url = isSecureOrigin ? secureUrl() : plainUrl();
      const session = await openSession(openerTo(url, configOf(proxy, {}, isSecureProxy)));
      expect(session.secure()).toBe(isSecureOrigin);
      for (const body of ['first', 'second', 'x'.repeat(200_000)]) {
        const response = await session.request({ method: 'POST', path: '/', body });
        expect(await response.text()).toBe(`${url.host} ${body}`);
      }
      expect(proxy.asked).toEqual([
        { line: `CONNECT ${url.host}`, fields: expect.objectContaining({ host: url.host }) },
      ]);
      expect(proxy.accepted).toBe(1);
      session.dispose();
      await until(() => proxy.open === 0);
    });
  });

  it('the proxy sees CONNECT, its credentials and TLS records, and the origin no credentials of the proxy', async () => {
    await withProxy({ wants: BASIC }, async (proxy) => {
      const config = configOf(proxy, { username: 'alice', password: 'hunter2' });
      received.length = 0;
      const session = await openSession(openerTo(secureUrl(), config));
      const response = await session.request({
        method: 'POST',
        path: '/very-secret-path',
        body: 'very secret body',
      });
      await response.text();
      expect(proxy.asked.map(({ line }) => line)).toEqual(Array(2).fill(`CONNECT ${secureUrl().host}`));
      expect(proxy.asked.map(({ fields }) => fields['proxy-authorization'])).toEqual([undefined, BASIC]);
      expect(proxy.seen.length).toBeGreaterThan(100);
      expect(proxy.seen).not.toContain('secret');
      expect(proxy.seen).not.toContain('POST');
      expect(received.map((fields) => fields['proxy-authorization'])).toEqual([undefined]);
      session.dispose();
    });
  });

  it('a proxy that has accepted Basic gets it with the first CONNECT from then on', async () => {
    await withProxy({ wants: BASIC }, async (proxy) => {
      const config = configOf(proxy, { username: 'alice', password: 'hunter2' });
      for (const expected of [2, 3]) {
        const session = await openSession(openerTo(secureUrl(), config));
        expect(proxy.asked).toHaveLength(expected);
        session.dispose();
      }
    });
  });

  it('credentials go to a proxy over TLS on a new connection when it closes after its challenge', async () => {
    await withProxy({ wants: BASIC, secure: true }, async (proxy) => {
      const config = configOf(proxy, { username: 'alice', password: 'hunter2' }, true);
      const session = await openSession(openerTo(secureUrl(), config));
      expect(await (await session.request({ path: '/' })).text()).toBe(`${secureUrl().host} `);
      expect(proxy.accepted).toBe(2);
      session.dispose();
      await until(() => proxy.open === 0);
    });
  });

  it('credentials go on the same connection when the proxy keeps it', async () => {
    let text = '';
    const proxy = net.createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (chunk) => {
          text += chunk.toString('latin1');
          if (!text.endsWith('\r\n\r\n')) return;
          const [head = ''] = text.split('\r\n\r\n').slice(-2);
          if (head.startsWith('GET')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
          else if (head.includes(`Proxy-Authorization: ${BASIC}`)) socket.write('HTTP/1.1 200 OK\r\n\r\n');
          else {
            socket.write(
              'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="a, b"\r\nContent-Length: 3\r\n\r\n',
            );
            setImmediate(() => socket.write('no!'));
          }
        });
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as net.AddressInfo;
    const config = { host: '127.0.0.1', port, username: 'alice', password: 'hunter2' };
    const session = await openSession(openerTo(new URL('http://origin.example'), config));
    expect(await (await session.request({ path: '/' })).text()).toBe('hello');
    expect(text.match(/^CONNECT/gm)).toHaveLength(2);
    session.dispose();
    proxy.close();
    await once(proxy, 'close');
  });

  it('bytes that come with the answer of the proxy go on into TLS', async () => {
    // The origin speaks first here: a server that greets before TLS would break it, so its bytes reach TLS and fail there.
    const connect = (socket: Duplex): void => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nthis is no TLS');
    };
    await withProxy({ connect }, async (proxy) => {
      const error = await errorOf(openSession(openerTo(secureUrl(), configOf(proxy))));
      expect(error).toMatchObject({
        name: 'ProxyError',
        hop: 'origin',
        state: 'securingOrigin',
        replay: 'safe',
      });
      await until(() => proxy.open === 0);
    });
  });

  it('an origin whose certificate is not trusted is a fault of the origin, not of the proxy', async () => {
    await withProxy({}, async (proxy) => {
      const error = await errorOf(openSession(openerTo(secureUrl(), configOf(proxy), { session: {} })));
      expect(error).toMatchObject({
        name: 'ProxyError',
        hop: 'origin',
        state: 'securingOrigin',
        replay: 'safe',
        status: null,
      });
      expect(error.cause).toMatchObject({ code: 'ERR_HTTP_SESSION_TLS' });
      await until(() => proxy.open === 0);
    });
  });

  it('a proxy whose certificate is not trusted is a fault of the proxy', async () => {
    await withProxy({ secure: true }, async (proxy) => {
      const config = { ...configOf(proxy), protocol: 'https' } as const;
      const error = await errorOf(openSession(openerTo(secureUrl(), config)));
      expect(error).toMatchObject({
        name: 'ProxyError',
        hop: 'proxy',
        state: 'securingProxy',
        replay: 'safe',
      });
      expect(proxy.asked).toEqual([]);
      await until(() => proxy.open === 0);
    });
  });

  it('a proxy that cannot be reached is a fault of the proxy', async () => {
    const port = await freePort();
    const error = await errorOf(openSession(openerTo(secureUrl(), `http://127.0.0.1:${String(port)}`)));
    expect(error).toMatchObject({ name: 'ProxyError', hop: 'proxy', state: 'dialling', replay: 'safe' });
    expect(error.cause).toMatchObject({ code: 'ERR_HTTP_SESSION_CONNECT' });
  });

  it('a proxy that closes on CONNECT gets one CONNECT, and each attempt one more', async () => {
    await withProxy({ connect: closes }, async (proxy) => {
      const opener = openerTo(secureUrl(), configOf(proxy, { username: 'alice', password: 'hunter2' }));
      for (const attempt of [1, 2, 3]) {
        const error = await errorOf(openSession(opener));
        expect(error).toBeInstanceOf(ProxyError);
        expect(error).toMatchObject({ hop: 'proxy', state: 'asked', status: null, replay: 'safe' });
        expect(proxy.asked).toHaveLength(attempt);
        expect(proxy.accepted).toBe(attempt);
      }
      await until(() => proxy.open === 0);
    });
  });

  it('wrong credentials are sent once: two CONNECTs, then the 407 with its fields', async () => {
    const challenge = { 'Proxy-Authenticate': 'Basic realm="r"', 'X-Why': 'unknown', 'Set-Cookie': 'a=b' };
    await withProxy({ wants: 'Basic other', challenge }, async (proxy) => {
      const config = configOf(proxy, { username: 'alice', password: 'hunter2' });
      const error = await errorOf(openSession(openerTo(secureUrl(), config)));
      expect(error).toMatchObject({ hop: 'proxy', state: 'challenged.asked', status: 407, replay: 'safe' });
      const names = (error as ProxyError).fields.map(([name]) => name);
      expect(names).toEqual(expect.arrayContaining(['Proxy-Authenticate', 'X-Why']));
      expect(names).not.toContain('Set-Cookie');
      expect(proxy.asked).toHaveLength(2);
      await until(() => proxy.open === 0);
    });
  });

  it.each<readonly [string, Partial<ProxyConfig>, string]>([
    ['there are no credentials', {}, 'Basic realm="r"'],
    ['authMethod is none', { username: 'alice', authMethod: 'none' }, 'Basic realm="r"'],
    [
      'authMethod is digest and Basic is asked for',
      { username: 'alice', authMethod: 'digest' },
      'Basic realm="r"',
    ],
    ['an unknown scheme is asked for', { username: 'alice' }, 'Negotiate, Bearer realm="Basic x, Basic y"'],
    ['the user name has a colon', { username: 'al:ice' }, 'Basic realm="r"'],
  ])('a challenge is not answered when %s', async (_what, more, challenge) => {
    await withProxy({ wants: BASIC, challenge: { 'Proxy-Authenticate': challenge } }, async (proxy) => {
      const error = await errorOf(openSession(openerTo(secureUrl(), configOf(proxy, more))));
      expect(error).toMatchObject({ hop: 'proxy', state: 'asked', status: 407, replay: 'safe' });
      expect(proxy.asked).toHaveLength(1);
    });
  });

  it.each([403, 500, 302])('a proxy that answers %s opens no tunnel', async (status) => {
    const connect = (socket: Duplex): void => {
      socket.end(`HTTP/1.1 ${String(status)} No\r\nX-Why: policy\r\nContent-Length: 2\r\n\r\nno`);
    };
    await withProxy({ connect }, async (proxy) => {
      const error = await errorOf(openSession(openerTo(secureUrl(), configOf(proxy))));
      expect(error).toMatchObject({ hop: 'proxy', state: 'asked', status, replay: 'safe' });
      expect((error as ProxyError).fields).toContainEqual(['X-Why', 'policy']);
      await until(() => proxy.open === 0);
    });
  });

  it('the fields of the config go with CONNECT', async () => {
    await withProxy({ wants: 'Bearer token' }, async (proxy) => {
      const config = configOf(proxy, {
        headers: { 'Proxy-Authorization': 'Bearer token', 'X-Team': 'blue' },
      });
      (await openSession(openerTo(secureUrl(), config))).dispose();
      expect(proxy.asked[0]?.fields).toMatchObject({ 'x-team': 'blue' });
    });
  });

  it('CONNECT names a port that the URL leaves out, and an IPv6 address in brackets', async () => {
    await withProxy({ connect: closes }, async (proxy) => {
      for (const url of ['https://secure.example', 'http://plain.example', 'https://[2001:db8::1]']) {
        await errorOf(openSession(openerTo(new URL(url), configOf(proxy))));
      }
      expect(proxy.asked.map(({ line }) => line)).toEqual([
        'CONNECT secure.example:443',
        'CONNECT plain.example:80',
        'CONNECT [2001:db8::1]:443',
      ]);
    });
  });

  it('a session that came through a tunnel never connects by itself: it would go past the proxy', async () => {
    await withProxy({}, async (proxy) => {
      const session = await openSession(openerTo(plainUrl(), configOf(proxy)));
      session.socket()?.destroy();
      await until(() => !session.connected());
      received.length = 0;
      expect(await errorOf(session.request({ path: '/' }))).toMatchObject({ name: 'InvalidStateError' });
      expect(received).toEqual([]);
    });
  });

  it('a factory makes the sessions that are handed over; one that throws fails the attempt', async () => {
    await withProxy({}, async (proxy) => {
      const made: HTTPClientSession[] = [];
      const sessions = {
        createClientSession: ({ hostname }: URL) => {
          made.push(new HTTPClientSession(hostname, origins.https));
          return made[0] as HTTPClientSession;
        },
      };
      const session = await openSession(openerTo(secureUrl(), configOf(proxy), { sessions }));
      expect(session).toBe(made[0]);
      expect((await session.request({ path: '/' })).status).toBe(200);
      session.dispose();
      const broken = {
        createClientSession: (): never => {
          throw new Error('no session today');
        },
      };
      for (const url of [secureUrl(), plainUrl()]) {
        const error = await errorOf(openSession(openerTo(url, configOf(proxy), { sessions: broken })));
        expect(error).toMatchObject({ name: 'ProxyError', cause: { message: 'no session today' } });
      }
      await until(() => proxy.open === 0);
    });
  });

  it('TLS sessions of the origin are remembered and resumed', async () => {
    await withProxy({}, async (proxy) => {
      const kept = new Map<string, Buffer>();
      const tlsSessions = {
        get: (key: string) => kept.get(key),
        keepFrom: (socket: Duplex | null, key: string) => {
          socket?.on('session', (session: Buffer) => kept.set(key, session));
        },
      };
      const opener = openerTo(secureUrl(), configOf(proxy), { tlsSessions });
      const resumed: unknown[] = [];
      for (let round = 0; round < 2; round++) {
        const session = await openSession(opener);
        await (await session.request({ path: '/' })).text();
        await until(() => kept.size > 0);
        resumed.push((session.socket() as unknown as { isSessionReused(): boolean }).isSessionReused());
        session.dispose();
      }
      expect(resumed).toEqual([false, true]);
    });
  });
});

describe('credentials of a proxy', () => {
  it('are in no error of a tunnel, however it is printed', async () => {
    const echo = (socket: Duplex, { fields }: { fields: http.IncomingHttpHeaders }): void => {
      const sent = fields['proxy-authorization'] ?? 'none';
      socket.end(
        `HTTP/1.1 407 You said ${sent}\r\nProxy-Authenticate: Basic realm="${sent}"\r\nX-Echo: ${sent}\r\n` +
          `Proxy-Authorization: ${sent}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    };
    for (const connect of [echo, closes]) {
      await withProxy({ connect }, async (proxy) => {
        const config = configOf(proxy, { username: 'alice', password: 'hunter2' });
        const error = await errorOf(openSession(openerTo(secureUrl(), config)));
        const shown = [
          JSON.stringify(error),
          JSON.stringify(error.testimony),
          inspect(error, { depth: 12 }),
          error.message,
          error.stack ?? '',
        ];
        for (const text of shown) {
          for (const secret of ['alice', 'hunter2', BASIC.slice(6)]) expect(text).not.toContain(secret);
        }
        expect(() => JSON.stringify(error)).not.toThrow();
      });
    }
  });
});

describe('a tunnel that takes too long', () => {
  it.each<readonly [string, ProxyBehaviour, string]>([
    ['the proxy does not answer CONNECT', { connect: () => undefined }, 'waiting for proxy'],
    [
      'the origin does not answer TLS',
      { connect: (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n') },
      `waiting for localhost:`,
    ],
    [
      'the second answer does not come',
      {
        connect: (socket, { fields }) => {
          if (fields['proxy-authorization'] !== undefined) return;
          socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="r"\r\nConnection: close\r\n\r\n');
        },
      },
      'waiting for proxy',
    ],
  ])('one deadline limits it when %s', async (_what, behaviour, text) => {
    await withProxy(behaviour, async (proxy) => {
      const config = configOf(proxy, { username: 'alice', password: 'hunter2' });
      const error = await errorOf(openSession(openerTo(secureUrl(), config), 150));
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ timer: 'connect', timeout: 150, replay: 'safe' });
      expect(error.message).toContain(text);
      await until(() => proxy.open === 0);
    });
  });
});

describe('a tunnel that is not needed any more', () => {
  const silent: ProxyBehaviour = { connect: () => undefined };
  const challenges = (socket: Duplex): void => {
    socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="r"\r\nConnection: close\r\n\r\n');
  };
  const opens = (socket: Duplex): void => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
  };
  let connects = 0;
  const once407 = (socket: Duplex): void => {
    if (connects++ === 0) challenges(socket);
  };

  /* A state, a proxy that a tunnel stays in it with, and whether that speaks TLS. */
  const STATES: readonly (readonly [TunnelState, ProxyBehaviour, boolean])[] = [
    ['dialling', silent, false],
    ['securingProxy', silent, true],
    ['asked', silent, false],
    ['asked', { ...silent, secure: true }, true],
    ['challenged.dialling', { connect: challenges }, false],
    ['challenged.securingProxy', { connect: challenges, secure: true }, true],
    ['challenged.asked', { connect: once407 }, false],
    ['challenged.asked', { connect: once407, secure: true }, true],
    ['securingOrigin', { connect: opens }, false],
    ['securingOrigin', { connect: opens, secure: true }, true],
  ];

  it.each(STATES)(
    'can be cancelled when %s: nothing is reported, and no socket is left',
    async (state, behaviour, isSecure) => {
      connects = 0;
      await withProxy(behaviour, async (proxy) => {
        const config = configOf(proxy, { username: 'alice', password: 'hunter2' }, isSecure);
        const route = routeOf(secureUrl(), config);
        if (route === null) throw new Error('there is no route');
        const heard: unknown[] = [];
        const opening = {
          connectTimeout: 10_000,
          opened: (session: unknown) => heard.push(session),
          failed: (error: unknown) => heard.push(error),
        };
        const armed = deadlinesOf(systemClock).armedCount;
        const target = { url: secureUrl(), key: 'key' };
        const tunnel = new Tunnel(route, target, { session: { tls: trust }, clock: systemClock }, opening);
        // Sends of the chart are not awaited, so that a state that lasts no turn is met as well.
        await new Promise<void>((resolve) => {
          const look = (): void => {
            if (tunnel.state !== state) return;
            subscription.unsubscribe();
            resolve();
          };
          const subscription = tunnel.actor.subscribe(look);
          look();
        });
        tunnel.cancel();
        expect(tunnel.state).toBe('cancelled');
        tunnel.cancel();
        await until(() => proxy.open === 0);
        await settled();
        expect(heard).toEqual([]);
        expect(deadlinesOf(systemClock).armedCount).toBe(armed);
      });
    },
  );

  it('events of the chart of a tunnel have no credentials in them', async () => {
    await withProxy({ wants: BASIC }, async (proxy) => {
      const config = configOf(proxy, { username: 'alice', password: 'hunter2' });
      const route = routeOf(secureUrl(), config);
      if (route === null) throw new Error('there is no route');
      const seen: unknown[] = [];
      await new Promise<void>((resolve, reject) => {
        const opening = {
          connectTimeout: 10_000,
          opened: (session: HTTPClientSession) => {
            session.dispose();
            resolve();
          },
          failed: reject,
        };
        const target = { url: secureUrl(), key: 'key' };
        const tunnel = new Tunnel(route, target, { session: { tls: trust }, clock: systemClock }, opening);
        tunnel.actor.subscribe((snapshot) => seen.push(snapshot));
        seen.push(tunnel);
      });
      for (const value of seen) {
        const text = inspect(value, { depth: 9, showHidden: true });
        for (const secret of ['alice', 'hunter2', BASIC.slice(6)]) expect(text).not.toContain(secret);
      }
      expect(seen.length).toBeGreaterThan(4);
    });
  });
});
