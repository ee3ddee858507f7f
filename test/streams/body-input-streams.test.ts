import { describe, expect, it, jest } from '@jest/globals';

import {
  AbortedError,
  IncompleteMessageError,
  NetworkError,
  RemoteProtocolError,
} from '../../src/errors/index.js';
import {
  HTTPChunkedInputStream,
  HTTPFixedLengthInputStream,
  HTTPInputStream,
} from '../../src/streams/index.js';
import { settled } from '../support/transport/sockets.js';
import { contentOf, failureOf, inParts, nextOf, StubSource } from '../support/streams/stubs.js';

const CHUNKED_BODY = '5\r\nHello\r\n8;note=x\r\n, world!\r\n0\r\n\r\n';

describe('HTTPFixedLengthInputStream', () => {
  it('a fixed-length input stream gives as many bytes as declared and leaves the next message', async () => {
    const source = StubSource.of('Hello, world!GET /next');
    expect(await contentOf(new HTTPFixedLengthInputStream(source, 13))).toBe('Hello, world!');
    expect(source.unread).toBe('GET /next');
  });

  it.each([1, 2, 3, 7, 100])(
    'a fixed-length input stream gives the same content in parts of %i bytes',
    async (size) => {
      const source = StubSource.of(...inParts('Hello, world!GET /next', size));
      expect(await contentOf(new HTTPFixedLengthInputStream(source, 13))).toBe('Hello, world!');
      expect(source.unread).toBe('GET /next');
    },
  );

  it('a fixed-length input stream takes what is buffered before it asks for more', async () => {
    const source = new StubSource();
    source.receiveBuffer.append(Buffer.from('abc'));
    expect(await contentOf(new HTTPFixedLengthInputStream(source, 3))).toBe('abc');
    expect(source.refills).toBe(0);
  });

  it('a fixed-length input stream of length 0 reads nothing', async () => {
    const source = new StubSource('GET /next');
    expect(await contentOf(new HTTPFixedLengthInputStream(source, 0))).toBe('');
    expect(source.refills).toBe(0);
  });

  it('a fixed-length input stream fails, after what arrived, if the peer closes early', async () => {
    const { content, error } = await failureOf(new HTTPFixedLengthInputStream(StubSource.of('abc'), 4));
    expect(content).toBe('abc');
    expect(error).toBeInstanceOf(IncompleteMessageError);
  });

  it.each([-1, -2, 1.5, Number.NaN, Infinity, 2 ** 53])(
    'a fixed-length input stream refuses %d as a length',
    (length) => {
      expect(() => new HTTPFixedLengthInputStream(new StubSource(), length)).toThrow(RangeError);
    },
  );
});

describe('HTTPChunkedInputStream', () => {
  it.each([1, 2, 3, 5, 100])(
    'a chunked input stream reads chunks that arrive in parts of %i bytes',
    async (size) => {
      const source = StubSource.of(...inParts(`${CHUNKED_BODY}GET /next`, size));
      expect(await contentOf(new HTTPChunkedInputStream(source))).toBe('Hello, world!');
      expect(source.unread).toBe('GET /next');
    },
  );

  it('a chunked input stream gives the trailer fields once it has ended', async () => {
    const stream = new HTTPChunkedInputStream(StubSource.of('3\r\nabc\r\n0\r\nDigest: x\r\nA: b\r\n\r\n'));
    expect(stream.trailer).toBeNull();
    expect(await contentOf(stream)).toBe('abc');
    expect([...(stream.trailer ?? [])]).toEqual([
      ['Digest', 'x'],
      ['A', 'b'],
    ]);
  });

  it('a chunked input stream has no trailer without trailer fields', async () => {
    const stream = new HTTPChunkedInputStream(StubSource.of(CHUNKED_BODY));
    await contentOf(stream);
    expect(stream.trailer).toBeNull();
  });

  it.each(['', '5', '5\r\nHel', '5\r\nHello\r\n', '5\r\nHello\r\n0\r\n', '0\r\nA: b\r\n'])(
    'a chunked input stream fails if the peer closes after %j',
    async (text) => {
      const { error } = await failureOf(new HTTPChunkedInputStream(StubSource.of(text)));
      expect(error).toBeInstanceOf(IncompleteMessageError);
    },
  );

  it('a chunked input stream gives the content before malformed framing, then fails', async () => {
    const source = StubSource.of('3\r\nabc\r\nxyz\r\n');
    const { content, error } = await failureOf(new HTTPChunkedInputStream(source));
    expect(content).toBe('abc');
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_CHUNK', status: 400 });
    expect(source.unread).toBe('xyz\r\n');
  });

  it.each([
    [{ maxBodyBytes: 4 }, '5\r\nHello\r\n', 'ERR_HTTP_SESSION_BODY_TOO_LARGE'],
    [{ maxChunkSizeDigits: 2 }, '005\r\nHello\r\n', 'ERR_HTTP_SESSION_BAD_CHUNK'],
    [{ maxChunkExtensionBytes: 3 }, '5;abc\r\nHello\r\n', 'ERR_HTTP_SESSION_BAD_CHUNK'],
    [{ maxTrailerBytes: 6 }, '0\r\nA: b\r\n\r\n', 'ERR_HTTP_SESSION_BAD_TRAILER'],
    [{ maxTrailerCount: 1 }, '0\r\nA: b\r\nC: d\r\n\r\n', 'ERR_HTTP_SESSION_BAD_TRAILER'],
  ])('a chunked input stream enforces the limits %j', async (limits, body, code) => {
    const { error } = await failureOf(new HTTPChunkedInputStream(StubSource.of(body), limits));
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).toMatchObject({ code });
  });

  it('a chunked input stream refuses limits under which chunk sizes would not be exact', () => {
    expect(() => new HTTPChunkedInputStream(new StubSource(), { maxChunkSizeDigits: 14 })).toThrow(
      RangeError,
    );
  });
});

