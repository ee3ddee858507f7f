import { once } from 'node:events';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import net from 'node:net';
import { PassThrough, Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { HTTPClientSession, type RequestInit } from '../../../src/session/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { rejection } from '../../support/transport/promises.js';
import { freePort, settled } from '../../support/transport/sockets.js';

/* A body that is given to a request is given away: on every way out it is let go. */

const FILE = new URL(import.meta.url);

/** How a request ends before its body is sent, or in the middle of it. */
const ENDS: Readonly<Record<string, (body: Readable) => Promise<unknown>>> = {
  'the connection is refused': async (body) =>
    new HTTPClientSession('127.0.0.1', await freePort()).request({ method: 'POST', body }),
  'the signal is aborted already': (body) =>
    new Asking().session.request({ method: 'POST', body, signal: AbortSignal.abort() }),
  'the signal aborts while it connects': async (body) => {
    const controller = new AbortController();
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    const response = session.request({ method: 'POST', body, signal: controller.signal });
    controller.abort();
    return response;
  },
  'the method is malformed': (body) => new Asking().session.request({ method: 'P T', body }),
  'an option is misspelt': (body) => new Asking().session.request({ metod: 'POST', body } as RequestInit),
  'the signal is none': (body) => new Asking().session.request({ body, signal: 'x' as never }),
  'the target does not fit the method': (body) =>
    new Asking().session.request({ method: 'CONNECT', path: '/', body }),
  'the framing contradicts itself': (body) =>
    new Asking().session.request({
      method: 'POST',
      headers: { 'Content-Length': '3', 'Transfer-Encoding': 'chunked' },
      body,
    }),
  'another request is in progress': (body) => {
    const { session } = new Asking();
    void session.request();
    return session.request({ method: 'POST', body });
  },
  'the session knows no host': (body) => new HTTPClientSession().request({ method: 'POST', body }),
  'the session is closed while it connects': async (body) => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    const response = session.request({ method: 'POST', body });
    session.close();
    return response;
  },
  'the session is disposed of while it connects': async (body) => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    const response = session.request({ method: 'POST', body });
    session.dispose();
    return response;
  },
  'the session was disposed of': (body) => {
    const { session } = new Asking();
    session.dispose();
    return session.request({ method: 'POST', body });
  },
  'the server resets in the middle': async (body) => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body });
    await settled();
    await asking.server.reset();
    return response;
  },
  'the server leaves without an answer': async (body) => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body, headers: { 'Content-Length': '9' } });
    await settled();
    await asking.server.fin();
    return response;
  },
  'the server does not say 100 Continue but refuses': async (body) => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body, expectContinue: true });
    await asking.answer('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n');
    return response;
  },
  'the body is longer than declared': (body) =>
    new Asking().session.request({ method: 'POST', body, headers: { 'Content-Length': '1' } }),
};

/** Open descriptors of this process, where the system shows them. */
const openFiles = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

describe('a file that is given as a body is closed', () => {
  it.each(Object.entries(ENDS))('a file that is given as a body is closed when %s', async (_when, ends) => {
    const before = openFiles();
    const files: Readable[] = [];
    for (let round = 0; round < 10; round++) {
      const file = createReadStream(FILE);
      files.push(file);
      await once(file, 'open');
      await ends(file).catch(() => undefined);
    }
    await Promise.all(files.filter(({ closed }) => !closed).map((file) => once(file, 'close')));
    expect(files.every(({ destroyed }) => destroyed)).toBe(true);
    // The sockets of refused connections are closed by then, too.
    expect(openFiles()).toBeLessThan(before + 5);
  });

  it('a file that is given as a body and does not exist rejects the request instead of ending the process', async () => {
    const body = createReadStream('/no/such/file');
    const error = await rejection(new Asking().session.request({ method: 'POST', body }));
    expect(error).toMatchObject({ code: 'ENOENT' });
  });

  it('a file that does not exist is let go quietly when its request is refused', async () => {
    const body = createReadStream('/no/such/file');
    await rejection(new Asking().session.request({ method: 'P T', body }));
    await new Promise<void>((resolve) => body.once('close', resolve));
    expect(body.destroyed).toBe(true);
  });
});

