import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { HTTPClient, redirect, retry } from '../../src/client/index.js';
import { HTTPServer } from '../../src/index.js';
import { rejection } from '../support/transport/promises.js';

let server: HTTPServer;
let origin: string;
let client: HTTPClient;

beforeEach(async () => {
  server = new HTTPServer(async (request, response) => {
    const { pathname } = new URL(request.uri, 'http://host');
    if (pathname === '/echo') response.end(await request.bytes());
    else if (pathname === '/moved') {
      response.status = 302;
      response.set('Location', '/hello');
      response.end();
    } else response.end(`hello from ${pathname}`);
  });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  origin = `http://127.0.0.1:${String(port)}`;
  client = new HTTPClient();
});

afterEach(async () => {
  client.destroy();
  await server.stop();
});

describe('a client', () => {
  it('serves calls one after another on one connection', async () => {
    for (let round = 0; round < 5; round++) {
      const response = await client.request(`${origin}/hello`);
      expect(await response.text()).toBe('hello from /hello');
      expect(response.url?.href).toBe(`${origin}/hello`);
    }
    expect(client.stats.pools).toMatchObject([{ opened: 1, reused: 4, idle: 1, busy: 0, waiting: 0 }]);
  });

  it('serves more calls at once than it has connections', async () => {
    const small = new HTTPClient({ maxConnections: 3 });
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        (await small.request(`${origin}/${String(index)}`)).text(),
      ),
    );
    expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => `hello from /${String(index)}`));
    expect(small.stats.pools[0]?.opened).toBe(3);
    expect(await small.drain()).toEqual({ finished: 0, aborted: 0, unsent: 0 });
  });

  it('sends bodies, and follows redirects with an interceptor', async () => {
    const following = client.compose(retry(), redirect());
    const echo = await following.request(`${origin}/echo`, { method: 'POST', body: 'text' });
    expect(await echo.text()).toBe('text');
    const moved = await following.request(`${origin}/moved`);
    expect(await moved.text()).toBe('hello from /hello');
    expect(moved.redirects.map(({ pathname }) => pathname)).toEqual(['/moved']);
    expect(moved.url?.pathname).toBe('/hello');
  });

  it('refuses calls after a drain', async () => {
    await (await client.request(`${origin}/hello`)).text();
    await client.drain();
    expect(await rejection(client.request(`${origin}/hello`))).toMatchObject({ name: 'InvalidStateError' });
  });

  it('has a fetch that can stand for the global one, and for that of another client', async () => {
    const other = new HTTPClient();
    const { fetch: before } = globalThis;
    try {
      globalThis.fetch = client.fetch;
      expect(await (await fetch(`${origin}/one`)).text()).toBe('hello from /one');
      expect(await (await other.fetch(`${origin}/two`)).text()).toBe('hello from /two');
      const opened = [client, other].map(({ stats }) => stats.pools[0]?.opened);
      expect(opened).toEqual([1, 1]);
    } finally {
      globalThis.fetch = before;
      other.destroy();
    }
  });
});
