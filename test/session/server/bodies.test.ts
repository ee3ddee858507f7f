import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';

import {
  IncompleteMessageError,
  InvalidStateError,
  RemoteProtocolError,
  type HTTPSessionError,
} from '../../../src/errors/index.js';
import type { HTTPServerRequest, RequestHandler } from '../../../src/session/index.js';
import { countingBytes } from '../../support/transport/sockets.js';
import { responseIn, responsesIn, statusesIn } from '../../support/http/messages.js';
import { rejection } from '../../support/transport/promises.js';
import { echoBody, post, postChunked, Served } from '../../support/http/served.js';

const TEXT = 'grün and blue, '.repeat(50);
const WIRE = Buffer.from(TEXT).toString('latin1');

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString();
}

const readers: Record<string, (request: HTTPServerRequest) => Promise<string>> = {
  'bytes()': async (request) => (await request.bytes()).toString(),
  'text()': (request) => request.text(),
  'json()': async (request) => String(await request.json()),
  'body.read()': async (request) => {
    let text = Buffer.alloc(0);
    for (let piece = await request.body.read(); piece !== null; piece = await request.body.read()) {
      text = Buffer.concat([text, piece]);
    }
    return text.toString();
  },
  'iteration of the request': (request) => collect(request),
  'iteration of the body': (request) => collect(request.body),
  'a Node.js stream': (request) => collect(request.body.readable() as AsyncIterable<Buffer>),
  'a web stream': (request) => collect(request.body.stream()),
};

