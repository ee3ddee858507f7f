import { createHash } from 'node:crypto';

import { afterEach, describe, expect, it } from '@jest/globals';

import { authenticate, compose, HTTPClient, type Interceptor } from '../../../src/client/index.js';
import { ScriptedServer } from '../../support/client/next.js';

const clients: HTTPClient[] = [];
const credentials = { username: 'ada', password: 'lovelace' };

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

function with_(interceptor: Interceptor): HTTPClient {
  const client = new HTTPClient();
  clients.push(client);
  return client.compose(interceptor);
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** A server that wants Digest, with a nonce that it never changes. */
function digestServer(password = 'lovelace'): Promise<ScriptedServer> {
  return ScriptedServer.listen(({ method, path, headers }, response) => {
    const fields: Readonly<Record<string, string | undefined>> = Object.fromEntries(
      [...(headers.authorization ?? '').matchAll(/(\w+)="?([^",]*)"?/g)].map(([, name, value]) => [
        String(name),
        value,
      ]),
    );
    const secret = md5(`ada:realm:${password}`);
    const { nc = '', cnonce = '', uri = '' } = fields;
    const expected = md5(`${secret}:n1:${nc}:${cnonce}:auth:${md5(`${method}:${path}`)}`);
    if (fields['response'] !== expected || uri !== path) {
      response.statusCode = 401;
      response.setHeader('WWW-Authenticate', 'Digest realm="realm", nonce="n1", qop="auth"');
    }
    response.end();
  });
}

describe('authenticate()', () => {
  it('answers Digest once; later requests have it from the start, with a count of their own', async () => {
    await using server = await digestServer();
    const client = with_(authenticate({ origin: server.origin, credentials }));
    expect((await client.request(`${server.origin}/a`)).status).toBe(200);
    expect((await client.request(`${server.origin}/b?x=1`)).status).toBe(200);
    expect(server.seen.map(({ headers }) => /nc=(\w+)/.exec(headers.authorization ?? '')?.[1])).toEqual([
      undefined,
      '00000001',
      '00000002',
    ]);
  });

  it('what was refused is not sent again: the caller gets the 401', async () => {
    await using server = await digestServer('another');
    const client = with_(authenticate({ origin: server.origin, credentials }));
    expect((await client.request(`${server.origin}/a`)).status).toBe(401);
    expect(server.seen).toHaveLength(2);
  });

  it('another origin gets no credentials', async () => {
    await using server = await digestServer();
    const client = with_(authenticate({ origin: 'http://other.example', credentials }));
    expect((await client.request(`${server.origin}/a`)).status).toBe(401);
    expect(server.seen).toHaveLength(1);
  });

  it('a request with an Authorization of its own, or with a body that cannot be sent again, is left alone', async () => {
    await using server = await digestServer();
    const client = with_(authenticate({ origin: server.origin, credentials }));
    const own = await client.request(`${server.origin}/a`, { headers: { Authorization: 'Bearer x' } });
    const once = await client.request(`${server.origin}/a`, { method: 'POST', body: ['once'] });
    expect([own.status, once.status, server.seen.length]).toEqual([401, 401, 2]);
  });

  it('a function answers other schemes, and its answer is kept', async () => {
    await using server = await ScriptedServer.listen(({ headers }, response) => {
      if (headers.authorization !== 'Bearer token') {
        response.statusCode = 401;
        response.setHeader('WWW-Authenticate', 'Bearer realm="api"');
      }
      response.end();
    });
    const asked: string[] = [];
    const answer = ([challenge]: readonly { readonly scheme: string }[]): string => {
      asked.push(challenge?.scheme ?? '');
      return 'Bearer token';
    };
    const client = with_(authenticate({ origin: server.origin, answer }));
    expect((await client.request(`${server.origin}/`)).status).toBe(200);
    expect((await client.request(`${server.origin}/`)).status).toBe(200);
    expect([asked, server.seen.length]).toEqual([['bearer'], 3]);
  });

  it.each([
    [{ origin: 'http://a', credentials, answer: () => null }],
    [{ origin: 'http://a' }],
    [{ origin: 'http://a', credentials: { username: 'ada' } }],
    [{ origin: 'nowhere', credentials }],
  ])('options are refused: %j', (options) => {
    expect(() => authenticate(options as never)).toThrow(TypeError);
  });
});

describe('compose()', () => {
  it('the first interceptor is outermost', async () => {
    const order: string[] = [];
    const named =
      (name: string): Interceptor =>
      (next) =>
      (request) => {
        order.push(name);
        return next(request);
      };
    const end = (): Promise<never> => Promise.reject(new Error('the end'));
    await compose(named('a'), named('b'))(end)({ url: new URL('http://a') }).catch(() => undefined);
    expect(order).toEqual(['a', 'b']);
  });
});
