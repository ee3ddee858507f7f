import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { AbortedError, HTTPSessionError } from '../../src/errors/index.js';
import { HTTPServer } from '../../src/server/index.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../src/session/index.js';
import { createMemoryPair } from '../../src/transport/index.js';
import { get, post, Served } from '../support/http/served.js';
import { settled } from '../support/transport/sockets.js';

/** How a request is dealt with until the client does something. */
const KINDS: Readonly<
  Record<string, { request: string; handle: (q: HTTPServerRequest, r: HTTPServerResponse) => unknown }>
> = {
  GET: { request: get('/order'), handle: () => undefined },
  'POST, read': { request: post('body', '', '/order'), handle: (request) => request.text() },
  'POST, unread': { request: post('body', '', '/order'), handle: () => undefined },
  SSE: { request: get('/order'), handle: (_request, response) => response.write('data: 1\n\n') },
};

/** What happens to the connection, and whether the response can be delivered after it. */
const FATES: Readonly<Record<string, { happen: (served: Served) => Promise<unknown>; lost: boolean }>> = {
  'a FIN, and the client waits': { happen: (served) => served.fin(), lost: false },
  'a reset': { happen: (served) => served.reset(), lost: true },
  'the end of the response': { happen: async (served) => served, lost: false },
  'an abort of this side': {
    happen: async (served) => {
      served.session.abort();
      await settled();
    },
    lost: true,
  },
  'the deadline of a drain': {
    happen: async (served) => {
      const report = served.server.drain({ grace: 0, deadline: 100 });
      await served.pass(200);
      await report;
    },
    lost: true,
  },
};

const cases = Object.keys(KINDS).flatMap((kind) => Object.keys(FATES).map((fate) => [kind, fate] as const));

describe('request.signal', () => {
  it.each(cases)(
    'request.signal of %s, after %s, says whether the response can still be delivered',
    async (kind, fate) => {
      const { request, handle } = KINDS[kind]!;
      const { happen, lost } = FATES[fate]!;
      let signal!: AbortSignal;
      let response!: HTTPServerResponse;
      const served = new Served(async (incoming, outgoing) => {
        ({ signal } = incoming);
        response = outgoing;
        await handle(incoming, outgoing);
      });
      await served.send(request);
      expect(signal.aborted).toBe(false);
      await happen(served);
      expect(signal.aborted).toBe(lost);
      if (lost) {
        expect(signal.reason).toBeInstanceOf(HTTPSessionError);
        expect((signal.reason as HTTPSessionError).testimony).toMatchObject({
          sessionId: served.session.id,
          request: { number: 1, target: '/order' },
        });
        return;
      }
      response.end('done');
      await settled();
      expect(served.text).toContain('done');
      await served.fin();
      expect(signal.aborted).toBe(false);
    },
  );

  it('request.signal is aborted already when it is first read after the loss', async () => {
    let request!: HTTPServerRequest;
    const served = new Served((incoming) => {
      request = incoming;
    });
    await served.send(get());
    await served.reset();
    const { signal } = request;
    expect(signal.aborted).toBe(true);
    expect(request.signal).toBe(signal);
    expect(signal.reason).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('request.signal is not aborted when it is first read after the answer, whatever becomes of the connection', async () => {
    const requests: HTTPServerRequest[] = [];
    const served = new Served((request, response) => {
      requests.push(request);
      if (request.path !== '/last') response.end();
    });
    await served.send(get('/1'));
    expect(requests[0]?.signal.aborted).toBe(false);
    await served.send(get('/2'));
    await served.send(get('/last'));
    await served.reset();
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([false, false, true]);
  });

  it('request.signal is aborted when it is first read after the session got another socket', async () => {
    const requests: HTTPServerRequest[] = [];
    const served = new Served((request) => {
      requests.push(request);
    });
    await served.send(get());
    served.session.attachSocket(createMemoryPair().server);
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(requests[0]?.signal.reason).toBeInstanceOf(AbortedError);
  });

  it('request.signal is aborted when the body turns out malformed, because the session answers', async () => {
    let signal!: AbortSignal;
    const served = new Served(async (request) => {
      ({ signal } = request);
      await request.bytes();
    });
    await served.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n');
    expect(served.text).toMatch(/^HTTP\/1\.1 400 /);
    expect(signal.reason).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_CHUNK' });
  });

  it.each([
    ['resets', (socket: net.Socket) => socket.resetAndDestroy(), true],
    ['half-closes and waits', (socket: net.Socket) => socket.end(), false],
  ])('request.signal over TCP knows whether a client that %s is gone', async (_name, leave, lost) => {
    let arrived: ((request: HTTPServerRequest) => void) | undefined;
    const request = new Promise<HTTPServerRequest>((resolve) => (arrived = resolve));
    const ended: HTTPServerResponse[] = [];
    const server = new HTTPServer((incoming, response) => {
      ended.push(response);
      arrived?.(incoming);
    });
    const { port } = await server.listen();
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    socket.write(get());
    const { signal } = await request;
    const [session] = server.sessions;
    const gone = session?.waitFor(lost ? 'errored' : 'connected.halfClosed');
    leave(socket);
    await gone;
    await settled();
    expect(signal.aborted).toBe(lost);
    if (!lost) {
      ended[0]?.end('still here');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await once(socket, 'end');
      expect(text).toMatch(/still here$/);
    }
    await server.stop();
  });
});
