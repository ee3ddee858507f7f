import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { describe, expect, it } from '@jest/globals';

import { IncompleteMessageError, NetworkError, TimeoutError } from '../../src/errors/index.js';
import { MessageHeader } from '../../src/protocol/index.js';
import { HTTPClientSession, HTTPServerSession } from '../../src/session/index.js';
import {
  HTTPChunkedInputStream,
  HTTPChunkedOutputStream,
  HTTPFixedLengthInputStream,
  HTTPFixedLengthOutputStream,
  HTTPHeaderInputStream,
  HTTPHeaderOutputStream,
  HTTPInputStream,
  HTTPOutputStream,
  type ByteSink,
  type ByteSource,
} from '../../src/streams/index.js';
import {
  createMemoryPair,
  VirtualClock,
  type MemorySocket,
  type Segmentation,
} from '../../src/transport/index.js';
import { countingBytes, settled } from '../support/transport/sockets.js';
import { contentOf, failureOf, nextOf, writeAll } from '../support/streams/stubs.js';

/** Two sessions at the ends of one connection in memory; both are used as sources and sinks of bytes. */
class Line {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly client = new HTTPClientSession('', undefined, { clock: this.clock });
  readonly server = new HTTPServerSession(null, { clock: this.clock });
  readonly clientSocket: MemorySocket;

  constructor(segmentation?: Segmentation) {
    const pair = createMemoryPair({ clock: this.clock });
    this.clientSocket = pair.client.segment(segmentation);
    pair.server.segment(segmentation);
    this.client.attachSocket(pair.client);
    this.server.attachSocket(pair.server);
  }
}

const TRAILER = new MessageHeader([['Digest', 'x']]);

/** POCO's three kinds of body: how one side writes it, and the other reads it. */
const KINDS: Readonly<
  Record<
    string,
    { write(sink: ByteSink, length: number): Writable; read(source: ByteSource, length: number): Readable }
  >
> = {
  'of fixed length': {
    write: (sink, length) => new HTTPFixedLengthOutputStream(sink, length),
    read: (source, length) => new HTTPFixedLengthInputStream(source, length),
  },
  chunked: {
    write: (sink) => new HTTPChunkedOutputStream(sink, TRAILER),
    read: (source) => new HTTPChunkedInputStream(source),
  },
};

