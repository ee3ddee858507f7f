import type { Writable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { LocalProtocolError, NetworkError } from '../../src/errors/index.js';
import { MessageHeader } from '../../src/protocol/index.js';
import {
  HTTPChunkedOutputStream,
  HTTPFixedLengthOutputStream,
  HTTPOutputStream,
} from '../../src/streams/index.js';
import { HTTPClientSession } from '../../src/session/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { quietPair } from '../support/session/subject.js';
import { settled } from '../support/transport/sockets.js';
import { StubSink, writeAll } from '../support/streams/stubs.js';

describe('HTTPFixedLengthOutputStream', () => {
  it('a fixed-length output stream sends the content unchanged', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPFixedLengthOutputStream(sink, 13), 'Hello', Buffer.from(', world!'));
    expect(sink.text).toBe('Hello, world!');
  });

  it('a fixed-length output stream counts bytes, not characters', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPFixedLengthOutputStream(sink, 3), 'é!');
    expect(Buffer.from(sink.text, 'latin1').toString('utf8')).toBe('é!');
  });

  it('a fixed-length output stream sends nothing of a piece beyond the length', async () => {
    const sink = new StubSink();
    const error = await writeAll(new HTTPFixedLengthOutputStream(sink, 5), 'abc', 'def').catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LocalProtocolError);
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_BODY_LENGTH' });
    expect(sink.text).toBe('abc');
  });

  it('a fixed-length output stream fails at an early end', async () => {
    const error = await writeAll(new HTTPFixedLengthOutputStream(new StubSink(), 5), 'abc').catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LocalProtocolError);
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_BODY_LENGTH' });
  });

  it('a fixed-length output stream sends nothing for an empty body', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPFixedLengthOutputStream(sink, 0));
    expect(sink.writes).toEqual([]);
  });

  it.each([-1, -2, 1.5, Number.NaN, Infinity, 2 ** 53])(
    'a fixed-length output stream refuses %d as a length',
    (length) => {
      expect(() => new HTTPFixedLengthOutputStream(new StubSink(), length)).toThrow(RangeError);
    },
  );
});

describe('HTTPChunkedOutputStream', () => {
  it('a chunked output stream makes a chunk of each piece, and a last chunk at the end', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPChunkedOutputStream(sink), 'Hello', ', world! Bye.');
    expect(sink.text).toBe('5\r\nHello\r\nd\r\n, world! Bye.\r\n0\r\n\r\n');
  });

  it('a chunked output stream skips an empty piece, whose chunk would be the last', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPChunkedOutputStream(sink), 'a', '', 'b');
    expect(sink.text).toBe('1\r\na\r\n1\r\nb\r\n0\r\n\r\n');
  });

  it('a chunked output stream sends a large piece as one chunk', async () => {
    const sink = new StubSink();
    const piece = 'x'.repeat(100_000);
    await writeAll(new HTTPChunkedOutputStream(sink), piece);
    expect(sink.text).toBe(`186a0\r\n${piece}\r\n0\r\n\r\n`);
  });

  it('a chunked output stream sends the trailer fields that are set when it ends', async () => {
    const sink = new StubSink();
    const trailer = new MessageHeader();
    const stream = new HTTPChunkedOutputStream(sink, trailer);
    stream.write('abc');
    trailer.set('Digest', 'é');
    await writeAll(stream);
    expect(sink.text).toBe('3\r\nabc\r\n0\r\nDigest: é\r\n\r\n');
  });

  it('a chunked output stream fails at its end if a field must not be a trailer', async () => {
    const sink = new StubSink();
    const trailer = new MessageHeader();
    trailer.set('Content-Length', '3');
    await expect(writeAll(new HTTPChunkedOutputStream(sink, trailer), 'abc')).rejects.toThrow(
      LocalProtocolError,
    );
    expect(sink.text).toBe('3\r\nabc\r\n');
  });
});

describe('HTTPOutputStream', () => {
  it('an HTTPOutputStream sends bytes unchanged, and nothing at its end', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPOutputStream(sink), 'HTTP/1.1 200 OK\r\n\r\n', 'abc');
    expect(sink.writes).toEqual(['HTTP/1.1 200 OK\r\n\r\n', 'abc']);
  });
});

