import { finished, pipeline } from 'node:stream/promises';

import { describe, expect, it } from '@jest/globals';

import { LocalProtocolError, NetworkError } from '../../src/errors/index.js';
import { HTTPRequest } from '../../src/protocol/index.js';
import { HTTPClientSession, HTTPServerSession, type RequestHandler } from '../../src/session/index.js';
import { PieceWritable, PullReadable } from '../../src/streams/bridges.js';
import { createMemoryPair, type MemorySocket } from '../../src/transport/index.js';
import { countingBytes, settled } from '../support/transport/sockets.js';
import { contentOf, nextOf, writeAll } from '../support/streams/stubs.js';

/** Something that gives pieces on demand, and knows what was asked of it. */
class Pieces {
  readonly #pieces: string[];
  asked = 0;
  readonly signals = new Set<AbortSignal>();

  constructor(...pieces: readonly string[]) {
    this.#pieces = [...pieces];
  }

  readonly pull = async (signal: AbortSignal): Promise<Buffer | null> => {
    this.asked++;
    this.signals.add(signal);
    const piece = this.#pieces.shift();
    return piece === undefined ? null : Buffer.from(piece);
  };
}

/** Waits for ever, unless it is told to stop. */
function waitForStop(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

describe('PullReadable', () => {
  it('PullReadable gives the pieces in order, then ends', async () => {
    expect(await contentOf(new PullReadable(new Pieces('abc', 'def').pull))).toBe('abcdef');
  });

  it('a pulled stream asks for a piece only when it is read from', async () => {
    const pieces = new Pieces('abc', 'def');
    const stream = new PullReadable(pieces.pull);
    await settled();
    expect(pieces.asked).toBe(0);
    await nextOf(stream);
    await settled();
    expect(pieces.asked).toBe(1);
    stream.destroy();
  });

  it('PullReadable fails with the error of its source', async () => {
    const failure = new Error('no more');
    await expect(contentOf(new PullReadable(() => Promise.reject(failure)))).rejects.toBe(failure);
  });

  it('PullReadable stops a pending pull when it is destroyed', async () => {
    let reason: unknown;
    const stream = new PullReadable((signal) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason as unknown;
      });
      return waitForStop(signal);
    }).resume();
    await settled();
    stream.destroy();
    await finished(stream).catch(() => undefined);
    expect(reason).toMatchObject({ code: 'ERR_HTTP_SESSION_ABORTED' });
  });

  it('PullReadable stops nothing when it is destroyed without a pending pull', async () => {
    const pieces = new Pieces('abc');
    await contentOf(new PullReadable(pieces.pull));
    expect([...pieces.signals].map((signal) => signal.aborted)).toEqual([false]);
  });
});

describe('PieceWritable', () => {
  it('PieceWritable passes on the pieces one after the other, then the end', async () => {
    const calls: string[] = [];
    const stream = new PieceWritable(
      async (piece) => {
        calls.push(`begin ${piece.toString()}`);
        await settled();
        calls.push(`end ${piece.toString()}`);
      },
      () => calls.push('ended'),
      () => calls.push('abandoned'),
    );
    await writeAll(stream, 'a', 'b');
    expect(calls).toEqual(['begin a', 'end a', 'begin b', 'end b', 'ended']);
  });

  it('PieceWritable waits for a slow end', async () => {
    let isEnded = false;
    const stream = new PieceWritable(
      () => Promise.resolve(),
      async () => {
        await settled();
        isEnded = true;
      },
      () => undefined,
    );
    await writeAll(stream);
    expect(isEnded).toBe(true);
  });

  it.each([
    ['a piece', () => Promise.reject(new Error('refused')), () => undefined],
    [
      'an end that throws',
      () => Promise.resolve(),
      () => {
        throw new Error('refused');
      },
    ],
    ['an end that rejects', () => Promise.resolve(), () => Promise.reject(new Error('refused'))],
  ])('PieceWritable fails with the error of %s, and abandons its target', async (_what, write, end) => {
    const abandoned: unknown[] = [];
    const stream = new PieceWritable(write, end, (error) => abandoned.push(error));
    await expect(writeAll(stream, 'a')).rejects.toThrow('refused');
    expect(abandoned).toMatchObject([{ message: 'refused' }]);
  });

  it.each([
    ['with an error', new Error('disk'), [new Error('disk')]],
    ['without one', undefined, [null]],
  ])(
    'PieceWritable abandons its target if it is destroyed before its end %s',
    async (_how, error, expected) => {
      let isEnded = false;
      const abandoned: unknown[] = [];
      const stream = new PieceWritable(
        () => Promise.resolve(),
        () => (isEnded = true),
        (reason) => abandoned.push(reason),
      );
      stream.on('error', () => undefined);
      stream.write('a');
      stream.destroy(error);
      await settled();
      expect([isEnded, abandoned]).toEqual([false, expected]);
    },
  );
});