describe('HTTPInputStream', () => {
  it('an HTTPInputStream gives everything until the peer has finished sending', async () => {
    const source = StubSource.of('HTTP/1.1 ', '200 OK\r\n', '\r\nabc');
    expect(await contentOf(new HTTPInputStream(source))).toBe('HTTP/1.1 200 OK\r\n\r\nabc');
    expect(source.unread).toBe('');
  });

  it('an HTTPInputStream is empty if the peer sends nothing', async () => {
    expect(await contentOf(new HTTPInputStream(StubSource.of()))).toBe('');
  });

  it('an HTTPInputStream passes as many bytes as allowed, and fails at the next', async () => {
    const source = StubSource.of('abcdef');
    const { content, error } = await failureOf(new HTTPInputStream(source, { maxBodyBytes: 4 }));
    expect(content).toBe('abcd');
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_BODY_TOO_LARGE', status: 413 });
  });
});

describe('an input stream', () => {
  it('an input stream reads nothing before it is read from', async () => {
    const source = StubSource.of('abc');
    const stream = new HTTPInputStream(source);
    await settled();
    expect(source.refills).toBe(0);
    stream.destroy();
  });

  it('an input stream does not read ahead of its reader', async () => {
    const source = StubSource.of('abc', 'def', 'ghi');
    const stream = new HTTPInputStream(source);
    expect(await nextOf(stream)).toBe('abc');
    await settled();
    expect(source.unread).toBe('defghi');
    stream.destroy();
  });

  it('an input stream stops reading while it is paused', async () => {
    const source = StubSource.of('abc', 'def', 'ghi');
    const stream = new HTTPInputStream(source);
    const pieces: string[] = [];
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece.toString());
      stream.pause();
    });
    await settled();
    expect(pieces).toEqual(['abc']);
    expect(source.unread).toBe('defghi');
    stream.resume();
    await settled();
    expect(pieces).toEqual(['abc', 'def']);
    stream.destroy();
  });

  it('an input stream supports read(size)', async () => {
    const source = StubSource.of('abcdef');
    const stream = new HTTPFixedLengthInputStream(source, 6);
    await new Promise((resolve) => stream.once('readable', resolve));
    expect(String(stream.read(2))).toBe('ab');
    expect(String(stream.read(4))).toBe('cdef');
  });

  it('an input stream that is destroyed early leaves the rest of the body in the source', async () => {
    const source = StubSource.of('abc', 'def');
    const stream = new HTTPFixedLengthInputStream(source, 6);
    expect(await nextOf(stream)).toBe('abc');
    stream.destroy();
    expect(await contentOf(new HTTPFixedLengthInputStream(source, 3))).toBe('def');
  });

  it('an input stream that is destroyed while it waits leaves later bytes in the source', async () => {
    const source = new StubSource();
    const stream = new HTTPFixedLengthInputStream(source, 3);
    const listener = jest.fn();
    stream.on('data', listener);
    await settled();
    expect(source.isAskedForMore).toBe(true);
    stream.destroy();
    await settled();
    expect(source.isAskedForMore).toBe(false);
    source.arrive('abc');
    expect(await contentOf(new HTTPFixedLengthInputStream(source, 3))).toBe('abc');
    expect(listener).not.toHaveBeenCalled();
  });

  it.each([
    ['that it was destroyed', undefined, expect.any(AbortedError)],
    ['the error it was destroyed with', new Error('enough'), new Error('enough')],
  ])('an input stream reports to the source why it stops reading: %s', async (_what, error, expected) => {
    const reasons: unknown[] = [];
    const source = new StubSource();
    source.refill = (options) => {
      const signal = options?.signal;
      signal?.addEventListener('abort', () => reasons.push(signal.reason));
      return new Promise(() => undefined);
    };
    const stream = new HTTPInputStream(source).on('error', () => undefined).resume();
    await settled();
    stream.destroy(error);
    await settled();
    expect(reasons).toEqual([expected]);
  });

  it('an input stream fails with the error of the source', async () => {
    const source = new StubSource();
    const failure = new NetworkError('the cable is out');
    source.refill = () => Promise.reject(failure);
    const { error } = await failureOf(new HTTPInputStream(source));
    expect(error).toBe(failure);
  });

  it('an error of a listener ends its input stream alone', async () => {
    const stream = new HTTPInputStream(StubSource.of('abc'));
    const thrown = new Error('a mistake in the listener');
    const failed = new Promise((resolve) => stream.on('error', resolve));
    stream.on('data', () => {
      throw thrown;
    });
    expect(await failed).toBe(thrown);
    expect(stream.destroyed).toBe(true);
  });
});
