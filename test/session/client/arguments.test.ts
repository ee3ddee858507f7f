import { describe, expect, it } from '@jest/globals';

import { HTTPRequest, MessageHeader } from '../../../src/protocol/index.js';
import { HTTPClientSession, HTTPSClientSession, type RequestInit } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { rejection, thrown } from '../../support/transport/promises.js';

async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const part of parts) {
    await Promise.resolve();
    yield part;
  }
}

describe('bad arguments are refused before any byte leaves', () => {
  const bad: Record<string, RequestInit> = {
    'a method that is no token': { method: 'GET /' },
    'an empty method': { method: '' },
    'a method with CRLF': { method: 'GET\r\n' },
    'a path with a space': { path: '/a b' },
    'a path with CRLF': { path: '/\r\nX: y' },
    'a path with a fragment': { path: '/#a' },
    'a path beyond ASCII': { path: '/ü' },
    'an empty path': { path: '' },
    'a path that is none': { path: 'a' },
    'a field name with a space': { headers: { 'X Y': 'z' } },
    'a field value with CR': { headers: { X: 'a\rb' } },
    'a field value with LF': { headers: { X: 'a\nb' } },
    'a field value with NUL': { headers: { X: 'a\0b' } },
    'a field value beyond latin1': { headers: { X: '€' } },
    'a length that is not that of the body': {
      method: 'POST',
      headers: { 'Content-Length': '3' },
      body: 'four',
    },
    'a length that is no number': {
      method: 'POST',
      headers: { 'Content-Length': 'abc' },
      body: pieces('abc'),
    },
    'a length in another notation': { method: 'POST', headers: { 'Content-Length': '0x3' }, body: 'abc' },
    'two lengths': {
      method: 'POST',
      headers: [
        ['Content-Length', '3'],
        ['Content-Length', '3'],
      ],
      body: 'abc',
    },
    'length and chunks at once': {
      method: 'POST',
      headers: { 'Content-Length': '3', 'Transfer-Encoding': 'chunked' },
      body: pieces('abc'),
    },
    'a coding that nobody applies': {
      method: 'POST',
      headers: { 'Transfer-Encoding': 'gzip' },
      body: pieces('abc'),
    },
    'a body that is none': { method: 'POST', body: 42 as never },
    'a body that is null': { method: 'POST', body: null as never },
    'a body of its own coding': { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' }, body: 'abc' },
  };
  it.each(Object.entries(bad))('refused before any byte leaves: %s', async (_what, init) => {
    const asking = new Asking();
    expect(await rejection(asking.session.request(init))).toBeInstanceOf(TypeError);
    await settled();
    expect(asking.connections).toHaveLength(0);
    // Nothing has happened: the next request is the first.
    const next = asking.session.request();
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
  });

  it.each([
    ['CONNECT', '/'],
    ['GET', '*'],
    ['GET', 'test:80'],
  ])('refused before any byte leaves: %s with the unfitting target %s', async (method, path) => {
    const asking = await Asking.reused();
    expect(await rejection(asking.session.request({ method, path }))).toMatchObject({
      code: 'ERR_HTTP_SESSION_BAD_TARGET',
    });
    expect(await rejection(asking.session.sendRequest(new HTTPRequest(method, path)))).toMatchObject({
      code: 'ERR_HTTP_SESSION_BAD_TARGET',
    });
    expect(asking.writes).toEqual([]);
    const next = asking.session.request();
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
    expect(asking.connections).toHaveLength(1);
  });

  it.each([
    ['a length that is no number', new MessageHeader({ 'Content-Length': 'abc' })],
    [
      'length and chunks at once',
      new MessageHeader({ 'Content-Length': '3', 'Transfer-Encoding': 'chunked' }),
    ],
    ['a coding that nobody applies', new MessageHeader({ 'Transfer-Encoding': 'gzip, chunked' })],
  ])('sendRequest() refuses as well: %s', async (_what, headers) => {
    const asking = new Asking();
    expect(
      await rejection(asking.session.sendRequest(new HTTPRequest('POST', '/', { headers }))),
    ).toBeInstanceOf(TypeError);
    expect(asking.connections).toHaveLength(0);
  });
});

describe('settings', () => {
  it('settings are what they were set to', () => {
    const session = new HTTPClientSession('example.com', 8080, {
      keepAliveTimeout: 5_000,
      source: '127.0.0.1',
    });
    expect([session.getHost(), session.getPort(), session.getKeepAliveTimeout()]).toEqual([
      'example.com',
      8080,
      5_000,
    ]);
    expect(session.getSourceAddress()).toEqual({ address: '127.0.0.1' });
    expect(session.secure()).toBe(false);
    session.setHost('[::1]');
    session.setPort(80);
    session.setKeepAliveTimeout(0);
    session.setSourceAddress({ address: '127.0.0.2', port: 0 });
    expect([session.getHost(), session.getPort(), session.getKeepAliveTimeout()]).toEqual(['::1', 80, 0]);
    expect(session.getSourceAddress()).toEqual({ address: '127.0.0.2', port: 0 });
    expect(new HTTPClientSession('h').getPort()).toBe(80);
    expect(new HTTPSClientSession('h').getPort()).toBe(443);
    expect(new HTTPSClientSession('h').secure()).toBe(true);
  });

  it('settings of the address cannot be changed while connected', async () => {
    const asking = await Asking.reused();
    expect(
      thrown(() => {
        asking.session.setHost('other');
      }),
    ).toMatchObject({ name: 'InvalidStateError', call: 'setHost()' });
    expect(
      thrown(() => {
        asking.session.setPort(81);
      }),
    ).toMatchObject({ name: 'InvalidStateError', call: 'setPort()' });
    expect(
      thrown(() => {
        asking.session.setSourceAddress('127.0.0.1');
      }),
    ).toMatchObject({ name: 'InvalidStateError', call: 'setSourceAddress()' });
    asking.session.close();
    asking.session.setHost('other');
    const response = asking.session.request();
    await asking.answer(ok());
    await response;
    expect(asking.server.text).toContain('Host: other\r\n');
  });

  it('settings that are malformed are refused', () => {
    const session = new HTTPClientSession('test');
    for (const host of ['', 'a b', 'a/b', 'a\r\nb', 'user@host', 42 as never]) {
      expect(
        thrown(() => {
          session.setHost(host);
        }),
      ).toBeInstanceOf(TypeError);
    }
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      expect(
        thrown(() => {
          session.setPort(port);
        }),
      ).toBeInstanceOf(RangeError);
      expect(thrown(() => new HTTPClientSession('test', port))).toBeInstanceOf(RangeError);
    }
    expect(thrown(() => new HTTPClientSession('test', '80' as never))).toBeInstanceOf(TypeError);
    expect(thrown(() => new HTTPClientSession('a b'))).toBeInstanceOf(TypeError);
    for (const timeout of [-1, Number.NaN, Infinity]) {
      expect(
        thrown(() => {
          session.setKeepAliveTimeout(timeout);
        }),
      ).toBeInstanceOf(RangeError);
      expect(thrown(() => new HTTPClientSession('test', 80, { continueTimeout: timeout }))).toBeInstanceOf(
        RangeError,
      );
      expect(thrown(() => new HTTPClientSession('test', 80, { keepAliveTimeout: timeout }))).toBeInstanceOf(
        RangeError,
      );
      expect(thrown(() => new HTTPClientSession('test', 80, { connectTimeout: timeout }))).toBeInstanceOf(
        RangeError,
      );
    }
  });
});

describe('request()', () => {
  it('request() refuses a second argument, and lets its body go', async () => {
    const asking = new Asking();
    const body = pieces('lost');
    const call = asking.session.request.bind(asking.session) as (...args: unknown[]) => Promise<unknown>;
    const error = await rejection(call('/x', { method: 'POST', body }));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain('takes one argument');
    expect(await body.next()).toEqual({ done: true, value: undefined });
    expect(asking.connections).toHaveLength(0);
  });
});