/** A client session whose requests a handler answers, over memory. */
function clientOf(handler: RequestHandler): HTTPClientSession {
  const pair = createMemoryPair();
  new HTTPServerSession(pair.server).serve(handler);
  return new HTTPClientSession(pair.client);
}

/** The bare socket of a client that a handler answers. */
function socketOf(handler: RequestHandler): MemorySocket {
  const pair = createMemoryPair();
  new HTTPServerSession(pair.server).serve(handler);
  return pair.client;
}

describe('the bodies of messages as streams', () => {
  const content = countingBytes(300_000);
  const echo: RequestHandler = async (request, response) => {
    await pipeline(request.body.readable(), response.send());
  };

  it('bodies can be piped from the request to the response and into a Node.js stream', async () => {
    const response = await clientOf(echo).request({ method: 'POST', body: content });
    expect(await contentOf(response.body.readable())).toBe(content.toString('latin1'));
  });

  it('a body can be piped into a web stream', async () => {
    const response = await clientOf(echo).request({ method: 'POST', body: content });
    const body = await new Response(response.body.stream() as never).arrayBuffer();
    expect(Buffer.from(body).equals(content)).toBe(true);
  });

  it('a body can be piped from a stream that is written to', async () => {
    const client = clientOf(echo);
    const message = new HTTPRequest('POST', '/');
    message.setChunkedTransferEncoding(true);
    const sent = writeAll(
      (await client.sendRequest(message)).stream(),
      content.subarray(0, 99),
      content.subarray(99),
    );
    const response = await client.receiveResponse();
    expect((await response.bytes()).equals(content)).toBe(true);
    await sent;
  });

  it('a piped body fails for its writer if it is not as long as declared', async () => {
    const pair = createMemoryPair();
    const server = new HTTPServerSession(pair.server);
    const asked = new HTTPClientSession(pair.client).request();
    const { response } = (await server.nextRequest()) ?? {};
    const sent = writeAll(response!.setContentLength(5).send(), 'abc');
    await expect(sent).rejects.toThrow(LocalProtocolError);
    server.close();
    await expect((await asked).bytes()).rejects.toThrow(NetworkError);
  });

  const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n';

  const LEAVERS: readonly (readonly [string, RequestHandler])[] = [
    [
      'Node.js stream that is destroyed between two pieces',
      async (request, response) => {
        const stream = request.body.readable();
        await nextOf(stream);
        stream.destroy();
        response.end('done');
      },
    ],
    [
      'Node.js stream that is destroyed while it waits',
      async (request, response) => {
        const stream = request.body.readable();
        await nextOf(stream);
        stream.resume();
        await settled();
        stream.destroy();
        response.end('done');
      },
    ],
    [
      'web stream that is cancelled while it waits',
      async (request, response) => {
        const reader = request.body.stream().getReader();
        await reader.read();
        const read = reader.read();
        await settled();
        await reader.cancel();
        await read;
        response.end('done');
      },
    ],
  ];

  it.each(LEAVERS)(
    'the rest of a body behind a %s stays unread, and the next request is served',
    async (_what, handler) => {
      const socket = socketOf((request, response) =>
        request.method === 'POST' ? handler(request, response) : response.end('next'),
      );
      socket.write(`${HEAD}abc`);
      await settled();
      await settled();
      expect(String(socket.read())).toMatch(/\r\n\r\ndone$/);
      socket.write('d');
      await settled();
      socket.write('efGET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await settled();
      expect(String(socket.read())).toMatch(/\r\n\r\nnext$/);
      socket.destroy();
    },
  );

  it('reading a body can continue after an aborted read', async () => {
    const client = clientOf(async (_request, response) => {
      await response.write('abc');
      response.end('def');
    });
    const { body } = await client.request();
    expect(String(await body.read())).toBe('abc');
    await expect(body.read({ signal: AbortSignal.abort('now') })).rejects.toMatchObject({
      code: 'ERR_HTTP_SESSION_ABORTED',
      cause: 'now',
    });
    expect(String(await body.read())).toBe('def');
    expect(await body.read()).toBeNull();
  });
});
