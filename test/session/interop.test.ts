import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'undici';

import { HTTPServer } from '../../src/server/index.js';
import { HTTPClientSession, type RequestHandler } from '../../src/session/index.js';
import { countingBytes } from '../support/transport/sockets.js';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const BODIES: readonly (readonly [string, Buffer])[] = [
  ['no body', Buffer.alloc(0)],
  ['a small body', Buffer.from('hello, grün')],
  ['a large body', countingBytes(500_000)],
];
/** How the answer is framed. */
const PATHS = ['/fixed', '/chunked', '/close'];

/** What every server of this file answers: the method and the body of the request. */
interface Told {
  readonly status: number;
  readonly method: string | undefined;
  readonly body: Buffer;
}

const echo: RequestHandler = async (request, response) => {
  const body = await request.bytes();
  response.set('X-Method', request.method);
  if (request.path === '/close') response.set('Connection', 'close');
  if (request.path === '/chunked') {
    await response.write(body.subarray(0, 1));
    response.end(body.subarray(1));
  } else response.end(body);
};

function nodeEcho(request: http.IncomingMessage, response: http.ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    response.setHeader('X-Method', request.method ?? '');
    if (request.url === '/close') response.setHeader('Connection', 'close');
    if (request.url === '/chunked') {
      response.write(body.subarray(0, 1));
      response.end(body.subarray(1));
    } else response.end(body);
  });
}

function expectEcho(told: Told, method: string, body: Buffer): void {
  expect(told.status).toBe(200);
  expect(told.method).toBe(method);
  expect(told.body.equals(method === 'HEAD' ? Buffer.alloc(0) : body)).toBe(true);
}

describe('clients of others at a server of this package', () => {
  let server: HTTPServer;
  let port: number;
  let client: Client;
  let agent: http.Agent;

  beforeAll(async () => {
    server = new HTTPServer(echo);
    ({ port } = await server.listen());
    client = new Client(`http://127.0.0.1:${String(port)}`);
    agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterAll(async () => {
    await client.close();
    agent.destroy();
    await server.stop();
  });

  async function byUndici(method: string, path: string, body: Buffer): Promise<Told> {
    const response = await client.request({
      method: method,
      path,
      body: body.length > 0 ? body : null,
    });
    return {
      status: response.statusCode,
      method: response.headers['x-method'] as string,
      body: Buffer.from(await response.body.arrayBuffer()),
    };
  }

  async function byNode(method: string, path: string, body: Buffer, headers = {}): Promise<Told> {
    // By itself node:http frames the body of POST, PUT and PATCH only.
    const framing =
      body.length === 0 || 'Transfer-Encoding' in headers ? {} : { 'Content-Length': body.length };
    const request = http.request({
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers: { ...headers, ...framing },
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      status: response.statusCode ?? 0,
      method: response.headers['x-method'] as string,
      body: Buffer.concat(chunks),
    };
  }

  describe.each(PATHS)('answering %s', (path) => {
    it.each(BODIES)('undici sends %s to a server of this package', async (_what, body) => {
      for (const method of METHODS) expectEcho(await byUndici(method, path, body), method, body);
      expectEcho(await byUndici('HEAD', path, Buffer.alloc(0)), 'HEAD', body);
    });

    it.each(BODIES)('node:http sends %s to a server of this package', async (_what, body) => {
      for (const method of METHODS) expectEcho(await byNode(method, path, body), method, body);
      expectEcho(await byNode('HEAD', path, Buffer.alloc(0)), 'HEAD', body);
    });
  });

  it('node:http sends chunks to a server of this package, and waits for 100 Continue', async () => {
    const body = countingBytes(100_000);
    expectEcho(await byNode('POST', '/fixed', body, { 'Transfer-Encoding': 'chunked' }), 'POST', body);
    const request = http.request({
      host: '127.0.0.1',
      port,
      agent,
      method: 'PUT',
      headers: { Expect: '100-continue' },
    });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('granted');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.setEncoding('utf8');
    let text = '';
    for await (const chunk of response) text += chunk as string;
    expect(text).toBe('granted');
  });

  it('fetch works with a server of this package', async () => {
    const response = await fetch(`http://127.0.0.1:${String(port)}/chunked`, {
      method: 'POST',
      body: 'fetched',
    });
    expect([response.status, await response.text()]).toEqual([200, 'fetched']);
  });
});

describe('a client of this package at node:http', () => {
  let server: http.Server;
  let session: HTTPClientSession;

  beforeAll(async () => {
    server = http.createServer(nodeEcho);
    server.on('checkContinue', (request, response) => {
      if (request.url === '/refused') {
        response.statusCode = 413;
        response.end('too large');
        return;
      }
      response.writeContinue();
      nodeEcho(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    session = new HTTPClientSession('127.0.0.1', (server.address() as AddressInfo).port);
  });
  afterAll(() => {
    session.close();
    server.close();
    server.closeAllConnections();
  });

  describe.each(PATHS)('answering %s', (path) => {
    it.each(BODIES)('a client of this package sends %s to node:http', async (_what, body) => {
      for (const method of [...METHODS, 'HEAD']) {
        if (method === 'HEAD' && body.length > 0) continue;
        const response = await session.request({ method, path, body: body.length > 0 ? body : undefined });
        const told = {
          status: response.status,
          method: response.get('x-method'),
          body: await response.bytes(),
        };
        expectEcho(told, method, body);
      }
    });
  });

  it('a client of this package sends pieces to node:http', async () => {
    const pieces = [countingBytes(10), countingBytes(200_000), countingBytes(4)];
    const response = await session.request({ method: 'POST', path: '/chunked', body: pieces });
    expect((await response.bytes()).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('a client of this package waits for 100 Continue of node:http, and takes a refusal', async () => {
    const granted = await session.request({ method: 'POST', body: 'granted', expectContinue: true });
    expect(await granted.text()).toBe('granted');
    const refused = await session.request({
      method: 'POST',
      path: '/refused',
      body: 'x',
      expectContinue: true,
    });
    expect([refused.status, await refused.text()]).toEqual([413, 'too large']);
    expect(await (await session.request({ method: 'POST', body: 'next' })).text()).toBe('next');
  });
});
