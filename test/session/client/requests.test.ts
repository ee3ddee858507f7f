import { describe, expect, it } from '@jest/globals';

import { InvalidStateError } from '../../../src/errors/index.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession, HTTPSClientSession, type RequestInit } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { FarEnd } from '../../support/http/far-end.js';
import { rejection } from '../../support/transport/promises.js';

async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const part of parts) {
    await Promise.resolve();
    yield part;
  }
}

/** A body in pieces that can be sent as often as the tests are run. */
function repeatable(...parts: (string | Uint8Array)[]): AsyncIterable<string | Uint8Array> {
  return { [Symbol.asyncIterator]: () => pieces(...parts) };
}

/** What a request puts on the wire. */
async function wireOf(init: RequestInit): Promise<string> {
  const asking = new Asking();
  const response = asking.session.request(init);
  await settled();
  const { text } = asking.server;
  await asking.answer(ok());
  await response;
  return text;
}

const GET = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n';

describe('a request on the wire', () => {
  const requests: Record<string, readonly [RequestInit, string]> = {
    'is GET / by default': [{}, GET],
    'has the given method, path and fields in order': [
      {
        method: 'OPTIONS',
        path: '*',
        headers: [
          ['X-B', '1'],
          ['x-a', '2'],
          ['X-B', '3'],
        ],
      },
      'OPTIONS * HTTP/1.1\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nHost: test\r\n\r\n',
    ],
    'has the Host that was given': [{ headers: { host: 'other' } }, 'GET / HTTP/1.1\r\nhost: other\r\n\r\n'],
    'has a text body as UTF-8 and its length': [
      { method: 'POST', body: 'grün' },
      `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n${Buffer.from('grün').toString('latin1')}`,
    ],
    'has a body of bytes': [
      { method: 'PUT', body: Uint8Array.of(0, 13, 10, 255) },
      'PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n\0\r\n\xff',
    ],
    'has the length 0 where a body is usual': [
      { method: 'POST' },
      'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n',
    ],
    'has no length where none is usual': [{ method: 'DELETE' }, 'DELETE / HTTP/1.1\r\nHost: test\r\n\r\n'],
    'keeps a length that was declared and is right': [
      { method: 'POST', headers: { 'content-length': '2' }, body: 'ok' },
      'POST / HTTP/1.1\r\ncontent-length: 2\r\nHost: test\r\n\r\nok',
    ],
    'is chunked when its body comes in pieces': [
      { method: 'POST', body: repeatable('one', '', Buffer.from('three')) },
      'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n',
    ],
    'is chunked for pieces that are there at once': [
      { method: 'POST', body: [Buffer.from('a'), Buffer.from('b')] },
      'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n',
    ],
    'in pieces has the declared length': [
      { method: 'POST', headers: { 'Content-Length': '6' }, body: repeatable('one', 'two') },
      'POST / HTTP/1.1\r\nContent-Length: 6\r\nHost: test\r\n\r\nonetwo',
    ],
  };
  it.each(Object.entries(requests))('a request on the wire: %s', async (_what, [init, wire]) => {
    expect(await wireOf(init)).toBe(wire);
  });

  it('a request is one write when the body is small', async () => {
    for (const init of [
      {},
      { method: 'POST', body: 'hello' },
      { method: 'POST', body: Buffer.alloc(4_096) },
    ]) {
      const asking = new Asking();
      const response = asking.session.request(init);
      await asking.answer(ok());
      await response;
      expect(asking.writes).toHaveLength(1);
    }
  });

  it('a request says that the connection ends when the session keeps none', async () => {
    const asking = new Asking({ keepAlive: false });
    const response = asking.session.request();
    await settled();
    expect(asking.server.text).toContain('\r\nConnection: Close\r\n');
    await asking.answer(ok('bye'));
    expect(await (await response).text()).toBe('bye');
    expect(asking.session.state).toBe('closed');
  });
});

describe('the Host field', () => {
  const hosts: readonly (readonly [string, number | undefined, string])[] = [
    ['example.com', undefined, 'example.com'],
    ['example.com', 80, 'example.com'],
    ['example.com', 8080, 'example.com:8080'],
    ['example.com', 443, 'example.com:443'],
    ['127.0.0.1', 80, '127.0.0.1'],
    ['::1', 80, '[::1]'],
    ['[::1]', 8080, '[::1]:8080'],
    ['fe80::1%eth0', 80, '[fe80::1]'],
  ];
  it.each(hosts)('the Host field of a session with %s and port %s is %s', async (host, port, field) => {
    expect(await hostOf(HTTPClientSession, host, port)).toBe(field);
  });

  it('the Host field of HTTPS leaves out 443, and nothing else', async () => {
    expect(await hostOf(HTTPSClientSession, 'example.com', undefined)).toBe('example.com');
    expect(await hostOf(HTTPSClientSession, 'example.com', 443)).toBe('example.com');
    expect(await hostOf(HTTPSClientSession, 'example.com', 80)).toBe('example.com:80');
  });

  /** Attaches a socket, so that nothing is looked up. */
  async function hostOf(
    Session: typeof HTTPClientSession,
    host: string,
    port: number | undefined,
  ): Promise<string | undefined> {
    const session = new Session(host, port);
    const pair = createMemoryPair();
    const server = new FarEnd(pair.server);
    session.attachSocket(pair.client);
    const response = session.request();
    await settled();
    await server.send(ok());
    await response;
    session.dispose();
    return /^Host: (.*)\r$/m.exec(server.text)?.[1];
  }
});

