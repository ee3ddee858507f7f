import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { stream, streamSSE } from 'hono/streaming';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { toRequestHandler, type FetchContext } from '../../../src/adapters/fetch/index.js';
import { HTTPClientSession, HTTPServer } from '../../../src/index.js';
import { countingBytes } from '../../support/transport/sockets.js';

const app = new Hono<{ Bindings: FetchContext }>();
app.use('/cors', cors());
app.use('/form', csrf());
app.use('/limited', bodyLimit({ maxSize: 10, onError: (c) => c.text('too much', 413) }));
app.use('/compressed', compress());
app.get('/', (c) => c.text('Hello!'));
app.get('/url', (c) =>
  c.json({ url: c.req.url, query: c.req.query('q'), address: c.env.clientAddress?.address }),
);
app.get('/cookies', (c) => {
  setCookie(c, 'one', '1');
  setCookie(c, 'two', '2', { httpOnly: true });
  return c.json(getCookie(c));
});
app.get('/cors', (c) => c.text('open'));
app.post('/form', async (c) => c.json(await c.req.parseBody()));
app.post('/limited', async (c) => c.text(await c.req.text()));
app.get('/compressed', (c) => c.text('x'.repeat(10_000)));
app.post('/echo', (c) => new Response(c.req.raw.body));
app.get('/count', (c) =>
  stream(c, async (out) => {
    for (let at = 0; at < 3; at++) {
      await out.write(String(at));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }),
);
app.get('/events', (c) =>
  streamSSE(c, async (events) => {
    await events.writeSSE({ event: 'tick', data: '1' });
    await events.writeSSE({ event: 'tick', data: '2' });
  }),
);
app.get('/broken', () => {
  throw new Error('of a route');
});
app.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.text(`caught: an error ${error.message}`, 500),
);

describe('Hono over TCP', () => {
  const server = new HTTPServer(toRequestHandler(app.fetch));
  let client: HTTPClientSession;
  let authority: string;

  beforeAll(async () => {
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    authority = `127.0.0.1:${String(port)}`;
    client = new HTTPClientSession('127.0.0.1', port);
  });

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  it('Hono routes requests on a keep-alive connection', async () => {
    for (const [path, status, text] of [
      ['/', 200, 'Hello!'],
      ['/nothing', 404, '404 Not Found'],
      ['/broken', 500, 'caught: an error of a route'],
      ['/', 200, 'Hello!'],
    ] as const) {
      const answer = await client.request({ path });
      expect([answer.status, await answer.text()]).toEqual([status, text]);
    }
    expect(server.sessions.size).toBe(1);
  });

  it('Hono answers HEAD with the head of GET', async () => {
    const answer = await client.request({ method: 'HEAD', path: '/' });
    expect([answer.status, answer.get('Content-Type'), await answer.text()]).toEqual([
      200,
      'text/plain;charset=UTF-8',
      '',
    ]);
  });

  it('a Hono handler sees the URL, and the address of the client in c.env', async () => {
    const answer = await client.request({ path: '/url?q=a%20b' });
    expect(await answer.json()).toEqual({
      url: `http://${authority}/url?q=a%20b`,
      query: 'a b',
      address: '127.0.0.1',
    });
  });

  it('a Hono handler reads and sets cookies', async () => {
    const answer = await client.request({ path: '/cookies', headers: { Cookie: 'a=1; b=2' } });
    expect(await answer.json()).toEqual({ a: '1', b: '2' });
    expect(answer.message.getAll('Set-Cookie')).toEqual(['one=1; Path=/', 'two=2; Path=/; HttpOnly']);
  });

  it('the middleware of Hono works: cors, csrf, body-limit, compress', async () => {
    const preflight = await client.request({
      method: 'OPTIONS',
      path: '/cors',
      headers: { Origin: 'http://a.example', 'Access-Control-Request-Method': 'GET' },
    });
    expect([preflight.status, preflight.get('Access-Control-Allow-Origin')]).toEqual([204, '*']);

    const form = (origin: string) =>
      client.request({
        method: 'POST',
        path: '/form',
        headers: { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'a=1',
      });
    const same = await form(`http://${authority}`);
    expect([same.status, await same.json()]).toEqual([200, { a: '1' }]);
    const other = await form('http://evil.example');
    expect([other.status, await other.text()]).toEqual([403, 'Forbidden']);

    const limited = (body: string) => client.request({ method: 'POST', path: '/limited', body });
    const small = await limited('small');
    expect([small.status, await small.text()]).toEqual([200, 'small']);
    const large = await limited('much too large');
    expect([large.status, await large.text()]).toEqual([413, 'too much']);

    const compressed = await client.request({ path: '/compressed', headers: { 'Accept-Encoding': 'gzip' } });
    expect(compressed.get('Content-Encoding')).toBe('gzip');
    const unpacked = new Blob([new Uint8Array(await compressed.bytes())])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'));
    expect(await new Response(unpacked).text()).toBe('x'.repeat(10_000));
  });

  it('a Hono handler streams both ways', async () => {
    const bytes = countingBytes(1_000_000);
    const echo = await client.request({ method: 'POST', path: '/echo', body: bytes });
    expect((await echo.bytes()).equals(bytes)).toBe(true);
    const count = await client.request({ path: '/count' });
    expect([count.get('Transfer-Encoding'), await count.text()]).toEqual(['chunked', '012']);
    const events = await client.request({ path: '/events' });
    expect(events.get('Content-Type')).toBe('text/event-stream');
    expect(await events.text()).toBe('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n');
  });

  it('a Hono handler answers a first piece before the request is complete', async () => {
    let goOn: (() => void) | undefined;
    const answered = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const order: string[] = [];
    const upload = (async function* () {
      order.push('first sent');
      yield 'first';
      await answered;
      order.push('second sent');
      yield 'second';
    })();
    const echo = await client.request({ method: 'POST', path: '/echo', body: upload });
    for await (const piece of echo) {
      order.push(`${piece.toString()} received`);
      goOn?.();
    }
    expect(order).toEqual(['first sent', 'first received', 'second sent', 'second received']);
  });
});
