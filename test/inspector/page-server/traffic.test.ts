import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession, HTTPServer, type RequestHandler } from '../../../src/index.js';
import type { ActorDetail, ActorList } from '../../../src/inspector/model/shapes.js';
import type {
  History,
  PathRow,
  RequestList,
  RequestRow,
} from '../../../src/inspector/model/traffic-shapes.js';
import type { InspectorPage } from '../../../src/inspector/page-server/inspector-page.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { changeUntil } from '../../support/inspector/model.js';
import { asked, Feed, whileOpen } from '../../support/inspector/page-server.js';
import { faultsDuring } from '../../support/server/faults.js';

async function requestsOf(page: InspectorPage, query = ''): Promise<readonly RequestRow[]> {
  return ((await asked(page, `/api/requests?${query}`)) as RequestList).requests;
}

/** A server on the virtual clock, with one connection in memory, and the page that shows it. */
async function whileServing(
  handler: RequestHandler,
  use: (served: {
    readonly page: InspectorPage;
    readonly clock: VirtualClock;
    send(text: string): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const server = new HTTPServer(handler, { clock });
  const pair = createMemoryPair();
  pair.client.on('error', () => undefined).resume();
  await whileOpen(
    async (page) => {
      server.serve(pair.server);
      const send = async (text: string): Promise<void> => {
        pair.client.write(text);
        await clock.advance(0);
      };
      await use({ page, clock, send });
    },
    { of: [server], clock },
  );
  await server.stop();
}

describe('the requests of sessions of this process', () => {
  it('no query is shown unasked: not of a request, an error or a fault, on the page or in a recording', async () => {
    const handler: RequestHandler = (request, response) => {
      if (request.path === '/fault') throw new Error(`No such thing: ${request.uri}`);
      response.end('answer');
    };
    const begins = ['/fine', 'http://planted-user:word@a/proxied', '/fault'];
    const sent = begins.map(
      (begin) => `GET ${begin}?token=planted-${'x'.repeat(300)} HTTP/1.1\r\nHost: a\r\n`,
    );
    const ways = [
      ...sent.map((head) => `${head}\r\n`),
      `${sent[0] ?? ''}Host: b\r\n\r\n`,
      `${sent[0] ?? ''}\r\nG@T`,
    ];
    for (const text of ways) {
      await faultsDuring(async () => {
        await whileServing(handler, async ({ page, clock, send }) => {
          const told = async (): Promise<string> => {
            const { actors } = (await asked(page, '/api/actors')) as ActorList;
            const paths = [
              ...actors.map(({ id }) => `actors/${id}`),
              'actors',
              'requests',
              'paths',
              'recording',
            ];
            const all = await Promise.all(paths.map((path) => asked(page, `/api/${path}`)));
            return JSON.stringify(all);
          };
          await send(text);
          expect(await told()).toMatch(/"target":"(\/fine|http:\/\/a\/proxied|\/fault)"|"code":"/);
          expect(await told()).not.toContain('planted');
          await clock.advance(10_000);
          expect(await told()).not.toContain('planted');
          expect(JSON.stringify(await asked(page, '/api/requests?hasQueries=true'))).toContain('planted');
        });
      });
    }
  });

  it('a request is shown with its phases: its head, the wait for the handler, its body, and the response', async () => {
    let answer: (() => void) | undefined;
    const handler: RequestHandler = async (request, response) => {
      await request.bytes();
      await new Promise<void>((resolve) => (answer = resolve));
      await response.write('half');
      await new Promise<void>((resolve) => (answer = resolve));
      response.end('whole');
    };
    await whileServing(handler, async ({ page, clock, send }) => {
      await send('POST /orders?token=1 HTTP/1.1\r\nHost: a\r\n');
      await clock.advance(10);
      await send('Content-Length: 4\r\n\r\n');
      await clock.advance(20);
      await send('body');
      await clock.advance(30);
      const [open] = await requestsOf(page);
      expect(open).toMatchObject({
        ...{ outcome: 'open', method: 'POST', path: '/orders', status: null, turn: 1, role: 'server' },
        ...{ duration: 50, phases: { head: 10, waiting: 50, body: 20, sending: 0 } },
      });
      const detail = (await asked(page, `/api/actors/${open?.session ?? ''}`)) as ActorDetail;
      expect(detail.request).toBeNull();
      const cycle = detail.children.find(({ name }) => name.endsWith('· request 1'));
      expect(await asked(page, `/api/actors/${cycle?.id ?? ''}`)).toMatchObject({
        request: { outcome: 'open', path: '/orders', duration: 50 },
        last: { method: 'POST', path: '/orders', status: null },
      });
      answer?.();
      await clock.advance(5);
      answer?.();
      await clock.advance(0);
      expect(await requestsOf(page, 'hasQueries=true')).toMatchObject([
        {
          ...{ number: 1, outcome: 'completed', status: 200, query: '?token=1', code: null, duration: 55 },
          ...{ phases: { head: 10, waiting: 50, body: 20, sending: 5 } },
          ...{ bytesIn: 65, sessionName: expect.stringMatching(/^server session \d+$/) },
        },
      ]);
      expect((await requestsOf(page))[0]).not.toHaveProperty('query');
    });
  });

  it('pipelined requests on one connection are one row each, with the bytes of each', async () => {
    await whileServing(
      (request, response) => response.end(request.path),
      async ({ page, send }) => {
        const messages = ['/one', '/two', '/three'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        await send(messages.join(''));
        const rows = await requestsOf(page, 'ascending=true');
        expect(rows.map(({ turn, path, outcome }) => [turn, path, outcome])).toEqual([
          [1, '/one', 'completed'],
          [2, '/two', 'completed'],
          [3, '/three', 'completed'],
        ]);
        expect((rows[2]?.bytesOut ?? 0) - (rows[1]?.bytesOut ?? 0)).toBe(2);
        expect(rows.reduce((sum, { bytesIn }) => sum + bytesIn, 0)).toBe(messages.join('').length);
      },
    );
  });

  it('a request that the server refuses by itself is a row, with its status and the code of the error', async () => {
    await whileServing(
      (_request, response) => response.end(),
      async ({ page, send }) => {
        await send('GET /twice HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
        expect(await requestsOf(page)).toMatchObject([
          {
            ...{ method: 'GET', path: '/twice', status: 400, outcome: 'failed' },
            code: expect.stringMatching(/^ERR_HTTP_SESSION_/),
          },
        ]);
        const { marks } = (await asked(page, '/api/history')) as History;
        expect(marks).toMatchObject([{ role: 'server', code: expect.stringMatching(/^ERR_/) }]);
      },
    );
  });

  it('a request of a handler that throws has failed, and carries the code of its fault', async () => {
    const handler: RequestHandler = () => {
      throw new RangeError('no');
    };
    await faultsDuring(() =>
      whileServing(handler, async ({ page, send }) => {
        await send('GET /boom HTTP/1.1\r\nHost: a\r\n\r\n');
        const code = 'HTTP_SESSION_FAULT_HANDLER';
        expect(await requestsOf(page, 'isFailed=true')).toMatchObject([{ status: 500, code }]);
        const { actors } = (await asked(page, '/api/actors?search=boom&order=code')) as ActorList;
        expect(actors.find(({ name }) => name.startsWith('server session'))).toMatchObject({
          last: { method: 'GET', path: '/boom', status: 500, code },
          process: `process ${String(process.pid)}`,
        });
      }),
    );
  });

  it('a request that is running when the page comes has begun when it began', async () => {
    const clock = new VirtualClock();
    const server = new HTTPServer(() => new Promise(() => undefined), { clock });
    const pair = createMemoryPair();
    pair.client.on('error', () => undefined).resume();
    const session = server.serve(pair.server);
    pair.client.write('GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n');
    await clock.advance(7_000);
    await whileOpen(
      async (page) => {
        expect(await requestsOf(page, 'slowerThan=5000')).toMatchObject([
          {
            path: '/stuck',
            outcome: 'open',
            duration: 7_000,
            sessionName: `server session ${String(session.id)}`,
          },
        ]);
        page.remove(server);
        expect(await requestsOf(page)).toEqual([]);
      },
      { of: [server], clock },
    );
    pair.client.destroy();
    await server.stop();
  });

  it('a process that serves and sends shows each request twice, by role', async () => {
    const server = new HTTPServer((request, response) => {
      response.status = request.path === '/missing' ? 404 : 200;
      response.end('hello');
    });
    const { port } = await server.listen();
    const client = new HTTPClientSession('127.0.0.1', port);
    await whileOpen(
      async (page) => {
        for (const path of ['/', '/', '/missing']) await (await client.request({ path })).bytes();
        const isOver = (): boolean =>
          page.model.requests({}).requests.every(({ outcome }) => outcome !== 'open');
        if (!isOver()) await changeUntil(page.model, isOver);
        expect(await requestsOf(page)).toHaveLength(6);
        for (const role of ['server', 'client']) {
          const paths = (await asked(page, `/api/paths?role=${role}`)) as PathRow[];
          expect(paths.map(({ path, requests }) => [path, requests])).toEqual([
            ['/', 2],
            ['/missing', 1],
          ]);
        }
        expect(await requestsOf(page, 'role=client&status=4xx')).toMatchObject([
          { path: '/missing', status: 404, sessionName: `client session ${String(client.id)}` },
        ]);
      },
      { of: [server, client] },
    );
    client.dispose();
    await server.stop();
  });

  it('a connection that is cut off while its request runs leaves a failed request', async () => {
    const server = new HTTPServer(() => new Promise(() => undefined));
    const { port } = await server.listen();
    await whileOpen(
      async (page) => {
        const socket = net.connect(port);
        const is = (outcome: string) => (): boolean =>
          page.model.requests({}).requests.some((row) => row.outcome === outcome);
        const hasBegun = changeUntil(page.model, is('open'));
        socket.write('GET /cut HTTP/1.1\r\nHost: a\r\n\r\n');
        await hasBegun;
        const hasFailed = changeUntil(page.model, is('failed'));
        socket.resetAndDestroy();
        await hasFailed;
        expect(await requestsOf(page)).toMatchObject([{ path: '/cut', status: null, outcome: 'failed' }]);
      },
      { of: [server] },
    );
    await server.stop();
  });
});

describe('the pulse', () => {
  it('the pulse comes with the numbers at once, and once a second', async () => {
    await whileServing(
      (_request, response) => response.end('hello'),
      async ({ page, clock, send }) => {
        const feed = await Feed.open(`${page.url}/api/feed`);
        await feed.next();
        expect(feed.pulses).toMatchObject([{ server: { seconds: [] }, client: null, hasForeign: false }]);
        await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await clock.advance(1_000);
        while (feed.pulses.length < 2) await feed.next();
        expect(feed.pulses[1]?.server?.seconds).toMatchObject([{ requests: 1, connections: 1, busy: 0 }]);
        await clock.advance(300);
        await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await clock.advance(300);
        expect(feed.pulses).toHaveLength(2);
        feed.close();
      },
    );
  });

  it('the pulse has the transitions of the last second, which the sessions took', async () => {
    await whileServing(
      (_request, response) => response.end('hello'),
      async ({ page, clock, send }) => {
        const feed = await Feed.open(`${page.url}/api/feed`);
        await feed.next();
        await send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await clock.advance(1_000);
        while (feed.pulses.length < 2) await feed.next();
        const taken = feed.pulses[1]?.flows.flatMap((flows) => flows.taken) ?? [];
        const { count } = taken.find(({ event }) => event === 'response.end') ?? {};
        expect(count).toBe(1);
        await clock.advance(1_000);
        while (feed.pulses.length < 3) await feed.next();
        expect(feed.pulses[2]?.flows).toEqual([]);
        feed.close();
      },
    );
  });
});
