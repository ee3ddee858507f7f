import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { createWebSocketInspector } from '@statelyai/inspect';
import { WebSocket } from 'ws';
import { createActor, createMachine } from 'xstate';

import { errors } from '../../../src/diagnostics.js';
import { INSPECTION } from '../../../src/inspector/model/inspection-limits.js';
import { HTTPClientSession, HTTPServer } from '../../../src/index.js';
import { inspectSessions } from '../../../src/inspect/index.js';
import type { ActorDetail, ActorList, FleetFrame, Recording } from '../../../src/inspector/model/shapes.js';
import { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { ask } from '../../support/cli/ask.js';
import { faultsDuring } from '../../support/server/faults.js';
import { until } from '../../support/transport/until.js';
import { changeUntil } from '../../support/inspector/model.js';
import { asked, Feed, whileOpen } from '../../support/inspector/page-server.js';

describe('the server of the page', () => {
  it('the page server serves the files of the page, and nothing else', async () => {
    await whileOpen(async (page) => {
      const index = await ask(page.url);
      expect(index).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
      expect(index.body.toString()).toContain('<title>page</title>');
      expect((await ask(`${page.url}/assets/main-1.js`)).headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'max-age=31536000, immutable',
      });
      expect((await ask(`${page.url}/strange.bin`)).headers['content-type']).toBe('application/octet-stream');
      for (const path of [
        '/nothing',
        '/assets/',
        '/assets/../../package.json',
        '/%2e%2e/package.json',
        '/api/',
      ]) {
        expect((await ask(page.url + path)).status).toBe(404);
      }
    });
  });

  it('the page server lets the page load nothing from other origins', async () => {
    await whileOpen(async (page) => {
      const { headers } = await ask(page.url);
      expect(headers['content-security-policy']).toMatch(/^default-src 'self'; /);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'the page is read-only: %s is refused with 405',
    async (method) => {
      await whileOpen(async (page) => {
        for (const path of ['/', '/api/fleet', '/api/actors', '/api/recording']) {
          const { status, headers } = await ask(page.url + path, { method });
          expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' });
        }
      });
    },
  );

  it.each<[string, Record<string, string>]>([
    ['name', { Host: 'rebound.example' }],
    ['origin', { Origin: 'http://evil.example' }],
    ['site', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('the page server refuses a foreign %s, for the page and for its requests', async (_what, headers) => {
    await whileOpen(async (page) => {
      for (const path of ['/', '/api/fleet', '/api/feed', '/api/recording']) {
        expect((await ask(page.url + path, { headers })).status).toBe(403);
      }
    });
  });

  it('the page server says how to allow a name that it refuses', async () => {
    await whileOpen(async (page) => {
      const { status, body } = await ask(page.url, { headers: { Host: 'mybox.local:8090' } });
      expect(status).toBe(403);
      expect(body.toString()).toMatch(
        /"mybox\.local".*allowedHosts: \['mybox\.local'\].*--allow-host mybox\.local/,
      );
    });
  });

  it('the page server answers under a name that is allowed, and may be framed and fed from there', async () => {
    await whileOpen(
      async (page) => {
        const { status, headers } = await ask(page.url, { headers: { Host: 'mybox.local:8090' } });
        expect(status).toBe(200);
        expect(headers['content-security-policy']).toMatch(
          /frame-ancestors 'self' .*http:\/\/mybox\.local:\*/,
        );
        const socket = new WebSocket(page.url.replace('http', 'ws'), { origin: 'http://mybox.local:3000' });
        await once(socket, 'open');
        socket.terminate();
      },
      { allowedHosts: ['mybox.local'] },
    );
  });

  it('the page server cuts the page off from a window that opened it, unless the address names that window', async () => {
    await whileOpen(async (page) => {
      const policyOf = async (path: string): Promise<unknown> =>
        (await ask(page.url + path)).headers['cross-origin-opener-policy'];
      expect(await policyOf('/')).toBe('same-origin');
      expect(await policyOf('/index.html?other=1')).toBe('same-origin');
      expect(await policyOf('/?opener=http://localhost:3000')).toBe('unsafe-none');
      const { status, body } = await ask(`${page.url}/?opener=https://evil.example`);
      expect(status).toBe(403);
      expect(body.toString()).toContain('"evil.example"');
    });
  });

  it('the page server sends a recording in pieces, as the same JSON', async () => {
    await whileOpen(async (page) => {
      for (let count = 0; count < 500; count++) {
        page.model.appeared({
          ...{ id: `a${String(count)}`, name: 'n'.repeat(200), parent: null, state: 's', status: 'active' },
          ...{ definition: { id: `m${String(count % 3)}` }, context: '"c"' },
        });
      }
      const { body } = await ask(`${page.url}/api/recording`);
      const { at, seconds, ...recorded } = JSON.parse(body.toString()) as Recording;
      expect(at).toBeGreaterThan(0);
      // Time passes, and with it seconds.
      expect(seconds.startedAt).toBeGreaterThan(0);
      expect({ ...recorded, at, seconds }).toEqual({ ...page.model.recording(), at, seconds });
      const head = await ask(`${page.url}/api/recording`, { method: 'HEAD' });
      expect([head.status, head.body.length]).toEqual([200, 0]);
    });
  });

  it('the page server listens on loopback by default', async () => {
    await whileOpen(async (page) => {
      expect(page.url).toBe(`http://127.0.0.1:${String(page.port)}`);
    });
    await whileOpen(async (page) => expect((await ask(page.url)).status).toBe(200), { host: '::1' });
  });

  it('the page server reports a port in use, and leaves nothing behind', async () => {
    await whileOpen(async (page) => {
      await expect(whileOpen(async () => undefined, { port: page.port })).rejects.toThrow('EADDRINUSE');
    });
  });

  it('the page server says so if the page is not built', async () => {
    await expect(InspectorPage.open({ port: 0, assets: '/nowhere' })).rejects.toThrow('npm run build');
  });

  it('the page server refuses an invalid selection', async () => {
    await expect(whileOpen(async () => undefined, { sampling: 2 })).rejects.toThrow(RangeError);
    expect(errors.hasSubscribers).toBe(false);
  });

  it.each([
    '/api/fleet?at=yesterday',
    '/api/actors?at=-1',
    '/api/actors?limit=',
    '/api/actors?order=colour',
    '/api/actors?status=dead',
    '/api/actors?offset=1.5',
    '/api/requests?order=name',
    '/api/requests?status=6',
    '/api/requests?status=4x4',
    '/api/requests?slowerThan=never',
    '/api/paths?since=-1',
    '/api/history?points=some',
    '/api/minute?role=proxy',
    '/api/actors/a?at=never',
    '/api/fleet?at=8.7e15',
    '/api/actors?sort=name',
    '/api/requests?serach=it',
    '/api/actors/%ff',
  ])('the page server answers 400 to %s', async (path) => {
    await whileOpen(async (page) => {
      expect((await ask(page.url + path)).status).toBe(400);
    });
  });

  it.each(['/api/actors/nobody', '/api/definitions/d9', '/api/fleet/more', '/api/actors/a/b', '/api/else'])(
    'the page server answers 404 to %s',
    async (path) => {
      await whileOpen(async (page) => {
        expect((await ask(page.url + path)).status).toBe(404);
      });
    },
  );
});

/** A server and one client of it, in this process. */
async function whileServing(
  use: (server: HTTPServer, client: HTTPClientSession) => Promise<void>,
): Promise<void> {
  const server = new HTTPServer((_request, response) => response.end('hello'));
  const { port } = await server.listen();
  const client = new HTTPClientSession('127.0.0.1', port);
  try {
    await use(server, client);
  } finally {
    client.dispose();
    await server.stop();
  }
}

describe('the page over sessions of this process', () => {
  it('the page shows addresses, timers, counters and requests of sessions of this process', async () => {
    await whileServing(async (server, client) => {
      await whileOpen(
        async (page) => {
          const fields = { 'X-Secret': 'planted' };
          await (
            await client.request({ method: 'POST', path: '/path', headers: fields, body: 'secret' })
          ).bytes();
          await changeUntilIdle(page, client.id);
          const { actors } = (await asked(page, '/api/actors?search=server+session&order=age')) as ActorList;
          const ofServer = actors.find(({ name }) => name.startsWith('server session'));
          const detail = (await asked(page, `/api/actors/${ofServer?.id ?? ''}`)) as ActorDetail;
          expect(detail).toMatchObject({
            state: 'connected.open',
            peer: `127.0.0.1:${String(client.clientAddress()?.port)}`,
            totals: { requests: 1, errors: 0 },
            session: {
              ...{ role: 'server', socket: 'tcp', armed: 'keepAlive', response: 200, error: null },
              timers: { keepAlive: 65_000, head: 60_000 },
              request: { number: 1, method: 'POST', target: '/path' },
            },
          });
          const left = (detail.session?.due?.['keepAlive'] ?? 0) - Date.now();
          expect(left).toBeGreaterThan(45_000);
          expect(left).toBeLessThan(66_000);
          // The exchange is opened by an action of the transition, which is complete after it.
          expect(detail.log.slice(0, 2)).toMatchObject([
            { event: 'connection.opened', to: 'idle.fresh' },
            { event: 'socket.attach', from: 'unconnected.idle', to: 'connected.open' },
          ]);
          expect(detail.totals?.bytesIn).toBeGreaterThan(50);
          expect(detail.children.map(({ name }) => name).sort()).toEqual([
            'bufferService',
            `${ofServer?.name.replace('server ', '') ?? ''} · request 1`,
          ]);
          expect(detail.log.map(({ event }) => event)).toEqual(
            expect.arrayContaining(['request.head', 'response.end']),
          );
          const recording = JSON.stringify(await asked(page, '/api/recording'));
          for (const secret of ['planted', 'X-Secret', '"secret"', 'hello'])
            expect(recording).not.toContain(secret);
        },
        { of: [server, client] },
      );
    });
  });

  it('the page keeps the error of a closed session, with its testimony', async () => {
    await whileServing(async (server) => {
      await whileOpen(
        async (page) => {
          const socket = net.connect(server.address === null ? 0 : (server.address as { port: number }).port);
          socket.end('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
          await changeUntil(page.model, () => {
            return page.model.list({ status: 'ended', search: 'server session' }).total > 0;
          });
          const [over] = page.model.list({
            status: 'ended',
            search: 'server session',
            order: 'errors',
          }).actors;
          expect(over).toMatchObject({ totals: { errors: 1 } });
          expect(page.model.actor(over?.id ?? '')?.session).toMatchObject({
            error: {
              name: 'RemoteProtocolError',
              testimony: { endedBy: 'parse', history: expect.any(Array) },
            },
          });
        },
        { of: [server] },
      );
    });
  });

  it.each<[string, unknown, object]>([
    [
      'an error',
      new RangeError('too much'),
      {
        name: 'RangeError',
        code: 'HTTP_SESSION_FAULT_HANDLER',
        message: 'fault of the handler: too much',
      },
    ],
    [
      'an error that begins with the word, as that of a slow handler',
      new Error('handler: GET /stuck has no response after 60000 ms'),
      { message: 'fault of the handler: GET /stuck has no response after 60000 ms' },
    ],
    [
      'an object that cannot be read',
      Object.create(null),
      { message: expect.stringContaining('fault of the handler') },
    ],
    [
      'an object whose members throw',
      {
        get name(): string {
          throw new Error('no');
        },
      },
      { name: 'Error' },
    ],
  ])(
    'the page shows what a handler threw as the last error of its session: %s',
    async (_what, thrown, error) => {
      const clock = new VirtualClock();
      const server = new HTTPServer(
        () => {
          throw thrown;
        },
        { clock },
      );
      const pair = createMemoryPair();
      pair.client.on('error', () => undefined).resume();
      const faults = await faultsDuring(async () => {
        await whileOpen(
          async (page) => {
            const session = server.serve(pair.server);
            pair.client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
            const found = (): ActorDetail | null => {
              const { actors } = page.model.list({ search: `server session ${String(session.id)}` });
              return page.model.actor(actors[0]?.id ?? '');
            };
            await until(() => (found()?.session?.error ?? null) !== null);
            expect(found()?.session).toMatchObject({ error, totals: { errors: 1 } });
          },
          { of: [server] },
        );
      });
      expect(faults).toHaveLength(1);
      await server.stop();
    },
  );

  it('the page shows a session that is added later, until it is removed', async () => {
    await whileServing(async (server, client) => {
      await whileOpen(async (page) => {
        await client.request({ path: '/' });
        expect(page.model.list({}).actors.map(({ name }) => name)).toEqual([
          `process ${String(process.pid)}`,
        ]);
        page.add(client);
        page.add(server);
        expect(page.model.list({ search: ' session ', status: 'live' }).total).toBe(2);
        page.remove(client);
        expect(page.model.list({ search: ' session ', status: 'live' }).total).toBe(1);
      });
    });
  });
});

function changeUntilIdle(page: InspectorPage, client: number): Promise<void> {
  const isIdle = (): boolean => {
    const exchanges = page.model.list({ search: '· request', state: 'idle' }).total;
    return exchanges === 2 && page.model.list({ search: `client session ${String(client)}` }).total === 1;
  };
  return isIdle() ? Promise.resolve() : changeUntil(page.model, isIdle);
}

describe('a feed', () => {
  it('a feed sends the numbers at once, soon after each change, and once a second otherwise', async () => {
    const clock = new VirtualClock();
    await whileOpen(
      async (page) => {
        const feed = await Feed.open(`${page.url}/api/feed`);
        expect((await feed.next()).event).toBe('fleet');
        for (const id of ['a', 'b', 'c']) {
          page.model.appeared({
            id,
            name: id,
            parent: null,
            definition: { id: 'm' },
            state: '',
            status: 'active',
          });
        }
        await clock.advance(34);
        expect((await feed.next()).data).toMatchObject({
          charts: [{ name: 'process' }, { name: 'm', live: 3 }],
        });
        const { at } = page.model.fleet();
        await clock.advance(1_000);
        expect(((await feed.next()).data as FleetFrame).at).toBeGreaterThan(at);
        expect(feed.count).toBe(3);
        feed.close();
      },
      { clock },
    );
  });

  it('a feed sends an actor, and after that new changes only', async () => {
    const clock = new VirtualClock();
    await whileOpen(
      async (page) => {
        page.model.appeared({ id: 'a/1', name: 'a', parent: null, state: 'x', status: 'active' });
        const feed = await Feed.open(`${page.url}/api/actors/a%2F1/feed`);
        expect(await feed.next()).toMatchObject({ event: 'actor', data: { state: 'x', log: [{ to: 'x' }] } });
        page.model.moved('a/1', { event: 'go', state: 'y', status: 'active' });
        await clock.advance(34);
        const { data } = await feed.next();
        expect(data).toMatchObject({ state: 'y', log: [{ event: 'go' }] });
        expect((data as ActorDetail).log).toHaveLength(1);
        feed.close();
      },
      { clock },
    );
  });

  it('a feed reports an unknown actor', async () => {
    await whileOpen(async (page) => {
      const feed = await Feed.open(`${page.url}/api/actors/nobody/feed`);
      expect(await feed.next()).toEqual({ event: 'actor', data: null });
      feed.close();
    });
  });

  it('the feeds are limited, and a closed one makes room for another', async () => {
    await whileOpen(async (page) => {
      const url = `${page.url}/api/feed`;
      const feeds = await Promise.all(
        Array.from({ length: INSPECTION.maxWatchers.value }, () => Feed.open(url)),
      );
      const refused = await Feed.open(url);
      expect(refused.status).toBe(503);
      refused.close();
      feeds[0]?.close();
      for (;;) {
        const again = await Feed.open(url);
        again.close();
        if (again.status === 200) break;
      }
      for (const feed of feeds) feed.close();
    });
  });

  it('a feed ends with the page', async () => {
    let feed: Feed | undefined;
    await whileOpen(async (page) => {
      feed = await Feed.open(`${page.url}/api/feed`);
      await feed.next();
    });
    await expect(feed?.next()).rejects.toThrow();
  });
});

describe('programs that report to the page', () => {
  it('programs that report by createWebSocketInspector are shown until they disconnect', async () => {
    await whileOpen(async (page) => {
      const inspector = createWebSocketInspector({ url: page.url.replace('http', 'ws') });
      const machine = createMachine({
        id: 'door',
        initial: 'shut',
        states: { shut: { on: { open: 'ajar' } }, ajar: {} },
      });
      const actor = createActor(machine, { inspect: inspector.inspect });
      const isAjar = changeUntil(page.model, () => page.model.list({ state: 'ajar' }).total === 1);
      actor.start();
      actor.send({ type: 'open' });
      await isAjar;
      const { actors } = (await asked(page, '/api/actors?state=ajar')) as ActorList;
      expect(actors).toMatchObject([{ name: 'door', state: 'ajar', status: 'active' }]);
      const hasEnded = changeUntil(
        page.model,
        () => page.model.list({ state: 'ajar', status: 'ended' }).total === 1,
      );
      inspector.stop();
      await hasEnded;
    });
  });

  it('programs of this package can report to the page, too', async () => {
    await whileServing(async (server, client) => {
      await whileOpen(async (page) => {
        const hasCome = changeUntil(
          page.model,
          () => page.model.list({ search: 'client session' }).total === 1,
        );
        const inspection = inspectSessions({ url: page.url.replace('http', 'ws'), of: [server, client] });
        await client.request({ path: '/' });
        await hasCome;
        inspection.close();
      });
    });
  });

  it('reports from a page of another origin are refused', async () => {
    await whileOpen(async (page) => {
      const socket = new WebSocket(page.url.replace('http', 'ws'), { origin: 'https://evil.example' });
      const [error] = (await once(socket, 'error')) as [Error];
      expect(error.message).toContain('403');
      const headers = {
        ...{ Connection: 'Upgrade', Upgrade: 'websocket', Origin: 'https://evil.example' },
        ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
      };
      const { body } = await ask(page.url, { headers });
      expect(body.toString()).toMatch(/"evil\.example".*allowedHosts/);
    });
  });
});
