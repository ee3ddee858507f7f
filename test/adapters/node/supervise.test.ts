import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';

import { supervise } from '../../../src/adapters/node/index.js';
import { RemoteProtocolError } from '../../../src/errors/index.js';
import { get, post } from '../../support/http/served.js';
import { RawClient, supervised, until } from '../../support/node/supervised.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../support/tls/${name}`, import.meta.url), 'utf8');

const hello: http.RequestListener = (request, response) => {
  request.resume();
  response.end(`hello ${String(request.url)}`);
};

describe('a supervised connection', () => {
  it('a supervised connection goes through the states of a session and of its exchanges', async () => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const client = new RawClient(port, post('12345'));
    await client.saw(/hello \/$/);
    const [session] = supervisor.sessions;
    await until(() => session?.activity === 'idle');
    expect(session).toMatchObject({ state: 'connected.open', exchangeState: 'idle.reused', answered: 1 });
    const events = session?.history.map(({ event }) => event) ?? [];
    expect(events.slice(0, 3)).toEqual(['connection.opened', 'socket.attach', 'request.head']);
    expect(events.slice(3).sort()).toEqual(['request.end', 'response.end', 'response.head']);
    client.socket.end();
    await session?.waitFor('closed');
    expect(supervisor.sessions.size).toBe(0);
    expect(supervisor).toMatchObject({
      totalConnections: 1,
      maxConcurrentConnections: 1,
      currentConnections: 0,
    });
    await supervisor.drain();
  });

  it('a supervised connection answers each of its pipelined requests in order', async () => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const client = await new RawClient(port, get('/1') + get('/2') + get('/3')).saw(/hello \/3$/);
    const [session] = supervisor.sessions;
    await until(() => session?.answered === 3);
    expect(session?.exchangeState).toBe('idle.reused');
    client.socket.destroy();
    await supervisor.drain();
  });

  it('a clientError fails a supervised session, and the client still gets the response of node:http', async () => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const states: string[] = [];
    const client = new RawClient(port);
    await until(() => supervisor.sessions.size === 1);
    const [session] = supervisor.sessions;
    session?.subscribe(({ to }) => states.push(to));
    client.socket.write('nonsense\r\n\r\n');
    await client.ended();
    expect(client.text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    await session?.waitFor('errored.fatal');
    expect(states).toEqual(['errored.recoverable.open', 'errored.fatal']);
    const exception = session?.networkException();
    expect(exception).toBeInstanceOf(RemoteProtocolError);
    expect(exception).toMatchObject({
      status: 400,
      testimony: { state: 'connected.open', endedBy: 'parse' },
    });
    expect(exception?.cause).toMatchObject({ code: expect.stringMatching(/^HPE_/) });
    await supervisor.drain();
  });

  it('a supervised server leaves the response to a clientError to your listener', async () => {
    const server = http.createServer(hello).on('clientError', (_error, socket) => {
      socket.end('HTTP/1.1 418 Mine\r\n\r\n');
    });
    const { supervisor, port } = await supervised(server);
    const client = await new RawClient(port, 'nonsense\r\n\r\n').ended();
    expect(client.text).toBe('HTTP/1.1 418 Mine\r\n\r\n');
    await supervisor.drain();
  });

  it('a reset fails a supervised session with an error that names the request', async () => {
    const { supervisor, port } = await supervised(http.createServer(() => undefined));
    const client = new RawClient(port, get('/lost'));
    await until(() => [...supervisor.sessions][0]?.activity === 'active');
    const [session] = supervisor.sessions;
    client.socket.resetAndDestroy();
    await session?.waitFor('errored.fatal');
    expect(session?.networkException()).toMatchObject({
      code: 'ERR_HTTP_SESSION_RESET',
      testimony: { request: { number: 1, method: 'GET', target: '/lost' } },
    });
    await supervisor.drain();
  });

  it('supervising adds no listener that changes what the server does', async () => {
    const server = http.createServer(hello);
    const names = ['clientError', 'upgrade', 'connect', 'checkContinue', 'request', 'connection', 'close'];
    const before = names.map((name) => server.listenerCount(name));
    const supervisor = supervise(server);
    expect(names.map((name) => server.listenerCount(name))).toEqual(before);
    expect(supervise(server)).toBe(supervisor);
    supervisor.release();
    expect(Object.hasOwn(server, 'emit')).toBe(false);
    expect(supervise(server)).not.toBe(supervisor);
  });
});

