import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import got from 'got';
import nodeFetch from 'node-fetch';

import { SessionAgent } from '../../../src/adapters/node/index.js';
import { HTTPClient } from '../../../src/client/index.js';
import { ScriptedServer } from '../../support/client/next.js';

let server: ScriptedServer;
let client: HTTPClient;
let agent: SessionAgent;

beforeEach(async () => {
  server = await ScriptedServer.listen(({ method, path, body }, response) => {
    if (path === '/close') response.setHeader('Connection', 'close');
    if (path !== '/never') response.end(`${method} ${path} ${body}`.trim());
  });
  client = new HTTPClient({ maxConnections: 2, queueTimeout: 5_000 });
  agent = new SessionAgent(client);
});

afterEach(async () => {
  agent.destroy();
  await server[Symbol.asyncDispose]();
});

async function get(path: string): Promise<string> {
  const [response] = (await once(http.get(`${server.origin}${path}`, { agent }), 'response')) as [
    IncomingMessage,
  ];
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += String(piece);
  // node:http sets the socket free after the end of the response.
  await new Promise(setImmediate);
  return text;
}

/** Resolves when a request is over, whether or not it has failed. */
function closed(request: http.ClientRequest): Promise<void> {
  request.on('error', () => undefined);
  return new Promise((resolve) => request.on('close', resolve));
}

describe('an agent of node:http over a client', () => {
  it('requests one after another use one connection, and each socket has a session', async () => {
    for (let round = 0; round < 5; round++) expect(await get('/a')).toBe('GET /a');
    expect(client.stats.pools).toMatchObject([{ opened: 1, reused: 4, idle: 1, busy: 0 }]);
  });

  it('requests and calls of the client share connections', async () => {
    await get('/a');
    expect(await (await client.request(`${server.origin}/b`)).text()).toBe('GET /b');
    await get('/c');
    expect(client.stats.pools).toMatchObject([{ opened: 1, reused: 2 }]);
  });

  it('more requests than connections wait in the queue of the client', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, (_, index) => get(`/${String(index)}`)));
    expect(texts).toEqual(Array.from({ length: 20 }, (_, index) => `GET /${String(index)}`));
    expect(client.stats.pools[0]?.opened).toBe(2);
  });

  it('a request that is destroyed while it waits leaves the queue in the same turn', async () => {
    const held = [
      http.get(`${server.origin}/never`, { agent }),
      http.get(`${server.origin}/never`, { agent }),
    ];
    while (server.seen.length < 2) await new Promise(setImmediate);
    const waiting = http.get(`${server.origin}/x`, { agent });
    const failed = closed(waiting);
    expect(client.stats.waiting).toBe(1);
    waiting.destroy();
    await failed;
    expect(client.stats.waiting).toBe(0);
    const gone = held.map(closed);
    for (const request of held) request.destroy();
    await Promise.all(gone);
    expect(await get('/after')).toBe('GET /after');
  });

  it('a connection that the server closes is not used again', async () => {
    expect(await get('/close')).toBe('GET /close');
    expect(await get('/a')).toBe('GET /a');
    expect(client.stats.pools[0]).toMatchObject({ opened: 2 });
  });

  it('the error of a refused connection is that of the session, with its testimony', async () => {
    const { origin } = server;
    await server[Symbol.asyncDispose]();
    const [error] = (await once(http.get(`${origin}/`, { agent }), 'error')) as [Error];
    expect(error).toMatchObject({ name: 'NetworkError', replay: 'safe' });
    server = await ScriptedServer.listen((_request, response) => response.end());
  });

  it('an option that needs a connection of its own is refused', async () => {
    const request = http.get(`${server.origin}/`, { agent, localAddress: '127.0.0.1' });
    const [error] = (await once(request, 'error')) as [Error];
    expect(error.message).toContain('localAddress');
  });

  it('the context of a request is kept across the queue', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = await storage.run('mine', () => {
      const request = http.get(`${server.origin}/a`, { agent });
      return new Promise((resolve) => {
        request.on('response', (response) => {
          response.resume();
          resolve(storage.getStore());
        });
      });
    });
    expect(seen).toBe('mine');
  });
});

describe('libraries over the agent', () => {
  it('axios', async () => {
    const { data } = await axios.post<string>(`${server.origin}/axios`, 'body', { httpAgent: agent });
    expect(data).toBe('POST /axios body');
    expect((await axios.get<string>(`${server.origin}/again`, { httpAgent: agent })).data).toBe('GET /again');
    expect(client.stats.pools).toMatchObject([{ opened: 1 }]);
  });

  it('got', async () => {
    const text = await got.post(`${server.origin}/got`, { body: 'body', agent: { http: agent } }).text();
    expect(text).toBe('POST /got body');
  });

  it('node-fetch', async () => {
    const response = await nodeFetch(`${server.origin}/fetch`, { method: 'PUT', body: 'body', agent });
    expect(await response.text()).toBe('PUT /fetch body');
  });
});