describe.each(Object.entries(KINDS))('a body %s between two sessions', (_name, { write, read }) => {
  it.each([[undefined], [[1]], [[7, 1, 300]]])(
    'a body between two sessions arrives complete in segments of %j bytes',
    async (sizes) => {
      const { client, server } = new Line(sizes);
      const content = countingBytes(4_000);
      const written = writeAll(
        write(client, content.length),
        content.subarray(0, 1_234),
        content.subarray(1_234),
      );
      expect(await contentOf(read(server, content.length))).toBe(content.toString('latin1'));
      await written;
    },
  );

  it('a head, a body and the next head follow each other on one connection', async () => {
    const { client, server } = new Line([5]);
    for (const target of ['/a', '/b']) {
      await writeAll(new HTTPHeaderOutputStream(client), `POST ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await writeAll(write(client, 13), 'Hello, world!');
    }
    for (const target of ['/a', '/b']) {
      const head = await contentOf(new HTTPHeaderInputStream(server));
      expect(head).toBe(`POST ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(await contentOf(read(server, 13))).toBe('Hello, world!');
    }
    expect(server.buffered()).toBe(0);
  });

  it('a body between two sessions goes to the server and back, as fast as the slower one reads', async () => {
    const { client, server } = new Line();
    const content = countingBytes(1_000_000);
    const written = writeAll(write(client, content.length), content);
    const echoed = pipeline(read(server, content.length), write(server, content.length));
    expect(await contentOf(read(client, content.length))).toBe(content.toString('latin1'));
    await Promise.all([written, echoed]);
  });

  it('a body between two sessions holds its writer back while the peer does not read', async () => {
    const { client, server } = new Line();
    const stream = write(client, 64_000_000);
    let written = 0;
    const piece = Buffer.alloc(65_536);
    for (let turn = 0; turn < 100; turn++) {
      while (!stream.writableNeedDrain) {
        stream.write(piece);
        written += piece.length;
      }
      await settled();
    }
    expect(written).toBeLessThan(1_000_000);
    expect(server.buffered()).toBe(0);
    stream.on('error', () => undefined).destroy();
    client.abort();
  });

  it('a body between two sessions is incomplete if the peer closes within it', async () => {
    const { client, server } = new Line();
    write(client, 10).write('abc');
    await settled();
    client.close();
    const { content, error } = await failureOf(read(server, 10));
    expect(content).toBe('abc');
    expect(error).toBeInstanceOf(IncompleteMessageError);
  });

  it('a body between two sessions fails with the error of the session if the peer resets', async () => {
    const { client, server } = new Line();
    write(client, 10).write('abc');
    const failed = failureOf(read(server, 10));
    await settled();
    client.abort();
    const { content, error } = await failed;
    expect(content).toBe('abc');
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toBe(server.networkException());
  });

  it('a body between two sessions fails if the peer makes no progress for the receive timeout', async () => {
    const { clock, client, server } = new Line();
    server.setReceiveTimeout(1_000);
    write(client, 10).write('abc');
    const failed = failureOf(read(server, 10));
    await settled();
    await clock.advance(1_100);
    expect((await failed).error).toBeInstanceOf(TimeoutError);
  });

  it('a body between two sessions fails for its writer if the connection is lost', async () => {
    const { client, server } = new Line();
    server.abort();
    await settled();
    await expect(writeAll(write(client, 3), 'abc')).rejects.toThrow(NetworkError);
  });
});

describe('an input stream over a session', () => {
  it('an input stream over a session gives the trailer fields of a chunked body', async () => {
    const { client, server } = new Line([1]);
    const stream = new HTTPChunkedInputStream(server);
    await writeAll(new HTTPChunkedOutputStream(client, TRAILER), 'abc');
    expect(await contentOf(stream)).toBe('abc');
    expect(stream.trailer?.get('digest')).toBe('x');
  });

  it('an input stream over a session ends with the connection if the body has no other end', async () => {
    const { client, server } = new Line();
    await writeAll(new HTTPOutputStream(server), 'HTTP/1.1 200 OK\r\n\r\n', 'abc');
    server.close();
    expect(await contentOf(new HTTPHeaderInputStream(client))).toBe('HTTP/1.1 200 OK\r\n\r\n');
    expect(await contentOf(new HTTPInputStream(client))).toBe('abc');
  });

  it('an input stream over a session that is destroyed early leaves unread bytes to the session', async () => {
    const { client, server } = new Line([3]);
    await client.write('abcdefghi');
    const stream = new HTTPFixedLengthInputStream(server, 9);
    expect(await nextOf(stream)).toBe('abc');
    stream.destroy();
    await settled();
    expect(await contentOf(new HTTPFixedLengthInputStream(server, 6))).toBe('defghi');
  });

  it('an input stream over a session frees it for other reads if destroyed while it waits', async () => {
    const { client, server } = new Line();
    const stream = new HTTPInputStream(server).resume();
    await settled();
    stream.destroy();
    await client.write('abc');
    expect(String(await server.read(10))).toBe('abc');
    expect(server.state).toBe('connected.open');
  });

  it('an input stream over a session takes bytes that were given with the socket', async () => {
    const session = new HTTPServerSession();
    session.attachSocket(createMemoryPair().server, Buffer.from('3\r\nabc\r\n0\r\n\r\nrest'));
    expect(await contentOf(new HTTPChunkedInputStream(session))).toBe('abc');
    expect(String(session.drainBuffer())).toBe('rest');
  });
});