describe('a socket that is handed over', () => {
  it('an upgraded socket is detached, counted until it closes, notified of a drain, and guarded', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const server = http.createServer(hello);
    const { supervisor, port } = await supervised(server);
    server.on('upgrade', (request, socket, head) => {
      supervisor.sessionOf(socket)?.drainSignal.addEventListener('abort', () => {
        for (const client of sockets.clients) client.close(1001);
      });
      sockets.handleUpgrade(request, socket, head, (accepted) => accepted.send('welcome'));
    });
    const client = new WebSocket(`ws://127.0.0.1:${String(port)}/chat`);
    const closed = once(client, 'close');
    const [message] = (await once(client, 'message')) as [Buffer];
    expect(String(message)).toBe('welcome');
    expect(supervisor.counts().states).toEqual({ detached: 1 });
    const report = await supervisor.drain({ deadline: 5_000 });
    expect((await closed)[0]).toBe(1001);
    expect(report).toMatchObject({ finished: 1, sessions: [{ was: 'detached', outcome: 'released' }] });
    expect(supervisor.currentConnections).toBe(0);
  });

  it('a socket that is upgraded during a drain is notified, although its owner can only listen after the drain began', async () => {
    const server = http.createServer(hello);
    const { supervisor, port } = await supervised(server);
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => undefined);
      supervisor.sessionOf(socket)?.drainSignal.addEventListener('abort', () => socket.end('going away'));
    });
    const crossing = new RawClient(port, get('/'));
    await crossing.saw(/hello \/$/);
    const report = supervisor.drain({ grace: 2_000, deadline: 5_000 });
    crossing.socket.write(get('/', 'Connection: Upgrade\r\nUpgrade: test\r\n'));
    await crossing.saw(/going away$/);
    crossing.socket.end();
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ outcome: 'released' }] });
  });

  it('an upgraded socket survives a reset before its new owner listens for errors', async () => {
    const server = http.createServer(hello);
    const { supervisor, port } = await supervised(server);
    const upgraded = once(server, 'upgrade');
    const client = new RawClient(port, get('/', 'Connection: Upgrade\r\nUpgrade: test\r\n'));
    const [, socket] = (await upgraded) as [unknown, NodeJS.Socket];
    client.socket.resetAndDestroy();
    // Not by `once` of node:events, which would listen for errors.
    await new Promise((resolve) => socket.on('close', resolve));
    expect(supervisor.currentConnections).toBe(0);
    await supervisor.drain();
  });

  it('an upgrade request is served as usual without an upgrade listener', async () => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const client = new RawClient(port, get('/', 'Connection: Upgrade\r\nUpgrade: test\r\n'));
    await client.saw(/hello \/$/);
    expect(supervisor.counts().states).toEqual({ 'connected.open': 1 });
    client.socket.destroy();
    await supervisor.drain();
  });
});

