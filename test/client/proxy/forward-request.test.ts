import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { forwardRequest, type ForwardableRequest } from '../../../src/client/proxy/forward-request.js';
import type { ProxyConfig } from '../../../src/client/proxy/proxy-config.js';
import { routeOf } from '../../../src/client/proxy/proxy-route.js';
import { HTTPClientSession, type HTTPClientResponse, type RequestInit } from '../../../src/session/index.js';
import { TestProxy, type ProxyBehaviour } from '../../support/client/proxy.js';

const BASIC = `Basic ${Buffer.from('alice:hunter2').toString('base64')}`;

let origin: http.Server;
let port = 0;
const received: (readonly [string, http.IncomingHttpHeaders, string])[] = [];

beforeAll(async () => {
  origin = http.createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      received.push([String(request.url), request.headers, text]);
      response.end('hello');
    });
  });
  await once(origin.listen(0, '127.0.0.1'), 'listening');
  ({ port } = origin.address() as net.AddressInfo);
});

afterAll(() => {
  origin.closeAllConnections();
  origin.close();
});

async function forwarded(
  behaviour: ProxyBehaviour,
  more: Partial<ProxyConfig>,
  requests: readonly Omit<ForwardableRequest, 'url'>[],
  use: (responses: readonly HTTPClientResponse[], proxy: TestProxy) => Promise<void> | void,
): Promise<void> {
  received.length = 0;
  await using proxy = await new TestProxy(behaviour).listen();
  const url = new URL(`http://user:secret@localhost:${String(port)}/orders?open=1#top`);
  const route = routeOf(url, { host: '127.0.0.1', port: proxy.port, ...more });
  if (route === null) throw new Error('there is no route');
  await using session = new HTTPClientSession('127.0.0.1', Number(route.url.port));
  const responses: HTTPClientResponse[] = [];
  for (const request of requests) {
    const response = await forwardRequest(route, { url, ...request }, ({ url: _url, ...init }) =>
      session.request(init as RequestInit),
    );
    await response.text();
    responses.push(response);
  }
  await use(responses, proxy);
}

describe('a forwarded request', () => {
  it('names its target in absolute form, without fragment and credentials, and in Host', async () => {
    await forwarded(
      {},
      {},
      [{ method: 'POST', body: 'two apples', headers: { 'X-Kept': 'yes' } }],
      (responses, proxy) => {
        expect(responses.map(({ status }) => status)).toEqual([200]);
        const host = `localhost:${String(port)}`;
        expect(proxy.asked[0]).toMatchObject({
          line: `POST http://${host}/orders?open=1`,
          fields: { host, 'x-kept': 'yes' },
        });
        expect(received).toMatchObject([['/orders?open=1', { host }, 'two apples']]);
      },
    );
  });

  it.each<readonly [string, unknown]>([
    ['no body', undefined],
    ['a text', 'two apples'],
    ['bytes', Buffer.from('two apples')],
  ])(
    'answers a 407 once, with %s, and sends the credentials with the next request at once',
    async (_what, body) => {
      const request = { method: 'PUT', body };
      const credentials = { username: 'alice', password: 'hunter2' };
      await forwarded({ wants: BASIC }, credentials, [request, request], (responses, proxy) => {
        expect(responses.map(({ status }) => status)).toEqual([200, 200]);
        expect(proxy.asked.map(({ fields }) => fields['proxy-authorization'])).toEqual([
          undefined,
          BASIC,
          BASIC,
        ]);
        expect(received.map(([, fields]) => fields['proxy-authorization'])).toEqual([undefined, undefined]);
        expect(received.map(([, , text]) => text)).toEqual(
          Array(2).fill(body === undefined ? '' : 'two apples'),
        );
        expect(proxy.accepted).toBe(1);
      });
    },
  );

  it.each<readonly [string, Partial<ProxyConfig>, unknown, number]>([
    ['there are no credentials', {}, 'body', 1],
    ['the body is a stream', { username: 'alice', password: 'hunter2' }, 'stream', 1],
    ['the credentials are wrong', { username: 'alice', password: 'wrong' }, 'body', 2],
    ['authMethod is none', { username: 'alice', password: 'hunter2', authMethod: 'none' }, 'body', 1],
  ])('is answered with the 407 itself when %s', async (_what, more, given, times) => {
    const body = given === 'stream' ? Readable.from(['two ', 'apples']) : given;
    await forwarded({ wants: BASIC }, more, [{ method: 'POST', body }], (responses, proxy) => {
      expect(responses.map(({ status }) => status)).toEqual([407]);
      expect(responses[0]?.get('Proxy-Authenticate')).toBe('Basic realm="proxy"');
      expect(proxy.asked).toHaveLength(times);
      expect(received).toEqual([]);
    });
  });

  it('has of the fields of the config Proxy-Authorization alone', async () => {
    const headers = { 'Proxy-Authorization': 'Bearer token', 'X-Team': 'blue' };
    await forwarded({ wants: 'Bearer token' }, { headers }, [{}], (responses, proxy) => {
      expect(responses.map(({ status }) => status)).toEqual([200]);
      expect(proxy.asked[0]?.fields).not.toHaveProperty('x-team');
      expect(received[0]?.[1]).not.toHaveProperty('proxy-authorization');
    });
  });

  it('is made by an answer of your own where a challenge is no Basic', async () => {
    received.length = 0;
    await using proxy = await new TestProxy({
      wants: 'Digest x',
      challenge: { 'Proxy-Authenticate': 'Digest realm="r"' },
    }).listen();
    const url = new URL(`http://localhost:${String(port)}/x`);
    const route = routeOf(url, {
      host: '127.0.0.1',
      port: proxy.port,
      username: 'alice',
      authMethod: 'digest',
    });
    if (route === null) throw new Error('there is no route');
    await using session = new HTTPClientSession('127.0.0.1', proxy.port);
    const asked: unknown[] = [];
    const response = await forwardRequest(
      route,
      { url },
      ({ url: _url, ...init }) => session.request(init as RequestInit),
      (...question) => {
        asked.push(question);
        return 'Digest x';
      },
    );
    expect(response.status).toBe(200);
    expect(asked).toEqual([
      [
        ['Digest realm="r"'],
        { username: 'alice', password: '' },
        { method: 'GET', uri: url.href, rejected: null },
      ],
    ]);
    await response.text();
  });
});
