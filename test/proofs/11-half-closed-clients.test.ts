import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../src/server/index.js';
import { responsesIn } from '../http/support/messages.js';
import { get } from '../http/support/served.js';
import { certificate, readAll } from '../transport/support/sockets.js';

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

/** Sends, half-closes, and returns what comes until the server has closed. */
async function halfClose(kind: 'TCP' | 'TLS', port: number, request: string): Promise<string> {
  const options = { port, host: '127.0.0.1', allowHalfOpen: true };
  const socket =
    kind === 'TCP' ? net.connect(options) : tls.connect({ ...options, rejectUnauthorized: false });
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

  it('gets an answer to each request that it has pipelined', async () => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    const wire = await halfClose(kind, port, get('/1') + get('/2'));
    expect(responsesIn(wire).map(({ body }) => body)).toEqual(['small', 'small']);
    await here.stop();
  });

  it('without a request is closed at once', async () => {
    const here = server();
    const { port } = await here.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    expect(await halfClose(kind, port, '')).toBe('');
    await here.stop();
  });
});

describe('a client that resets', () => {
  it('is not waited for', async () => {
    const here = new HTTPServer(() => undefined);
    const { port } = await here.listen();
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(get());
    await once(socket, 'connect');
    while (here.counts().activities.active === 0) await nextLoopTurn();
    const [session] = here.sessions;
    socket.resetAndDestroy();
    await session?.waitFor('errored.fatal');
    expect(here.currentConnections).toBe(0);
    await here.stop();
  });
});