describe('a connection', () => {
  it('a connection is kept alive and used for the next request', async () => {
    const asking = new Asking();
    for (const body of ['one', 'two', 'three']) {
      const response = asking.session.request();
      await asking.answer(ok(body));
      expect(await (await response).text()).toBe(body);
    }
    expect(asking.connections).toHaveLength(1);
    expect(asking.server.text).toBe(GET.repeat(3));
  });

  it('a connection is opened again after the server has closed it', async () => {
    for (const closing of [
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlast',
      'HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nlast',
    ]) {
      const asking = new Asking();
      const first = asking.session.request();
      await asking.answer(closing);
      expect(await (await first).text()).toBe('last');
      expect(asking.session.state).toBe('closed');
      const second = asking.session.request();
      await asking.answer(ok('new'));
      expect(await (await second).text()).toBe('new');
      expect(asking.connections).toHaveLength(2);
    }
  });

  it('a connection is kept alive for HTTP/1.0 when the server says so', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    await asking.answer('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n');
    await first;
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('an attached connection cannot be opened again', async () => {
    const pair = createMemoryPair();
    const server = new FarEnd(pair.server);
    const session = new HTTPClientSession(pair.client);
    const first = session.request();
    await server.send(ok('only', 'Connection: close\r\n'));
    expect(await (await first).text()).toBe('only');
    expect(await rejection(session.request())).toBeInstanceOf(InvalidStateError);
  });
});

describe('one request at a time', () => {
  it('a second request is refused while the response is awaited', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    const second = await rejection(asking.session.request());
    expect(second).toBeInstanceOf(InvalidStateError);
    await settled();
    expect(await rejection(asking.session.request())).toBeInstanceOf(InvalidStateError);
    expect(await rejection(asking.session.sendRequest(new HTTPRequest()))).toBeInstanceOf(InvalidStateError);
    await asking.answer(ok('first'));
    expect(await (await first).text()).toBe('first');
    expect(asking.server.text).toBe(GET);
  });

  it('a second request is refused on a reused connection too, whatever the methods', async () => {
    for (const [one, two] of [
      ['GET', 'GET'],
      ['GET', 'POST'],
      ['POST', 'GET'],
      ['POST', 'POST'],
    ] as const) {
      const asking = await Asking.reused();
      const first = asking.session.request({ method: one });
      const second = rejection(asking.session.request({ method: two }));
      expect(await second).toBeInstanceOf(InvalidStateError);
      await settled();
      expect(asking.server.text.startsWith(`${one} /`)).toBe(true);
      await asking.answer(ok('first'));
      expect(await (await first).text()).toBe('first');
    }
  });

  it('a request is refused while the body of the previous response is being read', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    const body = (await first).text();
    expect(await rejection(asking.session.request())).toBeInstanceOf(InvalidStateError);
    await asking.server.send('body');
    expect(await body).toBe('body');
  });
});

describe('the body of a response that was not read', () => {
  it('an unread response body is thrown away before the next request, and a later read of it is refused', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    await asking.answer(ok('unread'));
    const second = asking.session.request();
    await settled();
    await asking.answer(ok('read'));
    expect(await (await second).text()).toBe('read');
    expect(asking.connections).toHaveLength(1);
    expect(await rejection((await first).text())).toBeInstanceOf(InvalidStateError);
  });

  it('an unread response body is not waited for beyond a bound: a new connection is made', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    await first;
    const second = asking.session.request();
    const chunk = `4000\r\n${'x'.repeat(16_384)}\r\n`;
    while (asking.connections.length === 1) await asking.server.send(chunk);
    expect(asking.connections[0]?.text).toBe(GET);
    await asking.answer(ok('new'));
    expect(await (await second).text()).toBe('new');
  });

  it('an unread response body never becomes part of a later one, also when the connection is lost in between', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01');
    const unread = await first;
    await asking.server.reset();
    const second = asking.session.request();
    await settled();
    const stolen = rejection(unread.bytes());
    await asking.answer(ok('new'));
    expect(await (await second).text()).toBe('new');
    expect((await stolen).name).toMatch(/InvalidStateError|NetworkError/);
  });
});