describe('an output stream', () => {
  it('an output stream writes the next piece only when the sink is ready for more', async () => {
    const sink = new StubSink();
    const stream = new HTTPOutputStream(sink);
    sink.hold();
    stream.write('abc');
    stream.write('def');
    await settled();
    expect(sink.writes).toEqual(['abc']);
    sink.release();
    await settled();
    expect(sink.writes).toEqual(['abc', 'def']);
    stream.destroy();
  });

  it('an output stream holds its writer back while the sink is not ready', async () => {
    const sink = new StubSink();
    const stream = new HTTPOutputStream(sink);
    sink.hold();
    let written = 0;
    while (stream.write(Buffer.alloc(1024))) written++;
    expect(written).toBeLessThan(stream.writableHighWaterMark / 1024 + 1);
    const drained = new Promise((resolve) => stream.once('drain', resolve));
    sink.release();
    await drained;
    stream.destroy();
  });

  it('an output stream finishes only when the sink has accepted everything', async () => {
    const sink = new StubSink();
    const stream = new HTTPChunkedOutputStream(sink);
    sink.hold();
    stream.end('abc');
    await settled();
    expect(stream.writableFinished).toBe(false);
    const finished = new Promise((resolve) => stream.once('finish', resolve));
    sink.release();
    await finished;
    expect(sink.text).toBe('3\r\nabc\r\n0\r\n\r\n');
  });

  it('an output stream fails with the error of the sink', async () => {
    const sink = new StubSink();
    sink.failure = new NetworkError('the cable is out');
    await expect(writeAll(new HTTPOutputStream(sink), 'abc')).rejects.toBe(sink.failure);
  });

  it('an output stream that is destroyed before its end leaves the sink open', async () => {
    const sink = new StubSink();
    const stream = new HTTPChunkedOutputStream(sink);
    stream.write('abc');
    stream.destroy();
    await settled();
    expect(sink.text).toBe('3\r\nabc\r\n');
    expect(await sink.write('more')).toBe(4);
  });
});

describe('an output stream for a body that is destroyed', () => {
  const makers: Record<string, (sink: StubSink) => Writable> = {
    'until close': (sink) => new HTTPOutputStream(sink),
    'of a declared length': (sink) => new HTTPFixedLengthOutputStream(sink, 5),
    'in chunks': (sink) => new HTTPChunkedOutputStream(sink),
  };

  it.each(Object.entries(makers))(
    'a body %s that is destroyed before its end aborts the sink',
    async (_how, make) => {
      const sink = new StubSink();
      const stream = make(sink);
      stream.write('abc');
      await settled();
      stream.destroy();
      await settled();
      expect([sink.aborts, sink.text.endsWith('0\r\n\r\n')]).toEqual([1, false]);
    },
  );

  it.each(Object.entries(makers))('a body %s that has ended leaves the sink open', async (_how, make) => {
    const sink = new StubSink();
    const stream = make(sink);
    await writeAll(stream, 'hello');
    stream.destroy();
    await settled();
    expect(sink.aborts).toBe(0);
  });

  it('a sink that refuses to be aborted, as it has nothing to abort, is left alone', async () => {
    const sink = new StubSink();
    sink.abort = () => {
      throw new Error('closed');
    };
    const stream = new HTTPOutputStream(sink);
    stream.destroy();
    await settled();
    expect(stream.errored).toBeNull();
  });

  it('a session is reset where its stream is destroyed', async () => {
    const pair = quietPair();
    const session = new HTTPClientSession(pair.client);
    const far = new FarEnd(pair.server);
    await session.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
    const stream = new HTTPFixedLengthOutputStream(session, 5);
    stream.write('abc');
    await settled();
    stream.destroy();
    await settled();
    expect([session.state, far.wasReset]).toEqual(['closed', true]);
  });

  it('a stream without a listener does not end the process when the peer leaves', async () => {
    const sink = new StubSink();
    sink.failure = new NetworkError('the connection was reset');
    const stream = new HTTPChunkedOutputStream(sink);
    stream.write('abc');
    await settled();
    expect(stream.errored).toBe(sink.failure);
  });
});
