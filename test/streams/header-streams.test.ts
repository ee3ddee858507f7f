import { describe, expect, it } from '@jest/globals';

import {
  IncompleteMessageError,
  LocalProtocolError,
  NoMessageError,
  RemoteProtocolError,
} from '../../src/errors/index.js';
import { HTTPHeaderInputStream, HTTPHeaderOutputStream } from '../../src/streams/index.js';
import { settled } from '../support/transport/sockets.js';
import { contentOf, failureOf, inParts, StubSink, StubSource, writeAll } from '../support/streams/stubs.js';

const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('HTTPHeaderInputStream', () => {
  it('a header input stream gives one head with its blank line, and reads no further', async () => {
    const source = StubSource.of(`${HEAD}body\r\n\r\n`);
    expect(await contentOf(new HTTPHeaderInputStream(source))).toBe(HEAD);
    expect(source.unread).toBe('body\r\n\r\n');
  });

  it('a header input stream gives the same head wherever it is cut', async () => {
    for (let cut = 1; cut < HEAD.length; cut++) {
      const source = StubSource.of(HEAD.slice(0, cut), `${HEAD.slice(cut)}body`);
      expect(await contentOf(new HTTPHeaderInputStream(source))).toBe(HEAD);
      expect(source.unread).toBe('body');
    }
  });

  it('a header input stream gives the same head byte by byte', async () => {
    const source = StubSource.of(...inParts(`${HEAD}body`, 1));
    expect(await contentOf(new HTTPHeaderInputStream(source))).toBe(HEAD);
    expect(source.unread).toBe('body');
  });

  it('a header input stream gives a head without fields', async () => {
    const source = StubSource.of('HTTP/1.1 200 OK\r\n\r\nbody');
    expect(await contentOf(new HTTPHeaderInputStream(source))).toBe('HTTP/1.1 200 OK\r\n\r\n');
  });

  it('a header input stream takes an empty line before the start line as part of the head', async () => {
    const source = StubSource.of(`\r\n${HEAD}body`);
    expect(await contentOf(new HTTPHeaderInputStream(source))).toBe(`\r\n${HEAD}`);
    expect(source.unread).toBe('body');
  });

  it.each(['GET / HTTP/1.1\n', 'GET / HTTP/1.1\r\nHost: a\n', 'GET / HTTP/1.1\rHost', 'a\r\r\n', '\n'])(
    'a header input stream refuses %j, where a line does not end in CRLF',
    async (text) => {
      const source = StubSource.of(text);
      const { content, error } = await failureOf(new HTTPHeaderInputStream(source));
      expect(content).toBe('');
      expect(error).toBeInstanceOf(RemoteProtocolError);
      expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_LINE_END', status: 400 });
      expect(source.unread).toBe(text);
    },
  );

  it('a header input stream takes a head of exactly the limit, and refuses a larger one', async () => {
    const limits = { maxHeadBytes: HEAD.length };
    expect(await contentOf(new HTTPHeaderInputStream(StubSource.of(`${HEAD}x`), limits))).toBe(HEAD);
    const larger = new HTTPHeaderInputStream(StubSource.of(HEAD), { maxHeadBytes: HEAD.length - 1 });
    expect((await failureOf(larger)).error).toMatchObject({
      code: 'ERR_HTTP_SESSION_HEAD_TOO_LARGE',
      status: 431,
    });
  });

  it('a header input stream has a limit by default', async () => {
    const source = StubSource.of(`GET / HTTP/1.1\r\nA: ${'x'.repeat(100_000)}`);
    expect((await failureOf(new HTTPHeaderInputStream(source))).error).toMatchObject({ status: 431 });
  });

  it('a header input stream limits empty lines too', async () => {
    const source = StubSource.of('\r\n'.repeat(50_000));
    expect((await failureOf(new HTTPHeaderInputStream(source))).error).toMatchObject({ status: 431 });
  });

  it.each([
    ['', NoMessageError],
    ['\r\n', NoMessageError],
    ['G', IncompleteMessageError],
    ['GET / HTTP/1.1\r\n', IncompleteMessageError],
    ['GET / HTTP/1.1\r\nHost: a\r\n\r', IncompleteMessageError],
  ])('a header input stream fails if the peer closes after %j', async (text, family) => {
    const { error } = await failureOf(new HTTPHeaderInputStream(StubSource.of(text)));
    expect(error).toBeInstanceOf(family);
  });

  it('a header input stream that is destroyed before the head is complete leaves the source unchanged', async () => {
    const source = new StubSource('GET / HT');
    const stream = new HTTPHeaderInputStream(source).resume();
    await settled();
    stream.destroy();
    await settled();
    source.arrive('TP/1.1\r\n\r\n');
    expect(await contentOf(new HTTPHeaderInputStream(source))).toBe('GET / HTTP/1.1\r\n\r\n');
  });
});

describe('HTTPHeaderOutputStream', () => {
  it('a header output stream sends the head in one write, however it was written', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPHeaderOutputStream(sink), 'GET / HTTP/1.1\r', '\nHost: a\r\n', '', '\r\n');
    expect(sink.writes).toEqual([HEAD]);
  });

  it('a header output stream sends the head as soon as the blank line has come', async () => {
    const sink = new StubSink();
    new HTTPHeaderOutputStream(sink).write(HEAD);
    await settled();
    expect(sink.writes).toEqual([HEAD]);
  });

  it('a header output stream encodes strings as latin1', async () => {
    const sink = new StubSink();
    await writeAll(new HTTPHeaderOutputStream(sink), 'HTTP/1.1 200 Très bien\r\n\r\n');
    expect(sink.text).toBe('HTTP/1.1 200 Très bien\r\n\r\n');
  });

  it.each([
    ['an end before the blank line', ['GET / HTTP/1.1\r\nHost: a\r\n']],
    ['an end before anything', []],
    ['bytes behind the blank line', [`${HEAD}body`]],
    ['a bare LF', ['GET / HTTP/1.1\nHost: a\n\n']],
    ['a bare CR', ['GET / HTTP/1.1\r\nA: b\rc\r\n\r\n']],
    ['an empty line before the start line', [`\r\n${HEAD}`]],
  ])('a header output stream refuses %s and sends nothing', async (_what, pieces) => {
    const sink = new StubSink();
    await expect(writeAll(new HTTPHeaderOutputStream(sink), ...pieces)).rejects.toThrow(LocalProtocolError);
    expect(sink.writes).toEqual([]);
  });

  it('a header output stream refuses pieces after the head', async () => {
    const sink = new StubSink();
    await expect(writeAll(new HTTPHeaderOutputStream(sink), HEAD, 'body')).rejects.toThrow(
      LocalProtocolError,
    );
    expect(sink.writes).toEqual([HEAD]);
  });
});
