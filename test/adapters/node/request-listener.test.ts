import { once } from 'node:events';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { handOver, toRequestListener } from '../../../src/adapters/node/index.js';
import { ERROR_CHANNEL, FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';
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

/** A node:http server with something in front of the handler, for as long as `use` runs; returns the faults. */
async function servingBehind(
  front: (request: http.IncomingMessage, response: http.ServerResponse, next: () => void) => void,
  handler: RequestHandler,
  use: (port: number) => Promise<void>,
): Promise<FaultMessage[]> {
  const faults: FaultMessage[] = [];
  const hear = (message: unknown): void => void faults.push(message as FaultMessage);
  subscribe(FAULT_CHANNEL, hear);
  const listener = toRequestListener(handler);
  const server = http.createServer((request, response) => {
    front(request, response, () => {
      listener(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    unsubscribe(FAULT_CHANNEL, hear);
    server.closeAllConnections();
    server.close();
  }
  return faults;
}

const echo: RequestHandler = async (request, response) => {
  response.end(await request.bytes());
};

describe('a request listener behind other code', () => {
  it.each([
    ['of known length', post('12345')],
    ['in chunks', postChunked(['123', '45'])],
  ])('a body %s that a parser has read is answered 500, with a fault that says so', async (_kind, bytes) => {
    const faults = await servingBehind(
      (request, _response, next) => {
        request.resume().on('end', next);
      },
      echo,
      async (port) => {
        await new RawClient(port, bytes).saw(/^HTTP\/1\.1 500 /);
      },
    );
    expect(faults.map(({ where, error }) => [where, String(error)])).toEqual([
      ['listener', expect.stringMatching(/body parser, has read the body of the request/)],
    ]);
  });

  it.each([
    ['rawBody', (request: object, bytes: Buffer) => Object.assign(request, { rawBody: bytes, body: {} })],
    ['body', (request: object, bytes: Buffer) => Object.assign(request, { body: bytes })],
  ])('the bytes that a parser has kept as %s are the body', async (_name, keep) => {
    const faults = await servingBehind(
      (request, _response, next) => {
        const pieces: Buffer[] = [];
        request.on('data', (piece: Buffer) => pieces.push(piece));
        request.on('end', () => {
          keep(request, Buffer.concat(pieces));
          next();
        });
      },
      echo,
      async (port) => {
        const client = await new RawClient(port, postChunked(['12', 'b'])).saw(/\r\n\r\n12b$/);
        expect(responseIn(client.text).status).toBe(200);
      },
    );
    expect(faults).toEqual([]);
  });

  it('a parser that has decoded the content has not kept the body', async () => {
    const faults = await servingBehind(
      (request, _response, next) => {
        request.resume().on('end', () => {
          Object.assign(request, { body: Buffer.from('decoded') });
          next();
        });
      },
      echo,
      async (port) => {
        await new RawClient(port, post('1234567', 'Content-Encoding: gzip\r\n')).saw(/^HTTP\/1\.1 500 /);
      },
    );
    expect(faults).toHaveLength(1);
  });

  it('a request without a body passes behind a parser that has waited for its end', async () => {
    const faults = await servingBehind(
      (request, _response, next) => {
        request.resume().on('end', next);
      },
      echo,
      async (port) => {
        await new RawClient(port, post('')).saw(/^HTTP\/1\.1 200 /);
      },
    );
    expect(faults).toEqual([]);
  });

  it('fields that are set in front of a request listener stay, and repeated fields of the handler too', async () => {
    await servingBehind(
      (_request, response, next) => {
        response.setHeader('X-Front', 'yes');
        response.setHeader('X-Both', 'front');
        next();
      },
      (_request, response) => {
        response.add('Set-Cookie', 'a=1').add('Set-Cookie', 'b=2').set('X-Both', 'handler').end('ok');
      },
      async (port) => {
        const { fields } = responseIn((await new RawClient(port, get()).saw(/ok$/)).text);
        expect(fields).toEqual(
          expect.arrayContaining(['X-Front: yes', 'X-Both: handler', 'Set-Cookie: a=1', 'Set-Cookie: b=2']),
        );
        expect(fields).not.toContain('X-Both: front');
      },
    );
  });

  it('bytes beyond ASCII in a Content-Disposition pass as they came, behind a Content-Length as well', async () => {
    const value = 'attachment; filename="\xe6\xbc\x8f"';
    const faults = await servingBehind(
      (_request, _response, next) => {
        next();
      },
      (_request, response) => {
        response.set('Content-Length', '1').set('Content-Disposition', value).end('x');
      },
      async (port) => {
        const { fields } = responseIn((await new RawClient(port, get()).saw(/x$/)).text);
        expect(fields).toContain(`Content-Disposition: ${value}`);
      },
    );
    expect(faults).toEqual([]);
  });

  it('what fails between the handler and node:http is a fault, and 500', async () => {
    const faults = await servingBehind(
      (_request, response, next) => {
        response.writeHead = () => {
          response.writeHead = http.ServerResponse.prototype.writeHead;
          throw new Error('refused here');
        };
        next();
      },
      (_request, response) => response.end('never sent'),
      async (port) => {
        await new RawClient(port, get()).saw(/^HTTP\/1\.1 500 /);
      },
    );
    expect(faults.map(({ where, error }) => [where, String(error)])).toEqual([
      ['implementation', 'Error: refused here'],
    ]);
  });

  it.each(['/a#b', '*', 'http://'])(
    'a GET of %s, which node:http takes and this package does not, is answered 400',
    async (target) => {
      await serving(
        (_request, response) => response.end('reached'),
        async (port) => {
          await new RawClient(port, get(target)).saw(/^HTTP\/1\.1 400 /);
        },
      );
    },
  );

  it.each([
    ['short', 'x'.repeat(10)],
    ['long', 'x'.repeat(400_000)],
  ])('a %s body that the handler does not read is no error', async (_kind, body) => {
    const errors: unknown[] = [];
    const hear = (message: unknown): void => void errors.push(message);
    subscribe(ERROR_CHANNEL, hear);
    await serving(
      (_request, response) => response.end('enough'),
      async (port) => {
        const client = await new RawClient(port, post(body)).saw(/enough$/);
        client.socket.write(get('/next'));
        await client.saw(/enough.*enough$/s);
      },
    );
    unsubscribe(ERROR_CHANNEL, hear);
    expect(errors).toEqual([]);
  });

  it('toRequestListener() refuses what is not a handler, and unknown parameters', () => {
    expect(() => toRequestListener('x' as never)).toThrow(/^toRequestListener\(\): .* \(got "x"\)/);
    expect(() => toRequestListener(echo, { maxConections: 1 } as never)).toThrow(/maxConnections/);
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