describe.each(Object.entries(readers))('a body read by %s', (name, read) => {
  const content = name === 'json()' ? JSON.stringify(TEXT) : TEXT;
  const wire = Buffer.from(content).toString('latin1');
  const handler: RequestHandler = async (request, response) => {
    response.end(await read(request));
  };

  it.each([
    ['with a Content-Length', post(wire)],
    ['in chunks', postChunked([wire.slice(0, 1), wire.slice(1, 100), wire.slice(100)])],
  ])(
    'a request body, %s, arrives as it was sent, however it was cut, and the next request follows',
    async (_how, request) => {
      for (const sizes of [undefined, [1], [50, 3]]) {
        const served = new Served(handler);
        served.socket.segment(sizes);
        await served.send(request + request);
        expect(statusesIn(served.text)).toEqual([200, 200]);
        expect(served.text.split(WIRE)).toHaveLength(3);
      }
    },
  );

  it('a body read fails when the client leaves in the middle, and is answered with 400', async () => {
    let failure: unknown;
    const served = new Served(async (request) => {
      failure = await rejection(read(request));
      throw failure;
    });
    await served.sendLast('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    expect(failure).toBeInstanceOf(IncompleteMessageError);
    expect(responseIn(served.text)).toMatchObject({ status: 400 });
    expect(served.isClosed).toBe(true);
  });

  it('a body read fails when a chunk is malformed, and is answered with 400', async () => {
    let failure: unknown;
    const served = new Served(async (request) => {
      failure = await rejection(read(request));
      throw failure;
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n');
    expect(failure).toBeInstanceOf(RemoteProtocolError);
    expect(failure).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_CHUNK' });
    expect(responseIn(served.text).fields).toContain('Connection: close');
    expect(responseIn(served.text).status).toBe(400);
  });
});

describe('a body', () => {
  it('a body of no bytes is there at once', async () => {
    const served = new Served(async (request, response) => {
      expect(request.bodyLength).toBe(0);
      expect(request.body.complete).toBe(true);
      expect(await request.body.read()).toBeNull();
      response.end(await request.text());
    });
    await served.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: '' });
  });

  it('a body longer than maxBytes is answered with 413, and rejects its read', async () => {
    for (const request of [post('0123456789'), postChunked(['01234', '56789'])]) {
      let failure: unknown;
      const served = new Served(async (incoming, response) => {
        failure = await rejection(incoming.bytes({ maxBytes: 9 }));
        response.end('never');
      });
      await served.send(request);
      expect(failure).toMatchObject({ name: 'RemoteProtocolError', status: 413 });
      expect(responseIn(served.text)).toMatchObject({ status: 413, body: '413 Content Too Large\n' });
      expect(responseIn(served.text).fields).toContain('Connection: close');
      expect(served.ended).toBe(true);
    }
  });

  it('a body of exactly maxBytes is taken', async () => {
    const served = new Served(async (request, response) => {
      response.end(await request.bytes({ maxBytes: 10 }));
    });
    await served.send(post('0123456789') + postChunked(['01234', '56789']));
    expect(statusesIn(served.text)).toEqual([200, 200]);
  });

  it('a body that is not JSON is an error of the client with a status, and the connection stays open', async () => {
    const failures: HTTPSessionError[] = [];
    const served = new Served(async (request, response) => {
      failures.push(await rejection(request.json()));
      response.status = 422;
      response.end();
    });
    await served.send(post('{"secret') + postChunked(['{']));
    expect(statusesIn(served.text)).toEqual([422, 422]);
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(RemoteProtocolError);
      expect(failure).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_JSON', status: 400 });
      expect(failure.message).toContain('body: malformed JSON');
      expect(JSON.stringify(failure)).not.toContain('secret');
    }
  });

  it('a handler that lets malformed JSON pass through answers with 400, and is at no fault', async () => {
    const served = new Served(async (request, response) => {
      response.end(JSON.stringify(await request.json()));
    });
    await served.send(post('{') + post('{"a":1}') + post(''));
    expect(responsesIn(served.text).map(({ status, body }) => [status, body])).toEqual([
      [400, '400 Bad Request\n'],
      [200, '{"a":1}'],
      [400, '400 Bad Request\n'],
    ]);
    expect(served.faults).toEqual([]);
  });

  it.each([
    ['of known length', post('\xef\xbb\xbf{"a":1}')],
    ['in chunks', postChunked(['\xef', '\xbb\xbf{"a"', ':1}'])],
  ])('a body with a byte order mark, %s, is text and JSON without it', async (_how, sent) => {
    const served = new Served(async (request, response) => {
      if (request.number === 1) response.end(String((await request.text()).length));
      else response.end(JSON.stringify(await request.json()));
    });
    await served.send(sent + sent);
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['7', '{"a":1}']);
  });

  it('bytes() leaves a byte order mark where it is', async () => {
    const served = new Served(echoBody);
    await served.send(post('\xef\xbb\xbfa'));
    expect(responseIn(served.text).body).toBe('\xef\xbb\xbfa');
  });

  it('a body is read by one reader at a time', async () => {
    const served = new Served(async (request, response) => {
      const first = request.bytes();
      expect(await rejection(request.text())).toBeInstanceOf(InvalidStateError);
      response.end(await first);
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n');
    await served.send('body');
    expect(responseIn(served.text).body).toBe('body');
  });

  it('a body has its trailer fields once it is complete', async () => {
    const served = new Served(async (request, response) => {
      expect(served.session.requestTrailer()).toBeNull();
      await request.bytes();
      expect(request.body.trailer?.get('checksum')).toBe('42');
      response.end(served.session.requestTrailer()?.get('Checksum') ?? '');
    });
    await served.send(postChunked(['body'], 'Checksum: 42\r\n'));
    expect(responseIn(served.text).body).toBe('42');
  });

  it('a body cannot be read after a complete response: the read is refused, not empty', async () => {
    let late: Promise<Buffer> | undefined;
    const served = new Served((request, response) => {
      response.end('early');
      late = request.bytes();
      late.catch(() => undefined);
    });
    await served.send(post('body'));
    expect(await rejection(late as Promise<Buffer>)).toBeInstanceOf(InvalidStateError);
    await served.send(post('next'));
    expect(statusesIn(served.text)).toEqual([200, 200]);
  });
});

describe('an echo in a stream', () => {
  const echo: RequestHandler = async (request, response) => {
    for await (const piece of request) await response.write(piece);
    response.end();
  };
  const total = 1_000_000;

  it('an echo in a stream gives back every byte in order, for a fixed length and for chunks', async () => {
    const bytes = countingBytes(total).toString('latin1');
    for (const request of [post(bytes), postChunked([bytes.slice(0, 70_000), bytes.slice(70_000)])]) {
      const served = new Served(echo);
      await served.send(request);
      await served.pass(0);
      expect(responseIn(served.text).body === bytes).toBe(true);
    }
  });

  it('an echo in a stream holds the client back while it does not read its answer', async () => {
    const served = new Served(echo, {}, { reads: false });
    served.socket.write(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(total)}\r\n\r\n`);
    let accepted = 0;
    const piece = Buffer.alloc(10_000);
    while (accepted < total && !served.socket.writableNeedDrain) {
      await served.send(piece);
      accepted += piece.length;
    }
    expect(accepted).toBeLessThan(total / 2);
    expect(served.session.core.arrivedBytes).toBeLessThan(200_000);

    served.read();
    while (accepted < total) {
      await served.send(piece);
      accepted += piece.length;
    }
    await served.pass(0);
    expect(responseIn(served.text).body).toHaveLength(total);
  });

  it('an echo in a stream reads no byte before a read, beyond the common buffer', async () => {
    let read: Promise<Buffer> | undefined;
    const served = new Served((request, response) => {
      served.clock.setTimeout(() => {
        read = request.bytes().then((bytes) => {
          response.end(String(bytes.length));
          return bytes;
        });
      }, 1_000);
    });
    served.socket.segment([16_384]).write(post('x'.repeat(total)), 'latin1');
    await served.pass(999);
    expect(served.session.core.bytesIn).toBeLessThan(300_000);
    await served.pass(1);
    await read;
    await served.pass(0);
    expect(responseIn(served.text).body).toBe(String(total));
  });

  it('an echo in a stream works by piping a Node.js stream into the response', async () => {
    const served = new Served((request, response) => {
      request.body.readable().pipe(response.send());
    });
    await served.send(post(WIRE));
    await served.pass(0);
    expect(responseIn(served.text).body).toBe(WIRE);
  });

  it('an echo in a stream has its errors where they belong: a source that fails aborts the response', async () => {
    const served = new Served(async (_request, response) => {
      const source = Readable.from(
        (async function* () {
          yield 'first';
          await Promise.resolve();
          throw new Error('the source failed');
        })(),
      );
      for await (const piece of source) await response.write(piece as string);
    });
    await served.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    expect(served.text).toContain('first');
    expect(served.wasReset).toBe(true);
  });
});

describe('every split of a request into two segments', () => {
  it.each([
    ['with a body of known length', post('hello world', 'X: y\r\n') + post('second')],
    ['in chunks with a trailer', postChunked(['hello', ' world'], 'T: 1\r\n') + post('second')],
  ])('every split of a request has the same outcome: %s', async (_what, request) => {
    const whole = new Served(echoBody);
    await whole.send(request);
    expect(statusesIn(whole.text)).toEqual([200, 200]);
    for (let at = 1; at < request.length; at++) {
      const served = new Served(echoBody);
      await served.send(request.slice(0, at));
      await served.send(request.slice(at));
      expect(served.text).toBe(whole.text);
    }
  });
});
