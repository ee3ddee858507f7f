import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { handOver, toRequestListener } from '../../../src/adapters/node/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import { MessageHeader } from '../../../src/protocol/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { get, post, postChunked } from '../../support/http/served.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { RawClient } from '../../support/node/supervised.js';

/** A node:http server of a handler of ours, for as long as `use` runs. */
async function serving(handler: RequestHandler, use: (port: number) => Promise<void>): Promise<void> {
  const server = http.createServer(toRequestListener(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('a handler as a request listener of node:http', () => {
  it('a request listener answers with status, fields and body', async () => {
    await serving(
      (request, response) => {
        response.status = 201;
        response.add('Set-Cookie', 'a=1').add('Set-Cookie', 'b=2').set('X-Path', request.path);
        response.end('made');
      },
      async (port) => {
        const client = await new RawClient(port, get('/here?x=y')).saw(/made$/);
        const { status, fields, body } = responseIn(client.text);
        expect([status, body]).toEqual([201, 'made']);
        expect(fields).toEqual(
          expect.arrayContaining(['Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-Path: /here']),
        );
        expect(client.text.match(/^Date: /gim)).toHaveLength(1);
      },
    );
  });

  it.each([
    ['of known length', post('12345')],
    ['in chunks', postChunked(['123', '45'])],
  ])('a request listener reads a body %s, and streams one back', async (_kind, request) => {
    await serving(
      async (incoming, response) => {
        for await (const piece of incoming) await response.write(piece);
        response.end();
      },
      async (port) => {
        const client = await new RawClient(port, request).saw(/0\r\n\r\n$/);
        expect(responseIn(client.text).body).toBe('12345');
      },
    );
  });

  it('a request listener keeps the connection, and sends no body for HEAD or 204', async () => {
    await serving(
      (request, response) => {
        if (request.path === '/204') response.status = 204;
        response.end(request.path === '/204' ? undefined : 'never sent');
      },
      async (port) => {
        const head = get('/').replace('GET', 'HEAD');
        const client = await new RawClient(port, head + get('/204') + get('/last')).saw(/never sent$/);
        expect(responsesIn(client.text, ['HEAD']).map(({ status, body }) => [status, body])).toEqual([
          [200, ''],
          [204, ''],
          [200, 'never sent'],
        ]);
      },
    );
  });

  it('a request listener passes trailers', async () => {
    await serving(
      async (_request, response) => {
        response.set('Trailer', 'X-Sum');
        await response.write('body');
        response.end(undefined, new MessageHeader([['X-Sum', '4']]));
      },
      async (port) => {
        const client = await new RawClient(port, get()).saw(/0\r\nX-Sum: 4\r\n\r\n$/);
        expect(responseIn(client.text).trailer).toEqual(['X-Sum: 4']);
      },
    );
  });

  it('a request listener passes the address of the client to the handler', async () => {
    await serving(
      (request, response) => {
        response.end(`${String(request.clientAddress()?.address)} ${String(request.secure)}`);
      },
      async (port) => {
        await new RawClient(port, get()).saw(/127\.0\.0\.1 false$/);
      },
    );
  });

  it('a request listener aborts the signal of the request when the client disconnects', async () => {
    let arrived: ((signal: AbortSignal) => void) | undefined;
    const signal = new Promise<AbortSignal>((resolve) => (arrived = resolve));
    await serving(
      (request) => {
        arrived?.(request.signal);
      },
      async (port) => {
        const client = new RawClient(port, get());
        const aborted = once(await signal, 'abort');
        client.socket.resetAndDestroy();
        await aborted;
      },
    );
  });

  it('a request listener answers 500 if the handler throws, and aborts a response that has started', async () => {
    await serving(
      async (request, response) => {
        if (request.path === '/late') await response.write('begun');
        throw new Error('mine');
      },
      async (port) => {
        await new RawClient(port, get('/early')).saw(/^HTTP\/1\.1 500 /);
        const late = new RawClient(port, get('/late'));
        await Promise.race([late.ended(), late.closed]);
        expect(late.text).not.toMatch(/0\r\n\r\n$/);
      },
    );
  });
});

describe('a session handed over to a server of node:http', () => {
  it('a session handed over to node:http loses no byte, wherever the bytes are cut', async () => {
    const inner = http.createServer((request, response) => response.end(`node ${String(request.url)}`));
    const outer = new HTTPServer((request, response) => {
      response.end(`ours ${request.path}`);
      if (request.path !== '/switch') return;
      const [session] = [...outer.sessions].filter(({ id }) => id === request.sessionId);
      if (session !== undefined) handOver(session, inner);
    });
    const { port } = await outer.listen();
    const stream = get('/a') + get('/switch') + get('/b') + post('body', '', '/c') + get('/d');
    const expected = ['ours /a', 'ours /switch', 'node /b', 'node /c', 'node /d'];
    for (let cut = 1; cut < stream.length; cut += 7) {
      const client = new RawClient(port, stream.slice(0, cut));
      client.socket.setNoDelay(true);
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.write(stream.slice(cut));
      await client.saw(/node \/d$/);
      expect(responsesIn(client.text).map(({ body }) => body)).toEqual(expected);
      client.socket.destroy();
    }
    inner.close();
    await outer.stop();
  });
});
