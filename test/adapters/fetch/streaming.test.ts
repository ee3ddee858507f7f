import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, post } from '../../support/http/served.js';
import { bytesOf, FedBody, Fetched } from '../../support/fetch/fetched.js';

const PIECE = Buffer.alloc(16_384, 'x');

describe('a response that comes in pieces', () => {
  it('a streamed response sends its head before the first piece, and each piece as it comes', async () => {
    const body = new FedBody();
    const fetched = new Fetched(
      () => new Response(body.stream, { headers: { 'content-type': 'text/event-stream' } }),
    );
    await fetched.send(get());
    expect(fetched.take()).toMatch(
      /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\nTransfer-Encoding: chunked\r\nDate: .*\r\n\r\n$/,
    );
    for (const piece of ['one', 'two']) {
      body.feed(piece);
      await fetched.send('');
      expect(fetched.take()).toBe(`3\r\n${piece}\r\n`);
    }
    body.end();
    await fetched.send('');
    expect(fetched.take()).toBe('0\r\n\r\n');
    expect(fetched.session.state).toBe('connected.open');
    expect(body.cancelled).toEqual([]);
  });

  it('a streamed response sends an available first piece with the head', async () => {
    const body = new FedBody();
    const fetched = new Fetched(() => new Response(body.stream));
    body.feed('first');
    await fetched.send(get());
    expect(fetched.take()).toMatch(/\r\n\r\n5\r\nfirst\r\n$/);
    body.end();
    await fetched.send('');
    expect(fetched.take()).toBe('0\r\n\r\n');
  });

  it('a response made of a request body that has come whole is sent with its length', async () => {
    const through = new Fetched((request) => new Response(request.body?.pipeThrough(new TransformStream())));
    await through.send(post('hello'));
    expect(responseIn(through.text)).toMatchObject({ body: 'hello' });
    expect(through.text).toContain('Content-Length: 5\r\n');
    const copied = new Fetched((request) => new Response(new Request(request).body));
    await copied.send(post('hello'));
    expect(copied.text).toContain('Content-Length: 5\r\n');
  });

  it('a streamed response may have empty pieces', async () => {
    const body = new FedBody();
    const fetched = new Fetched(() => new Response(body.stream));
    await fetched.send(get());
    for (const piece of ['', 'one', '']) {
      body.feed(piece);
      await fetched.send('');
    }
    body.end();
    await fetched.send('');
    expect(responseIn(fetched.text).body).toBe('one');
  });

  it('a streamed response is not chunked when the handler has set its length', async () => {
    const body = new FedBody();
    const fetched = new Fetched(() => new Response(body.stream, { headers: { 'content-length': '6' } }));
    await fetched.send(get());
    body.feed('one');
    await fetched.send('');
    body.feed('two');
    await fetched.send('');
    expect(fetched.text).not.toContain('chunked');
    body.end();
    await fetched.send('');
    expect(responseIn(fetched.text)).toMatchObject({ fields: ['content-length: 6'], body: 'onetwo' });
  });

  it('a streamed response to an HTTP/1.0 client ends with the connection', async () => {
    const body = new FedBody();
    const fetched = new Fetched(() => new Response(body.stream));
    await fetched.send('GET / HTTP/1.0\r\nHost: test\r\n\r\n');
    body.feed('one');
    await fetched.send('');
    body.end();
    await fetched.send('');
    expect(responseIn(fetched.text)).toMatchObject({ fields: ['Connection: close'], body: 'one' });
    expect(fetched.isClosed).toBe(true);
  });

  it('a streamed response is pulled no faster than the client reads', async () => {
    const body = new FedBody((fed) => {
      fed.feed(PIECE);
    });
    const fetched = new Fetched(() => new Response(body.stream), { reads: false });
    await fetched.send(get());
    await fetched.send('');
    const { pulls } = body;
    expect(pulls).toBeGreaterThan(0);
    expect(pulls * PIECE.length).toBeLessThan(10 * LIMITS.maxPendingOutputBytes.value);
    await fetched.send('');
    expect(body.pulls).toBe(pulls);

    let arrived = 0;
    fetched.socket.on('data', (chunk: Buffer) => {
      arrived += chunk.length;
      if (arrived > 10_000_000) fetched.socket.destroy();
    });
    while (!fetched.socket.destroyed) await fetched.send('');
    expect(body.pulls).toBeGreaterThan(10_000_000 / PIECE.length - 1);
  });
});

