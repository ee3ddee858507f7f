import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession } from '../../../src/session/index.js';
import type { IncomingBody } from '../../../src/session/message/incoming-body.js';
import { createMemoryPair, type MemorySocket } from '../../../src/transport/index.js';
import { contentOf, nextOf } from '../../support/streams/stubs.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

/** The body of a response whose server writes what the test says, and has written `text` of it. */
async function bodyOf(text = '', length = 6): Promise<{ body: IncomingBody; peer: MemorySocket }> {
  const { client, server } = createMemoryPair();
  const session = new HTTPClientSession(client);
  const response = session.request();
  await settled();
  server.read();
  server.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(length)}\r\n\r\n${text}`);
  return { body: (await response).body, peer: server };
}

describe('a body as a Node.js stream', () => {
  it('a body as a Node.js stream gives the pieces in order, then ends', async () => {
    const { body, peer } = await bodyOf('abc');
    const content = contentOf(body.readable());
    await settled();
    peer.write('def');
    expect(await content).toBe('abcdef');
  });

  it('a body as a Node.js stream asks for a piece only when it is read from', async () => {
    const { body, peer } = await bodyOf('abc');
    const stream = body.readable();
    await settled();
    expect(body.remaining).toBe(6);
    await nextOf(stream);
    peer.write('def');
    await settled();
    expect(body.remaining).toBe(3);
    stream.destroy();
  });

  it('a body as a Node.js stream that is destroyed while it waits leaves the rest unread', async () => {
    const { body, peer } = await bodyOf('abc');
    const stream = body.readable();
    await nextOf(stream);
    stream.resume();
    await settled();
    stream.destroy();
    await finished(stream).catch(() => undefined);
    peer.write('def');
    expect(String(await body.read())).toBe('def');
  });

  it('a body as a Node.js stream fails with the error of the connection', async () => {
    const { body, peer } = await bodyOf('abc');
    const failed = rejection(contentOf(body.readable()));
    await settled();
    peer.end();
    expect(await failed).toMatchObject({ name: 'IncompleteMessageError' });
  });

  it('a body as a Node.js stream fails where the body was consumed, or is being read', async () => {
    const { body, peer } = await bodyOf();
    const read = body.read();
    expect(await rejection(contentOf(body.readable()))).toMatchObject({ call: 'readable()' });
    peer.write('abcdef');
    await read;
    expect(await body.read()).toBeNull();
    expect(await rejection(contentOf(body.readable()))).toMatchObject({ name: 'InvalidStateError' });
  });

  it('an exception of a listener ends the stream, and nothing else', async () => {
    const { body } = await bodyOf('abc');
    const stream: Readable = body.readable();
    const error = new Error('mistake');
    stream.on('data', () => {
      throw error;
    });
    await expect(finished(stream)).rejects.toBe(error);
    expect(body.remaining).toBe(3);
  });
});

describe('a body as a web stream', () => {
  const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> =>
    new Response(stream as never).text();

  it('a body as a web stream gives the pieces in order, then closes', async () => {
    const { body, peer } = await bodyOf('abc');
    const text = textOf(body.stream());
    await settled();
    peer.write('def');
    expect(await text).toBe('abcdef');
  });

  it('a body as a web stream serves reads that were made at once, in order', async () => {
    const { body, peer } = await bodyOf();
    const reader = body.stream().getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    await settled();
    peer.write('abc');
    await settled();
    peer.write('def');
    const results = await Promise.all(reads);
    expect(results.map(({ value }) => (value === undefined ? null : String(value)))).toEqual([
      'abc',
      'def',
      null,
    ]);
  });

  it('a body as a web stream asks for a piece only when it is read from', async () => {
    const { body, peer } = await bodyOf('abc');
    const reader = body.stream().getReader();
    await settled();
    expect(body.remaining).toBe(6);
    await reader.read();
    peer.write('def');
    await settled();
    expect(body.remaining).toBe(3);
  });

  it('a body as a web stream does not detach the memory of a piece', async () => {
    const { body } = await bodyOf('abcdef');
    const { value } = await body.stream().getReader().read();
    const { buffer } = value as Uint8Array;
    expect(buffer.byteLength).toBeGreaterThan(0);
    expect(String(value)).toBe('abcdef');
  });

  it('a body as a web stream errors with the error of the connection', async () => {
    const { body, peer } = await bodyOf('abc');
    const failed = rejection(textOf(body.stream()));
    await settled();
    peer.end();
    expect(await failed).toMatchObject({ name: 'IncompleteMessageError' });
  });

  it('a body as a web stream that is cancelled while it waits leaves the rest unread', async () => {
    const { body, peer } = await bodyOf('abc');
    const reader = body.stream().getReader();
    await reader.read();
    const read = reader.read();
    await settled();
    await reader.cancel('enough');
    expect((await read).done).toBe(true);
    peer.write('def');
    expect(String(await body.read())).toBe('def');
  });
});

describe('iteration of a body', () => {
  const valuesOf = (results: readonly IteratorResult<Buffer, void>[]): unknown[] =>
    results.map(({ done, value }) => (done === true ? null : String(value)));

  it('iteration of a body gives its pieces, and leaves the rest unread when it is left', async () => {
    const { body, peer } = await bodyOf('abc');
    for await (const piece of body) {
      expect(String(piece)).toBe('abc');
      break;
    }
    peer.write('def');
    expect(String(await body.read())).toBe('def');
  });

  it('iteration of a body serves calls that overlap in their order', async () => {
    const { body, peer } = await bodyOf();
    const pieces = body[Symbol.asyncIterator]();
    const calls = [pieces.next(), pieces.next(), pieces.return(), pieces.next()];
    await settled();
    peer.write('abc');
    await settled();
    peer.write('def');
    expect(valuesOf(await Promise.all(calls))).toEqual(['abc', 'def', null, null]);
    expect(valuesOf([await pieces.next()])).toEqual([null]);
  });

  it('iteration of a body that fails is over, also for calls that waited', async () => {
    const { body, peer } = await bodyOf('abc');
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    const failed = rejection(pieces.next());
    const after = pieces.next();
    await settled();
    peer.end();
    expect(await failed).toMatchObject({ name: 'IncompleteMessageError' });
    expect(valuesOf([await after, await pieces.next()])).toEqual([null, null]);
  });

  it('a piece that is not awaited ends no process when the connection is lost', async () => {
    const { body, peer } = await bodyOf('abc');
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    void pieces.next();
    peer.destroy();
    await settled();
    expect(valuesOf([await pieces.next()])).toEqual([null]);
  });

  it('iteration of a body can be ended with an error, or as a resource', async () => {
    const { body } = await bodyOf('abc');
    const first = body[Symbol.asyncIterator]();
    const error = new Error('enough');
    await expect(first.throw(error)).rejects.toBe(error);
    expect(valuesOf([await first.next()])).toEqual([null]);
    const second = body[Symbol.asyncIterator]();
    await second[Symbol.asyncDispose]();
    expect(valuesOf([await second.next()])).toEqual([null]);
    expect(second[Symbol.asyncIterator]()).toBe(second);
    expect(await second.return(Promise.resolve())).toEqual({ done: true, value: undefined });
    expect(body.remaining).toBe(6);
  });

  it('iteration of a body that was consumed is refused', async () => {
    const { body } = await bodyOf('abcdef');
    await body.bytes();
    const pieces = body[Symbol.asyncIterator]();
    expect(await rejection(pieces.next())).toMatchObject({ name: 'InvalidStateError', call: 'for await' });
  });
});
