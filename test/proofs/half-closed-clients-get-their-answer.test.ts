import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import { HTTPServer } from '../../src/server/index.js';
import type { HTTPServerRequest, RequestHandler } from '../../src/session/index.js';
import { VirtualClock } from '../../src/transport/index.js';
import { responseIn, responsesIn } from '../support/http/messages.js';
import { get, post, Served } from '../support/http/served.js';
import { certificate, readAll } from '../support/transport/sockets.js';

const LARGE = 16 * 1_048_576;

/** Answers by the path: a few bytes, many, or many in pieces with a turn of the event loop between them. */
const server = (): HTTPServer =>
  new HTTPServer(async (request, response) => {
    if (request.path === '/large') response.end(Buffer.alloc(LARGE, 'x'));
    else if (request.path === '/slow') {
      response.setContentLength(LARGE);
      for (let sent = 0; sent < LARGE; sent += 65_536) {
        await response.write(Buffer.alloc(65_536, 'x'));
        await nextLoopTurn();
      }
      response.end();
    } else response.end('small');
  });

function connect(kind: 'TCP' | 'TLS', port: number): net.Socket {
  const options = { port, host: '127.0.0.1', allowHalfOpen: true };
  return kind === 'TCP' ? net.connect(options) : tls.connect({ ...options, rejectUnauthorized: false });
}

/** A connection that can be reset also under its TLS. */
async function resettable(
  kind: 'TCP' | 'TLS',
  port: number,
): Promise<{ socket: net.Socket; reset: () => void }> {
  const raw = connect('TCP', port);
  await once(raw, 'connect');
  const options = { socket: raw, allowHalfOpen: true, rejectUnauthorized: false };
  const socket = kind === 'TCP' ? raw : tls.connect(options);
  if (kind === 'TLS') await once(socket, 'secureConnect');
  for (const each of [raw, socket]) each.on('error', () => undefined);
  return { socket, reset: () => raw.resetAndDestroy() };
}

/** Sends, half-closes, and returns what comes until the server has closed. */
async function halfClose(kind: 'TCP' | 'TLS', port: number, request: string): Promise<string> {
  const socket = connect(kind, port);
  socket.end(request);
  return (await readAll(socket)).toString('latin1');
}

describe.each(['TCP', 'TLS'] as const)('over %s a client that has finished sending', (kind) => {
  it.each([
    ['a small answer', '/small', 5],
    ['a large one', '/large', LARGE],
    ['one that comes slowly', '/slow', LARGE],
  ])('gets %s in full', async (_what, path, length) => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    const [response, ...others] = responsesIn(await halfClose(kind, port, get(path)));
    expect(others).toEqual([]);
    expect(response?.status).toBe(200);
    expect(response?.body).toHaveLength(length);
    await here.stop();
  });

  it('a half-closed client gets an answer to each pipelined request', async () => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    const wire = await halfClose(kind, port, get('/1') + get('/2'));
    expect(responsesIn(wire).map(({ body }) => body)).toEqual(['small', 'small']);
    await here.stop();
  });

  it('a client that sends FIN with its body gets an answer', async () => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    expect(responseIn(await halfClose(kind, port, post('body'))).body).toBe('small');
    await here.stop();
  });

  it('a half-closed client without a request is closed at once', async () => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    expect(await halfClose(kind, port, '')).toBe('');
    await here.stop();
  });

  it('a client that half-closes between two requests is closed at once', async () => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    const socket = connect(kind, port);
    socket.write(get('/1'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.end();
    expect(responseIn(answer.toString('latin1')).body).toBe('small');
    expect((await readAll(socket)).toString('latin1')).toBe('');
    expect(here.currentConnections).toBe(0);
    await here.stop();
  });
});

describe('over memory, and in virtual time, a client that has finished sending', () => {
  it('a half-closed client gets an answer that takes ten minutes, and does not count as gone', async () => {
    const signals: AbortSignal[] = [];
    const served: Served = new Served(async (request, response) => {
      signals.push(request.signal);
      for (let minute = 0; minute < 10; minute++) {
        await new Promise<void>((resolve) => served.clock.setTimeout(resolve, 60_000));
        await response.write(`${request.path} ${String(minute)}; `);
      }
      response.end('done');
    });
    await served.sendLast(get('/1') + get('/2'));
    expect(served.session.state).toBe('connected.halfClosed');
    // Each minute is waited for on its own, as the next one begins when it is over.
    for (let minute = 0; minute < 20; minute++) await served.pass(60_000);
    const finals = responsesIn(served.text).filter(({ status }) => status >= 200);
    const bodies = finals.map(({ body }) => body);
    expect(bodies.map((body) => body.split('; ').length)).toEqual([11, 11]);
    expect(bodies.map((body) => body.slice(0, 2))).toEqual(['/1', '/2']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(served.isClosed).toBe(true);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a half-closed client gets 16 MiB', async () => {
    const served = new Served((_request, response) => {
      response.end(Buffer.alloc(LARGE, 'x'));
    });
    await served.sendLast(get());
    await served.pass(0);
    expect(responseIn(served.text).body).toHaveLength(LARGE);
    expect(served.isClosed).toBe(true);
  });
});

/** Goes on with an answer until it cannot be delivered any more; the request is told to the test. */
function endless(begun: (request: HTTPServerRequest) => void): RequestHandler {
  return async (request, response) => {
    begun(request);
    while (!request.signal.aborted) {
      await response.write('piece').catch(() => undefined);
      await nextLoopTurn();
    }
  };
}

describe.each(['TCP', 'TLS'] as const)('over %s a client that resets', (kind) => {
  it('the server does not wait for a client that resets', async () => {
    const here = new HTTPServer(() => undefined);
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    const { socket, reset } = await resettable(kind, port);
    socket.write(get());
    while (here.counts().activities.active === 0) await nextLoopTurn();
    const [session] = here.sessions;
    reset();
    await session?.waitFor('errored.fatal');
    expect(session?.networkException()).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
    expect(here.currentConnections).toBe(0);
    await here.stop();
  });

  it('a reset after FIN is noticed with the next write to that client', async () => {
    let begun: (request: HTTPServerRequest) => void = () => undefined;
    const request = new Promise<HTTPServerRequest>((resolve) => (begun = resolve));
    const here = new HTTPServer(endless(begun));
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    const { socket, reset } = await resettable(kind, port);
    socket.end(get());
    const { signal } = await request;
    const [session] = here.sessions;
    await session?.waitFor('connected.halfClosed');
    expect(signal.aborted).toBe(false);
    reset();
    await once(signal, 'abort');
    expect(signal.reason).toMatchObject({ testimony: { endedBy: 'rst' } });
    expect(here.currentConnections).toBe(0);
    await here.stop();
  });
});

describe('over TCP a client that leaves', () => {
  it('a client on this machine that has left is noticed with the first probe', async () => {
    const clock = new VirtualClock();
    const here = new HTTPServer(() => undefined, { clock });
    const { port } = await here.listen({ port: 0 });
    const { socket } = await resettable('TCP', port);
    socket.write(get());
    while (here.counts().activities.active === 0) await nextLoopTurn();
    const [session] = here.sessions;
    socket.destroy();
    await session?.waitFor('connected.halfClosed');
    await clock.advance(TIMEOUTS.firstProbe.value + TIMEOUTS.timerGranularity.value);
    expect(session?.networkException()).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
    expect(here.currentConnections).toBe(0);
    await here.stop();
  });
});