describe('a request that comes in pieces', () => {
  it('a streamed request reaches the handler piece by piece, before it is complete', async () => {
    const pieces: string[] = [];
    const fetched = new Fetched(async (request) => {
      for await (const piece of request.body ?? []) pieces.push(Buffer.from(piece).toString());
      return new Response('done');
    });
    await fetched.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const piece of ['one', 'two']) {
      await fetched.send(`3\r\n${piece}\r\n`);
      expect(pieces.at(-1)).toBe(piece);
      expect(fetched.text).toBe('');
    }
    await fetched.send('0\r\n\r\n');
    expect(responseIn(fetched.text).body).toBe('done');
  });

  it('a streamed request holds the client back while the handler does not read, then continues', async () => {
    const total = 2_000_000;
    let begin: (() => void) | undefined;
    const fetched = new Fetched(async (request) => {
      await new Promise<void>((resolve) => {
        begin = resolve;
      });
      return new Response(String((await request.arrayBuffer()).byteLength));
    });
    fetched.socket.segment([16_384]).write(post('x'.repeat(total)), 'latin1');
    for (let turn = 0; turn < 50; turn++) await fetched.send('');
    expect(fetched.session.core.bytesIn).toBeLessThan(4 * LIMITS.maxArrivedBytes.value);
    begin?.();
    for (let turn = 0; turn < 500 && fetched.text === ''; turn++) await fetched.send('');
    expect(responseIn(fetched.text).body).toBe(String(total));
  });

  it('a streamed request is not read ahead of its reader', async () => {
    const total = 2_000_000;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    const fetched = new Fetched(async (request) => {
      reader = request.body?.getReader();
      await new Promise<void>(() => undefined);
      return new Response();
    });
    fetched.socket.segment([16_384]).write(post('x'.repeat(total)), 'latin1');
    let read = 0;
    for (let turn = 0; turn < 10; turn++) {
      read += (await reader?.read())?.value?.length ?? 0;
      await fetched.send('');
      expect(fetched.session.core.bytesIn - read).toBeLessThan(4 * LIMITS.maxArrivedBytes.value);
    }
    expect(read).toBeLessThan(total);
  });
});

describe('an echo', () => {
  it('an echo returns a first piece before the request is complete', async () => {
    const fetched = new Fetched((request) => new Response(request.body));
    await fetched.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n');
    await fetched.send('3\r\none\r\n');
    expect(fetched.take()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n3\r\none\r\n$/);
    await fetched.send('3\r\ntwo\r\n');
    expect(fetched.take()).toBe('3\r\ntwo\r\n');
    await fetched.send('0\r\n\r\n' + get());
    expect(fetched.take()).toMatch(/^0\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('an echo through a TransformStream returns every byte in order', async () => {
    const upper = (): TransformStream<Uint8Array, Uint8Array> =>
      new TransformStream({
        transform: (piece, controller) => {
          controller.enqueue(bytesOf(Buffer.from(piece).toString('latin1').toUpperCase()));
        },
      });
    const fetched = new Fetched((request) => new Response(request.body?.pipeThrough(upper())));
    const text = Array.from({ length: 50_000 }, (_, at) => `${at.toString(36)},`).join('');
    await fetched.send(post(text) + post('next'));
    for (let turn = 0; turn < 500 && !fetched.text.includes('NEXT'); turn++) await fetched.send('');
    expect(responsesIn(fetched.text).map(({ body }) => body)).toEqual([text.toUpperCase(), 'NEXT']);
  });

  it('an echo holds the client back while it does not read its response', async () => {
    const fetched = new Fetched((request) => new Response(request.body), { reads: false });
    fetched.socket.segment([16_384]).write(post('x'.repeat(4_000_000)), 'latin1');
    for (let turn = 0; turn < 100; turn++) await fetched.send('');
    expect(fetched.session.core.bytesIn).toBeLessThan(1_000_000);
    fetched.read();
    for (let turn = 0; turn < 1_000 && fetched.text.length < 4_000_000; turn++) await fetched.send('');
    expect(responseIn(fetched.text).body).toHaveLength(4_000_000);
  });
});
