import { describe, expect, it } from '@jest/globals';

import { HTTPServer, type HTTPServerParams } from '../../../src/server/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { FarEnd } from '../../support/http/far-end.js';
import { responseIn } from '../../support/http/messages.js';
import { echoPath, get, post, Served } from '../../support/http/served.js';
import { Published } from '../../support/server/published.js';

const ADDRESS = expect.objectContaining({ address: '127.0.0.1' });

const readsOneByte: RequestHandler = async (request, response) => {
  response.end(await request.bytes({ maxBytes: 1 }));
};

const readsAll: RequestHandler = async (request, response) => {
  response.end(await request.bytes());
};

describe('a request that the server refuses by itself', () => {
  it.each([
    [400, 'GET', '/field', 'GET /field HTTP/1.1\r\nHost: a\r\nb c\r\n\r\n'],
    [400, 'GET', '/without/host', 'GET /without/host HTTP/1.1\r\n\r\n'],
    [400, '', '', '@/ HTTP/1.1\r\n\r\n'],
    [400, 'GET', '', 'GET \x01 HTTP/1.1\r\n\r\n'],
    [414, 'GET', `/${'x'.repeat(8_187)}`, `GET /${'x'.repeat(9_000)} HTTP/1.1\r\n\r\n`],
    [417, 'POST', '/', post('x', 'Expect: miracles\r\n')],
    [431, 'GET', '/', get('/', `Large: ${'x'.repeat(65_536)}\r\n`)],
    [501, 'POST', '/', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    [505, 'GET', '/new', 'GET /new HTTP/2.0\r\n\r\n'],
  ])('a refused head is an exchange with status %d, of method %p', async (status, method, target, bytes) => {
    using published = new Published();
    const served = new Served(echoPath);
    await served.send(bytes);
    expect(responseIn(served.text).status).toBe(status);
    expect(published.lines).toEqual([[method, target, status, 'failed']]);
    expect(published.exchanges).toMatchObject([
      { phase: 'begin', number: 1, sessionId: served.session.id, status: undefined, address: ADDRESS },
      { phase: 'end', number: 1, duration: 0, error: served.session.networkException(), address: ADDRESS },
    ]);
    expect(published.errors).toMatchObject([{ sessionId: served.session.id, address: ADDRESS }]);
  });

  it('a head that comes too slowly is an exchange with status 408, with what came of it', async () => {
    using published = new Published();
    const served = new Served(echoPath, { timers: { head: 500 } });
    await served.send('GET /slow HT');
    await served.pass(600);
    expect(published.lines).toEqual([['GET', '/slow', 408, 'failed']]);
  });

  it('a head within which the client leaves is an exchange with status 400', async () => {
    using published = new Published();
    const served = new Served(echoPath);
    await served.sendLast('GET /half HTTP/1.1\r\nHo');
    expect(published.lines).toEqual([['GET', '/half', 400, 'failed']]);
  });

  it('a refused head is the next exchange of a connection that was kept alive', async () => {
    using published = new Published();
    const served = new Served(echoPath);
    await served.send(get('/first') + 'GET /second HTTP/3.0\r\n\r\n');
    expect(published.lines).toEqual([
      ['GET', '/first', 200, 'completed'],
      ['GET', '/second', 505, 'failed'],
    ]);
    expect(published.exchanges.map(({ number }) => number)).toEqual([1, 1, 2, 2]);
  });
});

describe('a request that is refused while its handler reads', () => {
  it.each<[number, string, HTTPServerParams, RequestHandler, string]>([
    [413, 'a body beyond maxBytes', {}, readsOneByte, post('ab')],
    [
      400,
      'a malformed chunk',
      {},
      readsOneByte,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n',
    ],
    [408, 'a body that stops', { timers: { bodyProgress: 500 } }, readsAll, post('ab').slice(0, -1)],
  ])(
    'an exchange ends with the status %d that was sent: %s',
    async (status, _what, params, handler, bytes) => {
      using published = new Published();
      const served = new Served(handler, params);
      await served.send(bytes);
      await served.pass(600);
      expect(responseIn(served.text).status).toBe(status);
      expect(published.exchanges).toHaveLength(2);
      expect(published.exchanges[1]).toMatchObject({
        phase: 'end',
        method: 'POST',
        target: '/',
        status,
        outcome: 'failed',
        error: { code: expect.stringMatching(/^ERR_HTTP_SESSION_/) },
        address: ADDRESS,
      });
    },
  );

  it('an exchange ends without a status when nothing was sent, with the address of a client that is gone', async () => {
    using published = new Published();
    const served = new Served(() => undefined);
    await served.send(get());
    await served.reset();
    expect(published.exchanges[1]).toMatchObject({ phase: 'end', status: undefined, address: ADDRESS });
    expect(published.errors).toMatchObject([{ address: ADDRESS }]);
  });
});

describe('a connection beyond the caps of a server', () => {
  it('a refused connection is an exchange with status 503, and an error, both with its address', async () => {
    using published = new Published();
    const server = new HTTPServer(echoPath, { maxConnections: 1 });
    const first = createMemoryPair();
    new FarEnd(first.client);
    server.accept(first.server);
    const pair = createMemoryPair();
    const far = new FarEnd(pair.client);
    expect(server.accept(pair.server)).toBeNull();
    await far.send(get());
    expect(responseIn(far.text).status).toBe(503);
    expect(published.lines).toEqual([['', '', 503, 'failed']]);
    expect(published.exchanges).toMatchObject([
      { sessionId: 0, address: ADDRESS },
      { sessionId: 0, address: ADDRESS },
    ]);
    expect(published.errors).toMatchObject([
      { sessionId: 0, address: ADDRESS, error: { code: 'ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS' } },
    ]);
    await server.stop();
  });
});

describe('the caps on the head of a request', () => {
  it.each<[string, HTTPServerParams, string, number, string, number]>([
    [
      'maxStartLineBytes',
      { maxStartLineBytes: 32_768 },
      `GET /${'x'.repeat(32_754)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      200,
      `GET /${'x'.repeat(32_755)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      414,
    ],
    [
      'maxHeadBytes',
      { maxHeadBytes: 131_072 },
      get('/', `Large: ${'x'.repeat(130_000)}\r\n`),
      200,
      get('/', `Large: ${'x'.repeat(131_072)}\r\n`),
      431,
    ],
    [
      'maxFieldCount',
      { maxFieldCount: 3 },
      'GET / HTTP/1.1\r\nHost: a\r\nB: b\r\nC: c\r\n\r\n',
      200,
      'GET / HTTP/1.1\r\nHost: a\r\nB: b\r\nC: c\r\nD: d\r\n\r\n',
      431,
    ],
  ])('%s is a parameter of a server', async (_name, params, allowed, status, excess, refused) => {
    for (const [bytes, expected] of [
      [allowed, status],
      [excess, refused],
    ] as const) {
      const served = new Served((_request, response) => {
        response.end();
      }, params);
      await served.send(bytes);
      expect(responseIn(served.text).status).toBe(expected);
    }
  });

  it('maxHeadBytes below the default of maxStartLineBytes limits the request line as well', async () => {
    const served = new Served(echoPath, { maxHeadBytes: 1_000 });
    await served.send(`GET /${'x'.repeat(1_000)} HTTP/1.1\r\n`);
    expect(responseIn(served.text).status).toBe(431);
  });

  it.each([
    [{ maxHeadBytes: 0 }, 'maxHeadBytes: must be an integer, 1 or more (got 0)'],
    [{ maxFieldCount: 1.5 }, 'maxFieldCount'],
    [{ maxStartLineBytes: -1 }, 'maxStartLineBytes'],
    [{ maxStartLineBytes: 70_000 }, 'must not exceed maxHeadBytes, 65536 (got 70000)'],
  ])('parameters of a head such as %j are refused', (params, text) => {
    const make = (): HTTPServer => new HTTPServer(echoPath, params);
    expect(make).toThrow(RangeError);
    expect(make).toThrow(text);
  });
});
