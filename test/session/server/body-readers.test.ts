import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { AbortedError, InvalidStateError, NetworkError } from '../../../src/errors/index.js';
import type { HTTPServerRequest, HTTPServerResponse, IncomingBody } from '../../../src/session/index.js';
import { isPending, rejection } from '../../support/transport/promises.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, post, postChunked, Served } from '../../support/http/served.js';

/** The head of a request whose body is still to come. */
const head = (length: number, path = '/', fields = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(length)}\r\n${fields}\r\n`;

interface Exchange {
  readonly request: HTTPServerRequest;
  readonly response: HTTPServerResponse;
}

/** A connection whose requests are in the hands of the test, in order. */
class Held extends Served {
  readonly exchanges: Exchange[];

  constructor(params: ConstructorParameters<typeof Served>[1] = {}) {
    const exchanges: Exchange[] = [];
    super((request, response) => {
      exchanges.push({ request, response });
    }, params);
    this.exchanges = exchanges;
  }

  /** Sends a request, or its begin, and returns the exchange that it begins. */
  async begin(sent: string): Promise<Exchange> {
    await this.send(sent);
    const last = this.exchanges.at(-1);
    if (last === undefined) throw new Error('no request has arrived');
    return last;
  }
}

describe('a read with an AbortSignal', () => {
  it.each([
    ['a piece', '1\r\na'],
    ['the end of the body', '0\r\n\r\n'],
    ['an error', 'no size\r\n'],
  ])('a read with an AbortSignal removes its listener once it has led to %s', async (_what, bytes) => {
    const held = new Held();
    const { request } = await held.begin(
      'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const { signal } = new AbortController();
    const outcome = request.body.read({ signal }).catch(() => undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await held.send(bytes);
    await outcome;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('a read with an AbortSignal removes its listener once the connection is lost', async () => {
    const held = new Held();
    const { request } = await held.begin(head(4));
    const { signal } = new AbortController();
    const failing = rejection(request.body.read({ signal }));
    await held.reset();
    expect(await failing).toBeInstanceOf(NetworkError);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('a read with an AbortSignal that was aborted before does not disturb another one that waits', async () => {
    const held = new Held();
    const { request } = await held.begin(head(4));
    const waiting = request.body.read();
    const error = await rejection(request.body.read({ signal: AbortSignal.abort('before') }));
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.cause).toBe('before');
    await held.send('body');
    expect(await isPending(waiting)).toBe(false);
    expect(String(await waiting)).toBe('body');
  });
});

describe('a reader that is refused', () => {
  const calls: Record<string, (body: IncomingBody) => Promise<unknown>> = {
    'read()': (body) => body.read(),
    'read() with a signal': (body) => body.read({ signal: new AbortController().signal }),
    'bytes()': (body) => body.bytes(),
  };

  it.each(Object.entries(calls))(
    'a refused reader is named, with the reason that the body is being read: %s',
    async (call, run) => {
      const { request } = await new Held().begin(head(4));
      void rejection(request.body.bytes());
      const error = await rejection(run(request.body));
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).toMatchObject({
        call: call.split(' ', 1)[0],
        state: 'connected.open',
        reason: 'the body is being read',
      });
    },
  );

  it.each(Object.entries(calls))(
    'a refused reader is named, with the reason that the body is gone: %s',
    async (call, run) => {
      const { request, response } = await new Held().begin(post('body'));
      response.end();
      expect(await rejection(run(request.body))).toMatchObject({
        call: call.split(' ', 1)[0],
        state: 'connected.open',
        reason: 'the body was thrown away',
      });
    },
  );
});

describe('a body that is complete, and is read again while the next one is on its way', () => {
  const firsts: Record<string, string> = {
    'that had no bytes': get('/first'),
    'of known length': post('first', '', '/first'),
    'in chunks': postChunked(['first'], '', '/first'),
  };

  it.each(Object.entries(firsts))(
    'a complete body that is read again, %s, leaves the next one alone',
    async (which, sent) => {
      const held = new Held();
      const first = await held.begin(sent);
      await first.request.bytes();
      first.response.end('1');
      const second = await held.begin(`${head(4, '/second')}bo`);
      if (which === 'that had no bytes') expect(await first.request.bytes()).toHaveLength(0);
      else expect(await rejection(first.request.bytes())).toBeInstanceOf(InvalidStateError);
      expect(await first.request.body.read()).toBeNull();
      second.response.end('2');
      // Were the second request taken for complete, this would be its successor.
      const third = await held.begin(`dy${get('/third')}`);
      third.response.end(`${third.request.method} ${third.request.path}`);
      await held.pass(0);
      expect(responsesIn(held.text).map(({ body }) => body)).toEqual(['1', '2', 'GET /third']);
    },
  );
});

describe('the time for a body', () => {
  it('the time for a body does not run while a handler deals with the piece that it waited for', async () => {
    const held = new Held({ receiveTimeout: 5_000 });
    const { request, response } = await held.begin(head(4));
    const piece = request.body.read();
    await held.send('b');
    expect(String(await piece)).toBe('b');
    await held.pass(60_000);
    await held.send('ody');
    response.end(await request.bytes());
    await held.pass(0);
    expect(responseIn(held.text)).toMatchObject({ status: 200, body: 'ody' });
  });

  it('the time for a body is one for all pieces that are taken after the response, also for those that are there already', async () => {
    const held = new Held({ receiveTimeout: 5_000 });
    const { request, response } = await held.begin(
      'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const first = request.body.read();
    response.end('answered');
    await held.send('1\r\na\r\n1\r\nb\r\n1\r\nc\r\n');
    expect(String(await first)).toBe('a');
    for (const piece of 'bc') {
      await held.pass(2_000);
      expect(String(await request.body.read())).toBe(piece);
    }
    expect(held.ended).toBe(false);
    await held.pass(1_200);
    expect(held.ended).toBe(true);
  });
});

describe('the end of a body that is read after its response', () => {
  it('the end of a body read after its response is not an event of the next request', async () => {
    const served = new Served(async (request, response) => {
      const body = request.bytes();
      if (request.path === '/first') response.end('1');
      else response.end(await body);
    });
    await served.send(`${head(4, '/first')}bo`);
    await served.send(`dy${head(4, '/second', 'Expect: 100-continue\r\n')}`);
    expect(served.session.exchangeState).toContain('continued');
    await served.send('body');
    expect(responsesIn(served.text)).toMatchObject([
      { status: 200, body: '1' },
      { status: 100 },
      { status: 200, body: 'body' },
    ]);
  });
});

describe('a body that breaks the rules under a response that has begun', () => {
  it('a malformed body under a started response does not make the server read what follows', async () => {
    const held = new Held();
    const { request, response } = await held.begin(
      'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    await response.write('begun');
    const failing = rejection(request.bytes());
    await held.send('no size\r\n');
    expect(await failing).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_CHUNK' });
    const piece = Buffer.alloc(16_384);
    const most = 4 * LIMITS.maxArrivedBytes.value;
    let sent = 0;
    for (; sent < most && !held.socket.writableNeedDrain; sent += piece.length) await held.send(piece);
    expect(sent).toBeLessThan(most);
    expect(held.session.core.buffer.length).toBeLessThan(100);
  });
});
