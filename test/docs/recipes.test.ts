import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';

import { describe, expect, it, jest } from '@jest/globals';

import {
  ERROR_CHANNEL,
  HTTPClientSession,
  HTTPServer,
  IncompleteMessageError,
  NetworkError,
  type HTTPClientResponse,
  type RequestHandler,
  type RequestInit,
} from '../../src/index.js';
import type { HTTPClient } from '../../src/client/index.js';
import { PageCheck } from '../support/docs/page-check.js';
import { blocksByHeading, runPageProgram } from '../support/docs/page-program.js';

const page = new PageCheck(blocksByHeading('docs/recipes.md'));
const HOST = '127.0.0.1';

function connect(port: number): HTTPClientSession {
  const session = new HTTPClientSession(HOST, port);
  page.cleanup(() => {
    session.dispose();
  });
  return session;
}

async function serve(handler: RequestHandler): Promise<number> {
  const server = new HTTPServer(handler);
  page.cleanup(() => server.stop());
  const { port } = await server.listen({ host: HOST, port: 0 });
  return port;
}

/** A server of plain sockets, for what an HTTP server does not do. */
async function serveSockets(connected: (socket: net.Socket) => void, port = 0): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    connected(socket);
  });
  page.cleanup(() => new Promise((resolve) => server.close(resolve)));
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  return (server.address() as net.AddressInfo).port;
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves with the next error of any session. */
function nextError(): Promise<unknown> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      unsubscribe(ERROR_CHANNEL, listener);
      resolve(message);
    };
    subscribe(ERROR_CHANNEL, listener);
  });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'recipe-'));
  page.cleanup(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

async function text(response: HTTPClientResponse): Promise<[number, string]> {
  return [response.status, await response.text()];
}

/** The import of a library in a program of a page, which has no folder to look for it in. */
function library(path: string): string {
  return JSON.stringify(new URL(`../../node_modules/${path}`, import.meta.url).href);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const CHECKS: Readonly<Record<string, readonly [string, () => Promise<void>]>> = {
  'Server-sent events': [
    'events arrive, and a client that leaves ends the handler',
    async () => {
      const { port, exports, lines } = await page.start('Server-sent events', ['prices']);
      const prices = exports['prices'] as EventEmitter;
      const session = connect(port);
      const response = await session.request();
      expect(response.get('Content-Type')).toBe('text/event-stream');
      expect(String(await response.body.read())).toBe('retry: 2000\n\n');
      prices.emit('change', { apples: 3 });
      expect(String(await response.body.read())).toBe('event: price\ndata: {"apples":3}\n\n');
      session.abort();
      await until(() => lines.length > 0);
      expect(lines).toEqual(['client gone: ERR_HTTP_SESSION_RESET']);
      expect(prices.listenerCount('change')).toBe(0);
    },
  ],

  'Streaming download': [
    'a file arrives whole, and of an interrupted download nothing stays',
    async () => {
      const big = Buffer.alloc(3_000_000, 'x');
      const port = await serve(async (request, response) => {
        if (request.path === '/missing') response.status = 404;
        for (let at = 0; at < big.length; at += 65_536) await response.write(big.subarray(at, at + 65_536));
        response.end();
      });
      const directory = folder();
      const file = join(directory, 'big.bin');
      const { exports } = await runPageProgram(page.program('Streaming download'), ['download', 'session'], {
        8080: String(port),
        "'big.bin'": JSON.stringify(file),
      });
      expect(readFileSync(file).equals(big)).toBe(true);
      expect((exports['session'] as HTTPClientSession).state).toBe('closed');

      const download = exports['download'] as (
        session: HTTPClientSession,
        path: string,
        file: string,
      ) => Promise<void>;
      const broken = await serveSockets((socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'));
      });
      const interrupted = download(connect(broken), '/big', join(directory, 'broken.bin'));
      await expect(interrupted).rejects.toBeInstanceOf(IncompleteMessageError);
      await expect(download(connect(port), '/missing', join(directory, 'missing.bin'))).rejects.toThrow(
        'GET /missing: status 404',
      );
      expect(readdirSync(directory)).toEqual(['big.bin']);
    },
  ],

  'Upload with a limit': [
    'an upload over the limit gets 413, by its length or as it arrives, and leaves no file',
    async () => {
      const file = join(folder(), 'upload.bin');
      const { port } = await page.start('Upload with a limit', [], {
        "'upload.bin'": JSON.stringify(file),
      });
      const piece = Buffer.alloc(64 * 1024, 'x');
      async function* pieces(count: number): AsyncGenerator<Buffer> {
        for (let n = 0; n < count; n++) yield await Promise.resolve(piece);
      }
      const put = async (body: NonNullable<RequestInit['body']>): Promise<HTTPClientResponse> =>
        await connect(port).request({ method: 'PUT', body });

      const refusal = [413, 'At most 1048576 bytes, please.\n'];
      expect(await text(await put(pieces(1_000)))).toEqual(refusal);
      expect(existsSync(file)).toBe(false);
      expect(await text(await put(Buffer.alloc(1024 * 1024 + 1)))).toEqual(refusal);
      expect(existsSync(file)).toBe(false);
      expect(await text(await put(pieces(16)))).toEqual([201, '']);
      expect(readFileSync(file).equals(Buffer.alloc(1024 * 1024, 'x'))).toBe(true);
    },
  ],

  'Reverse proxy': [
    'bodies stream both ways, fields of one connection stay behind, and errors become 502',
    async () => {
      let fields: http.IncomingHttpHeaders = {};
      let target: string | undefined;
      let aborted = 0;
      const upstream = http.createServer((request, response) => {
        fields = request.headers;
        target = request.url;
        request.on('error', () => undefined);
        response.on('close', () => (aborted += response.writableFinished ? 0 : 1));
        if (request.url === '/never') return;
        response.writeHead(request.method === 'DELETE' ? 204 : 200, {
          'Set-Cookie': ['a=1', 'b=2'],
          'Keep-Alive': 'timeout=5',
        });
        request.pipe(response);
      });
      await new Promise<void>((resolve) => upstream.listen(0, HOST, resolve));
      const close = (): void => {
        upstream.close().closeAllConnections();
      };
      page.cleanup(close);
      const { port } = await page.start('Reverse proxy', [], {
        3000: String((upstream.address() as net.AddressInfo).port),
      });

      // The second piece is sent only after the first has come back.
      const session = connect(port);
      let sendNext: (value?: unknown) => void = () => undefined;
      const first = new Promise((resolve) => (sendNext = resolve));
      async function* body(): AsyncGenerator<string> {
        yield 'one';
        await first;
        yield 'two';
      }
      const response = await session.request({
        method: 'POST',
        path: '/created?a=b',
        headers: { Connection: 'X-Hop', 'X-Hop': 'secret', 'X-Kept': 'yes' },
        body: body(),
      });
      expect(response.status).toBe(200);
      expect(String(await response.body.read())).toBe('one');
      sendNext();
      expect(await response.text()).toBe('two');
      expect(response.message.getAll('Set-Cookie')).toEqual(['a=1', 'b=2']);
      expect(response.has('Keep-Alive')).toBe(false);
      expect(target).toBe('/created?a=b');
      expect(fields).toMatchObject({ host: `${HOST}:${String(port)}`, 'x-kept': 'yes' });
      expect(fields).toMatchObject({ 'x-forwarded-for': HOST });
      expect(fields).not.toHaveProperty('x-hop');
      expect((await session.request({ method: 'DELETE' })).status).toBe(204);

      const leaving = connect(port);
      const lost = leaving.request({ path: '/never' }).catch(() => 'lost');
      await until(() => target === '/never');
      leaving.abort();
      expect(await lost).toBe('lost');
      await until(() => aborted === 1);

      close();
      expect(await text(await connect(port).request({ path: '/gone' }))).toEqual([502, 'Bad gateway\n']);
    },
  ],

  'Static files': [
    'files of the folder are served, and no path or link leads out of it',
    async () => {
      const directory = folder();
      const root = join(directory, 'public');
      mkdirSync(join(root, 'sub'), { recursive: true });
      mkdirSync(join(directory, 'public-not'));
      writeFileSync(join(root, 'index.html'), '<h1>Hello</h1>');
      writeFileSync(join(root, 'a file'), 'with a space');
      writeFileSync(join(directory, 'secret.txt'), 'secret');
      writeFileSync(join(directory, 'public-not', 'secret.txt'), 'secret');
      symlinkSync(join(directory, 'secret.txt'), join(root, 'link.txt'));
      const { port } = await page.start('Static files', [], { "'public'": JSON.stringify(root) });
      const session = connect(port);

      const index = await session.request({ path: '/index.html?v=1' });
      expect([index.status, index.get('Content-Type'), index.get('Content-Length')]).toEqual([
        200,
        'text/html; charset=utf-8',
        '14',
      ]);
      expect(await index.text()).toBe('<h1>Hello</h1>');
      expect(await text(await session.request({ path: '/a%20file' }))).toEqual([200, 'with a space']);
      const head = await session.request({ method: 'HEAD', path: '/index.html' });
      expect([head.status, head.get('Content-Length'), await head.text()]).toEqual([200, '14', '']);

      for (const path of [
        '/../secret.txt',
        '/%2e%2e/secret.txt',
        '/..%2fsecret.txt',
        '/sub/../../secret.txt',
        '/../public-not/secret.txt',
        '/link.txt',
        '/sub',
        '/missing',
        '/%zz',
        '/a%00b',
        '/',
      ]) {
        expect([path, ...(await text(await session.request({ path })))]).toEqual([path, 404, 'Not found\n']);
      }
    },
  ],

  'JSON API with errors': [
    'every error is JSON with its status, and a body that is too large gets 413',
    async () => {
      const { port, exports } = await page.start('JSON API with errors', ['routes']);
      const session = connect(port);
      const ask = async (init: RequestInit): Promise<unknown> => {
        const response = await session.request(init);
        expect(response.get('Content-Type')).toBe('application/json');
        return [response.status, await response.json()];
      };
      const post = (body: string): Promise<unknown> => ask({ method: 'POST', path: '/users', body });

      expect(await ask({ path: '/users' })).toEqual([200, [{ name: 'Ada' }]]);
      expect(await post('{"name":"Bob"}')).toEqual([200, { name: 'Bob' }]);
      expect(await ask({ path: '/users' })).toEqual([200, [{ name: 'Ada' }, { name: 'Bob' }]]);
      expect(await post('{}')).toEqual([422, { error: 'name must be a string' }]);
      expect(await post('null')).toEqual([422, { error: 'name must be a string' }]);
      expect(await post('{"name"')).toEqual([400, { error: 'malformed JSON' }]);
      expect(await ask({ path: '/none' })).toEqual([404, { error: 'no such route' }]);

      const report = jest.spyOn(console, 'error').mockReturnValue();
      const mistake = new RangeError('a mistake');
      (exports['routes'] as Record<string, () => never>)['GET /mistake'] = () => {
        throw mistake;
      };
      expect(await ask({ path: '/mistake' })).toEqual([500, { error: 'internal error' }]);
      expect(report.mock.calls).toEqual([[mistake]]);

      const large = await session.request({ method: 'POST', path: '/users', body: 'x'.repeat(10_001) });
      expect(large.status).toBe(413);
      expect(report).toHaveBeenCalledTimes(1);
    },
  ],

  'Handler timeout': [
    'a slow handler is answered with 503, and its work stops when the client leaves',
    async () => {
      const { port, exports } = await page.start('Handler timeout', [], { '1_000': '50' });
      const response = await connect(port).request();
      expect(response.get('Retry-After')).toBe('5');
      expect(await text(response)).toEqual([503, 'Too slow, try again\n']);

      const server = exports['server'] as HTTPServer;
      const leaving = connect(port);
      const lost = leaving.request().catch(() => 'lost');
      await until(() => server.counts().activities.active === 1);
      const faults = jest.spyOn(process, 'emitWarning').mockReturnValue();
      leaving.abort();
      expect(await lost).toBe('lost');
      await until(() => server.currentConnections === 1);
      expect(faults).not.toHaveBeenCalled();
    },
  ],

  Retry: [
    'a request that cannot have arrived is repeated, any other is not',
    async () => {
      const port = await freePort();
      const refused = nextError();
      const program = runPageProgram(page.program('Retry'), ['requestWithRetry', 'session'], {
        8080: String(port),
      });
      await refused;
      const orders: string[] = [];
      const server = new HTTPServer(async (request, response) => {
        orders.push(await request.text());
        response.end('thank you');
      });
      page.cleanup(() => server.stop());
      await server.listen({ host: HOST, port });
      const { lines, exports } = await program;
      expect(lines).toEqual(['200 thank you']);
      expect(orders).toEqual(['two apples']);

      const retry = exports['requestWithRetry'] as (
        session: HTTPClientSession,
        init: RequestInit,
        options?: { attempts?: number; pause?: number },
      ) => Promise<HTTPClientResponse>;
      let connections = 0;
      const resetting = await serveSockets((socket) => {
        connections++;
        socket.once('data', () => socket.resetAndDestroy());
      });
      await expect(retry(connect(resetting), { method: 'POST', body: 'x' })).rejects.toMatchObject({
        replay: 'unknown',
      });
      expect(connections).toBe(1);

      const vain = retry(connect(await freePort()), { method: 'POST' }, { attempts: 2, pause: 1 });
      await expect(vain).rejects.toBeInstanceOf(NetworkError);
      await expect(vain).rejects.toMatchObject({ replay: 'safe' });
    },
  ],

  'Idempotency-Key': [
    'a POST is repeated with the same key, and each POST has its own',
    async () => {
      const keys: (string | undefined)[] = [];
      const port = await serve(async (request, response) => {
        keys.push(request.get('Idempotency-Key'));
        response.status = keys.length === 1 ? 503 : 201;
        response.end(await request.text());
      });
      const replacements = { 8080: String(port), 'await client.drain();': '' };
      const program = page.program('Idempotency-Key');
      const { lines, exports } = await runPageProgram(program, ['shop', 'order'], replacements);
      expect(lines).toEqual(['201 two apples']);
      const [first, second] = keys;
      expect(first).toMatch(/^[\da-f-]{36}$/);
      expect(second).toBe(first);

      const shop = exports['shop'] as HTTPClient;
      page.cleanup(() => shop.drain());
      const url = `http://${HOST}:${String(port)}/orders`;
      await (await shop.request(url, exports['order'] as RequestInit)).text();
      await (await shop.request(url)).text();
      expect(keys).toHaveLength(4);
      expect(keys[2]).not.toBe(first);
      expect(keys[3]).toBeUndefined();
    },
  ],

  Cookies: [
    'a cookie that was set with a redirect is sent to its origin alone',
    async () => {
      const seen: string[] = [];
      const other = await serve((request, response) => {
        seen.push(`other ${String(request.get('Cookie'))}`);
        response.end();
      });
      const port = await serve((request, response) => {
        seen.push(`${request.path} ${String(request.get('Cookie'))}`);
        if (request.path === '/login') {
          response.status = 303;
          response
            .set('Location', '/welcome')
            .add('Set-Cookie', 'id=7; HttpOnly')
            .add('Set-Cookie', 'x=; Domain=;');
        } else if (request.path === '/leave') {
          response.status = 302;
          response.set('Location', `http://localhost:${String(other)}/`);
        }
        response.end('two apples');
      });
      const program = page.program('Cookies');
      const { lines, exports } = await runPageProgram(program, ['browsing'], {
        8080: String(port),
        "'tough-cookie'": library('tough-cookie/dist/index.js'),
        'await client.drain();': '',
      });
      const browsing = exports['browsing'] as HTTPClient;
      page.cleanup(() => browsing.drain());
      expect(lines).toEqual(['200 two apples']);
      await (await browsing.request(`http://${HOST}:${String(port)}/leave`)).text();
      expect(seen[0]).toBe('/login undefined');
      expect(seen.slice(1, 4)).toEqual(
        ['/welcome', '/orders', '/leave'].map((path) => expect.stringMatching(`${path} .*id=7`)),
      );
      expect(seen.slice(4)).toEqual(['other undefined']);
    },
  ],

  Cache: [
    'a fresh response comes from the cache, a stale one is asked for again with its ETag',
    async () => {
      const asked: string[] = [];
      const port = await serve((request, response) => {
        asked.push(`${request.path} ${String(request.get('If-None-Match'))}`);
        if (request.path === '/secret') response.set('Cache-Control', 'no-store');
        else if (request.path === '/prices') response.set('Cache-Control', 'max-age=60');
        else response.set('Cache-Control', 'no-cache').set('ETag', '"1"');
        if (request.has('If-None-Match')) response.status = 304;
        response.end(request.has('If-None-Match') ? undefined : 'apples: 3');
      });
      const { lines, exports } = await runPageProgram(page.program('Cache'), ['cachedGet', 'client'], {
        8080: String(port),
        "'http-cache-semantics'": library('http-cache-semantics/index.js'),
      });
      page.cleanup(() => (exports['client'] as HTTPClient).drain());
      expect(lines).toEqual(['200 apples: 3 from server', '200 apples: 3 from cache']);
      const get = exports['cachedGet'] as (url: string) => Promise<{ from: string; body: Buffer }>;
      const sources: string[] = [];
      for (const path of ['secret', 'secret', 'checked', 'checked', 'checked']) {
        const { from, body } = await get(`http://${HOST}:${String(port)}/${path}`);
        sources.push(`${path} ${from}: ${String(body)}`);
      }
      expect(sources).toEqual([
        'secret server: apples: 3',
        'secret server: apples: 3',
        'checked server: apples: 3',
        'checked server, unchanged: apples: 3',
        'checked server, unchanged: apples: 3',
      ]);
      expect(asked).toEqual([
        '/prices undefined',
        '/secret undefined',
        '/secret undefined',
        '/checked undefined',
        '/checked "1"',
        '/checked "1"',
      ]);
    },
  ],

  Decompression: [
    'a body is decoded by its coding, and no further than the cap',
    async () => {
      const port = await serve((request, response) => {
        const body = request.path === '/bomb' ? Buffer.alloc(10_000_000) : Buffer.from('three apples');
        if (request.path === '/plain') response.end(body);
        else if (request.path === '/unknown') response.set('Content-Encoding', 'x').end(body);
        else if (request.path === '/br')
          response.set('Content-Encoding', 'br').end(zlib.brotliCompressSync(body));
        else response.set('Content-Encoding', 'gzip').end(zlib.gzipSync(body));
      });
      const program = page.program('Decompression');
      const { lines, exports } = await runPageProgram(program, ['decoded', 'client'], { 8080: String(port) });
      const client = exports['client'] as HTTPClient;
      page.cleanup(() => client.drain());
      expect(lines).toEqual(['200 three apples']);
      const decode = exports['decoded'] as (
        response: HTTPClientResponse,
        maxBytes: number,
      ) => Promise<Buffer>;
      const get = async (path: string): Promise<string> =>
        String(await decode(await client.request(`http://${HOST}:${String(port)}${path}`), 1_000));
      expect([await get('/br'), await get('/plain')]).toEqual(['three apples', 'three apples']);
      await expect(get('/bomb')).rejects.toThrow('the body is larger than 1000 bytes');
      await expect(get('/unknown')).rejects.toThrow('unknown Content-Encoding x');
    },
  ],

  'Graceful shutdown with open streams': [
    'SIGTERM ends a stream with a complete body, and no connection is aborted',
    async () => {
      const { port, lines, terminate } = await page.start('Graceful shutdown with open streams');
      const response = await connect(port).request();
      expect(String(await response.body.read())).toMatch(/^data: \d{4}-/);
      const [rest] = await Promise.all([response.text(), terminate()]);
      expect(rest).toMatch(/event: bye\ndata: restarting\n\n$/);
      expect(lines).toEqual(['{"finished":1,"aborted":0}']);
    },
  ],

  'Test without ports': [
    'its assertions hold without a port and without waiting',
    async () => {
      const listen = jest.spyOn(net.Server.prototype, 'listen');
      const { exports } = await runPageProgram(page.program('Test without ports'), ['server', 'clock']);
      expect(exports['server']).toMatchObject({ totalConnections: 2, currentConnections: 0 });
      expect((exports['clock'] as { now(): number }).now()).toBeGreaterThanOrEqual(10_000);
      expect(listen).not.toHaveBeenCalled();
    },
  ],
};

describe('docs/recipes.md', () => {
  it.each(
    Object.entries(CHECKS).map(
      ([heading, [claim, check]]) => [`docs/recipes.md, ${heading}: ${claim}`, check] as const,
    ),
  )('%s', async (_, check) => {
    await check();
  });

  it('every program in docs/recipes.md is run', () => {
    expect(page.headings).toEqual(Object.keys(CHECKS));
  });
});