describe('a drain', () => {
  it('a drain reads idle connections for the grace, and answers late requests with Connection: close', async () => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const crossing = await new RawClient(port, get('/before')).saw(/before$/);
    const idle = await new RawClient(port, get('/idle')).saw(/idle$/);
    const silent = new RawClient(port);
    await until(() => supervisor.counts().activities.idle === 2 && supervisor.currentConnections === 3);
    const report = supervisor.drain({ grace: 150, deadline: 5_000 });
    expect(supervisor.state).toBe('draining');
    crossing.text = '';
    crossing.socket.write(get('/crossing'));
    await crossing.ended();
    expect(crossing.text).toContain('\r\nConnection: close\r\n');
    expect(crossing.text).toMatch(/hello \/crossing$/);
    await Promise.all([idle.ended(), silent.ended()]);
    const { sessions, duration } = await report;
    expect(sessions.map(({ was, outcome }) => [was, outcome]).sort()).toEqual([
      ['idle', 'answered'],
      ['idle', 'closed'],
      ['silent', 'closed'],
    ]);
    expect(duration).toBeLessThan(1_150);
    expect(supervisor.state).toBe('stopped');
  });

  it('a drain lets an active request finish, even if its head had announced keep-alive', async () => {
    const held: http.ServerResponse[] = [];
    const { supervisor, port } = await supervised(
      http.createServer((_request, response) => {
        response.write('first, ');
        held.push(response);
      }),
    );
    const busy = await new RawClient(port, get()).saw(/first, /);
    const report = supervisor.drain({ grace: 0 });
    held[0]?.end('second');
    await busy.ended();
    expect(busy.text).toMatch(/second\r\n0\r\n\r\n$/);
    expect(await report).toMatchObject({ finished: 1, sessions: [{ was: 'active', outcome: 'answered' }] });
  });

  it('a drain aborts at its deadline the connections that are still open', async () => {
    const { supervisor, port } = await supervised(http.createServer(() => undefined));
    const stuck = new RawClient(port, get());
    await until(() => supervisor.counts().activities.active === 1);
    expect(await supervisor.drain({ grace: 0, deadline: 100 })).toMatchObject({ finished: 0, aborted: 1 });
    await stuck.closed;
  });

  it('a drain neither loses nor repeats requests of keep-alive clients', async () => {
    const seen = new Map<string, number>();
    const { supervisor, port } = await supervised(
      http.createServer((request, response) => {
        const id = String(request.url);
        seen.set(id, (seen.get(id) ?? 0) + 1);
        setImmediate(() => response.end(id));
      }),
    );
    const failures: unknown[] = [];
    let answered = 0;
    const client = async (name: number): Promise<void> => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      for (let count = 0; count < 10_000 && supervisor.state === 'listening'; count++) {
        const path = `/${String(name)}/${String(count)}`;
        try {
          const request = http.get({ port, host: '127.0.0.1', path, agent });
          const [response] = (await once(request, 'response')) as [http.IncomingMessage];
          let body = '';
          for await (const piece of response) body += String(piece);
          if (body !== path) failures.push(body);
          answered++;
        } catch (error) {
          // Refused: the port was closed before the connection was made, and nothing was sent.
          if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') failures.push(error);
        }
      }
      agent.destroy();
    };
    const clients = Array.from({ length: 20 }, (_, name) => client(name));
    await until(() => answered > 400);
    const report = await supervisor.drain({ grace: 1_000 });
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(seen.size).toBe(answered);
    expect(report.aborted).toBe(0);
  });
});

describe('servers of others', () => {
  it('an https server can be supervised', async () => {
    const server = https.createServer({ key: fixture('key.pem'), cert: fixture('cert.pem') }, hello);
    const { supervisor, port } = await supervised(server);
    const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
    const request = https.get({ port, host: '127.0.0.1', path: '/tls', agent });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    for await (const piece of response) expect(String(piece)).toBe('hello /tls');
    const [session] = supervisor.sessions;
    expect(session?.toJSON()).toMatchObject({ state: 'connected.open', transport: { kind: 'tls' } });
    await until(() => session?.activity === 'idle');
    expect(await supervisor.drain({ grace: 0 })).toMatchObject({ finished: 1 });
    agent.destroy();
  });

  it('an Express app can be supervised, and handles its own errors', async () => {
    const app = express();
    app.get('/', (_request, response) => {
      response.send('from Express');
    });
    app.get('/throws', () => {
      throw new Error('mine');
    });
    app.use(((_error, _request, response, _next) => {
      response.status(500).send('caught');
    }) as express.ErrorRequestHandler);
    const { supervisor, port } = await supervised(http.createServer(app));
    const client = await new RawClient(port, get('/')).saw(/from Express$/);
    client.socket.write(get('/throws'));
    await client.saw(/caught$/);
    const [session] = supervisor.sessions;
    await until(() => session?.answered === 2);
    client.socket.destroy();
    await supervisor.drain();
  });

  it('Fastify can be supervised by its server or by its factory', async () => {
    const app = fastify({
      forceCloseConnections: false,
      serverFactory: (handler) => {
        const server = http.createServer(handler);
        supervise(server);
        return server;
      },
    });
    app.get('/', () => ({ from: 'Fastify' }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as { port: number };
    const client = await new RawClient(port, get('/')).saw(/\{"from":"Fastify"\}$/);
    const supervisor = supervise(app.server);
    expect(supervisor.counts().activities.idle).toBe(1);
    const report = supervisor.drain({ grace: 50 });
    await client.ended();
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
    await app.close();
  });
});