describe('a source of any kind is let go when its request fails', () => {
  it('a web stream is cancelled, also while a piece of it is waited for', async () => {
    for (const isParked of [false, true]) {
      let isCancelled = false;
      const body = new ReadableStream<string>({
        cancel: () => {
          isCancelled = true;
        },
      });
      const asking = new Asking();
      const failure = rejection(
        asking.session.request({ method: isParked ? 'POST' : 'P T', body, headers: {} }),
      );
      await settled();
      if (isParked) await asking.server.reset();
      await failure;
      expect(isCancelled).toBe(true);
    }
  });

  it('a web stream that has a reader already is refused before any byte leaves', async () => {
    const body = new ReadableStream<string>();
    body.getReader();
    const asking = new Asking();
    expect(await rejection(asking.session.request({ method: 'POST', body }))).toMatchObject({
      message: 'body: the web stream has a reader already',
    });
    expect(asking.connections).toHaveLength(0);
  });

  it('a generator runs its finally when the server leaves in the middle of it', async () => {
    const asking = new Asking({}, 16_384);
    let isLeft = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          await Promise.resolve();
          yield Buffer.alloc(10_000);
        }
      } finally {
        isLeft = true;
      }
    }
    const failure = rejection(asking.session.request({ method: 'POST', body: body() }));
    await settled();
    await asking.server.reset();
    await failure;
    await settled();
    expect(isLeft).toBe(true);
  });

  it('a stream that is waited for is destroyed at once when the server refuses the upload', async () => {
    const asking = new Asking();
    const body = new PassThrough();
    body.write('first');
    const response = asking.session.request({ method: 'POST', body });
    await asking.answer('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    expect((await response).status).toBe(403);
    expect(body.destroyed).toBe(true);
  });
});

describe('bodies of all kinds', () => {
  const bytes = Uint8Array.of(97, 98, 99, 100);
  let server: net.Server;
  let port: number;

  beforeAll(async () => {
    server = net.createServer((socket) => {
      socket.on('error', () => undefined);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as net.AddressInfo).port;
  });

  afterAll(() => {
    server.close();
  });

  it.each<[string, () => RequestInit['body']]>([
    ['a string', () => 'abcd'],
    ['a Uint8Array', () => bytes],
    ['a Uint16Array', () => new Uint16Array(bytes.buffer.slice(0))],
    ['an ArrayBuffer', () => bytes.buffer.slice(0)],
    ['a DataView', () => new DataView(bytes.buffer)],
  ])('a body is sent whole with its length: %s', async (_what, body) => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body: body() });
    await asking.answer(ok());
    await response;
    expect(asking.server.text).toContain('Content-Length: 4\r\n\r\nabcd');
  });

  it.each<[string, () => RequestInit['body']]>([
    ['a Node.js stream', () => Readable.from(['ab', 'cd'])],
    ['an array', () => ['ab', Uint8Array.of(99, 100)]],
    ['an array of buffers', () => [bytes.buffer.slice(0, 2), new DataView(bytes.buffer, 2)]],
    [
      'a web stream',
      () =>
        new ReadableStream({
          start: (controller) => {
            controller.enqueue('ab');
            controller.enqueue(Uint8Array.of(99, 100));
            controller.close();
          },
        }),
    ],
    ['a Blob, through its stream', () => new Blob(['abcd']).stream()],
  ])('a body is sent in chunks: %s', async (_what, body) => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body: body() });
    await asking.answer(ok());
    await response;
    const sent = asking.server.text.split('\r\n\r\n').slice(1).join('\r\n\r\n');
    expect(sent.replace(/\r\n|\b\d\r\n/g, '').replace(/^\d|\d$/g, '')).toBe('abcd');
    expect(sent.endsWith('0\r\n\r\n')).toBe(true);
  });

  it.each<[string, unknown, RegExp]>([
    ['a number', 5, /convert it to a string/],
    ['an object', {}, /JSON\.stringify/],
    ['null', null, /got null/],
    ['a Blob', new Blob(['x']), /blob\.stream\(\)/],
    ['form data', new FormData(), /FormData/],
    ['parameters of a form', new URLSearchParams('a=b'), /toString\(\)/],
    ['a Map', new Map([['a', 'b']]), /got a Map/],
    ['an array of numbers', [1, 2], /an array of 2/],
    ['a promise', Promise.resolve('x'), /got a Promise/],
  ])('a body is refused before a connection is opened: %s', async (_what, body, says) => {
    const session = new HTTPClientSession('127.0.0.1', port);
    const error = await rejection(session.request({ method: 'POST', body: body as never }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(says);
    expect(session.state).toBe('unconnected.idle');
  });

  it('a piece that is no content fails the request, and the server cannot take it for complete', async () => {
    const asking = new Asking();
    async function* body(): AsyncGenerator {
      await Promise.resolve();
      yield 'good';
      yield { bad: true };
    }
    const error = await rejection(asking.session.request({ method: 'POST', body: body() as never }));
    expect(error).toBeInstanceOf(TypeError);
    await settled();
    expect(asking.server.wasReset).toBe(true);
  });
});
