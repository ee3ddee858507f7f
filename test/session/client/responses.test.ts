import { getDefaultHighWaterMark } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import {
  type HTTPSessionError,
  IncompleteMessageError,
  NetworkError,
  NoMessageError,
  RemoteProtocolError,
  TimeoutError,
} from '../../../src/errors/index.js';
import type { HTTPClientResponse } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok, okChunked } from '../../support/http/asking.js';
import { rejection } from '../../support/transport/promises.js';

/** Asks on a fresh connection and gets what the test says. */
async function asked(
  answer: string,
  method = 'GET',
): Promise<{ asking: Asking; response: HTTPClientResponse }> {
  const asking = new Asking();
  const response = asking.session.request({ method });
  await asking.answer(answer);
  return { asking, response: await response };
}

describe('a response', () => {
  it('a response has status, reason and fields as they were sent', async () => {
    const { response } = await asked(
      'HTTP/1.1 299 Fine, really\r\nX-One:  1 \r\nx-one: 2\r\nContent-Length: 0\r\n\r\n',
    );
    expect([response.status, response.reason, response.get('X-ONE'), response.has('x-two')]).toEqual([
      299,
      'Fine, really',
      '1',
      false,
    ]);
    expect(response.message.getAll('x-one')).toEqual(['1', '2']);
  });

  it.each([
    ['of known length', ok('hello'), 'hello'],
    ['in chunks', okChunked(['he', 'llo']), 'hello'],
    ['without a body', ok(), ''],
  ])('a response %s leaves a connection that is idle again', async (_what, answer, body) => {
    const { asking, response } = await asked(answer);
    expect(await response.text()).toBe(body);
    expect(response.body.complete).toBe(true);
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n'],
  ])('a response to %s has no body where HTTP says so: %p', async (method, answer) => {
    const { asking, response } = await asked(answer, method);
    expect(response.body.complete).toBe(true);
    expect(await response.text()).toBe('');
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('a response without a length lasts until the server closes', async () => {
    for (const early of ['', 'hel', 'hello']) {
      const { asking, response } = await asked(`HTTP/1.1 200 OK\r\n\r\n${early}`);
      const body = response.text();
      await asking.server.sendLast('hello'.slice(early.length));
      expect(await body).toBe('hello');
      expect(asking.session.state).toBe('closed');
    }
  });

  it('a response without a length is complete even if the server closed before the first read', async () => {
    const { asking, response } = await asked('HTTP/1.1 200 OK\r\n\r\nhel');
    await asking.server.sendLast('lo');
    expect(await response.text()).toBe('hello');
  });

  it('a response has its trailer fields once it is complete', async () => {
    const { asking, response } = await asked(okChunked(['hello'], 'Checksum: 42\r\n'));
    expect(response.trailer).toBeNull();
    expect(await response.text()).toBe('hello');
    expect(response.trailer?.get('checksum')).toBe('42');
    expect(asking.session.responseTrailer()?.get('checksum')).toBe('42');
    expect(asking.session.requestTrailer()).toBeNull();
  });

  it('a response can be read piece by piece, and as JSON', async () => {
    const { response } = await asked(okChunked(['{"a":', '1}']));
    const pieces: string[] = [];
    for await (const piece of response) pieces.push(piece.toString());
    expect(pieces.join('')).toBe('{"a":1}');
    const { response: json } = await asked(ok('{"a":1}'));
    expect(await json.json()).toEqual({ a: 1 });
  });

  it('a response that is not read holds the server back', async () => {
    const { asking, response } = await asked(`HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n`);
    let sent = 0;
    while (sent < 10_000_000 && !asking.server.socket.writableNeedDrain) {
      await asking.server.send(Buffer.alloc(10_000));
      sent += 10_000;
    }
    // Both ends of the pair hold a stream's worth besides; Node.js 22 made that four times as much.
    expect(sent).toBeLessThan(2 * LIMITS.maxArrivedBytes.value + 4 * getDefaultHighWaterMark(false));
    const body = response.bytes();
    while (sent < 10_000_000) {
      await asking.server.send(Buffer.alloc(100_000));
      sent += 100_000;
    }
    await settled();
    expect((await body).length).toBeGreaterThanOrEqual(9_900_000);
  });

  it('a response longer than maxBytes is an error, and the connection is not used again', async () => {
    for (const answer of [
      ok('0123456789'),
      okChunked(['01234', '56789']),
      'HTTP/1.1 200 OK\r\n\r\n0123456789',
    ]) {
      const { asking, response } = await asked(answer);
      expect(await rejection(response.bytes({ maxBytes: 9 }))).toMatchObject({
        code: 'ERR_HTTP_SESSION_BODY_TOO_LARGE',
      });
      expect(asking.session.connected()).toBe(false);
    }
  });
});

const malformed: Record<string, string> = {
  'a line that is no status line': 'HELLO\r\n\r\n',
  'a version that is not spoken': 'HTTP/2.0 200 OK\r\n\r\n',
  'a status that is no number': 'HTTP/1.1 2x0 OK\r\n\r\n',
  'a status that is too small': 'HTTP/1.1 099 Odd\r\n\r\n',
  'a bare LF': 'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
  'a space before the colon': 'HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n',
  'a folded line': 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n',
  'a NUL in a field': 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'length and chunks at once':
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a coding that is not understood': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
  'a switch that nobody has offered': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'a head that is too large': `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(LIMITS.maxHeadBytes.value)}\r\n\r\n`,
};

describe('a malformed response', () => {
  it.each(Object.entries(malformed))(
    'a response with %s is an error with its context; the next request opens a new connection',
    async (_what, answer) => {
      for (const sizes of [undefined, [1_021]]) {
        const asking = await Asking.reused();
        const response = rejection(asking.session.request({ path: '/bad' }));
        asking.server.socket.segment(sizes);
        await asking.answer(answer);
        const error = await response;
        expect(error).toBeInstanceOf(RemoteProtocolError);
        expect(error.testimony).toMatchObject({
          endedBy: 'parse',
          request: { number: 2, method: 'GET', target: '/bad' },
          headSent: true,
          responseBegun: false,
          replay: 'unknown',
        });
        expect(asking.session.networkException()).toBe(error);
        expect(asking.session.state).toBe('errored.fatal');
        const next = asking.session.request();
        await asking.answer(ok('next'));
        expect(await (await next).text()).toBe('next');
        expect(asking.connections).toHaveLength(2);
      }
    },
  );

  it('malformed chunks are an error of the body', async () => {
    const { asking, response } = await asked(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n',
    );
    const error = await rejection(response.text());
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error.testimony).toMatchObject({ endedBy: 'parse', responseBegun: true });
    expect(asking.session.connected()).toBe(false);
  });

  it('endless interim responses are an error', async () => {
    const asking = new Asking();
    const response = rejection(asking.session.request());
    await asking.answer('HTTP/1.1 102 Processing\r\n\r\n'.repeat(LIMITS.maxInterimResponses.value + 1));
    expect(await response).toBeInstanceOf(RemoteProtocolError);
    expect(asking.session.state).toBe('errored.fatal');
  });
});

describe('a response that is cut off', () => {
  const answers = {
    'of known length': ok('hello', 'X: y\r\n'),
    'in chunks': okChunked(['hel', 'lo'], 'T: 1\r\n'),
  };

  it.each(Object.entries(answers))(
    'a response that is cut off %s, by FIN, is never silent, wherever it is cut',
    async (_what, answer) => {
      const head = answer.indexOf('\r\n\r\n') + 4;
      for (let at = 0; at < answer.length; at++) {
        const asking = new Asking();
        const outcome = asking.session.request().then((response) => response.text());
        const failure = rejection(outcome);
        await settled();
        await asking.server.sendLast(answer.slice(0, at));
        const error = await failure;
        expect(error).toBeInstanceOf(at === 0 ? NoMessageError : IncompleteMessageError);
        expect(error.testimony).toMatchObject({
          endedBy: 'fin',
          headSent: true,
          responseBegun: at >= head,
          replay: 'unknown',
        });
        expect(asking.session.connected()).toBe(false);
        expect(asking.armedDeadlines).toBe(0);
      }
    },
  );

  it.each(Object.entries({ ...answers, 'until close': 'HTTP/1.1 200 OK\r\n\r\nhello' }))(
    'a response that is cut off %s, by a reset, is never silent, wherever it is cut',
    async (_what, answer) => {
      for (let at = 0; at < answer.length; at++) {
        const asking = new Asking();
        const outcome = asking.session.request().then((response) => response.text());
        const failure = rejection(outcome);
        await settled();
        await asking.server.send(answer.slice(0, at));
        await asking.server.reset();
        const error = await failure;
        expect(error).toBeInstanceOf(NetworkError);
        expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET', testimony: { endedBy: 'rst' } });
      }
    },
  );

  it('a response until close, cut off by a reset before the first read, is not silent either', async () => {
    const { asking, response } = await asked('HTTP/1.1 200 OK\r\n\r\nhello');
    await asking.server.reset();
    expect(await rejection(response.text())).toBeInstanceOf(NetworkError);
  });

  it('an unread response cut off by FIN on a keep-alive connection is not read as complete', async () => {
    const { asking, response } = await asked('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    await asking.server.fin();
    expect(await rejection(response.text())).toBeInstanceOf(IncompleteMessageError);
  });
});

describe('a response that does not come', () => {
  it('a missing response is a TimeoutError of the receive timer; the next request opens a new connection', async () => {
    for (const begin of [
      (): Promise<Asking> => Promise.resolve(new Asking({ receiveTimeout: 5_000 })),
      () => Asking.reused({ receiveTimeout: 5_000 }),
    ]) {
      const asking = await begin();
      const before = asking.connections.length;
      const outcome: { error?: HTTPSessionError } = {};
      void rejection(asking.session.request()).then((error) => {
        outcome.error = error;
      });
      // A connection that was used before is listened to for a turn first.
      await settled();
      await asking.pass(4_990);
      expect(outcome.error).toBeUndefined();
      await asking.pass(50);
      expect(outcome.error).toBeInstanceOf(TimeoutError);
      expect(outcome.error).toMatchObject({
        timer: 'receive',
        timeout: 5_000,
        testimony: { endedBy: 'timeout' },
      });
      // It was sent once: nobody knows what became of it.
      expect(asking.connections.length).toBe(Math.max(1, before));
      const next = asking.session.request();
      await asking.answer(ok('next'));
      expect(await (await next).text()).toBe('next');
    }
  });

  it('a slow response is awaited as long as something arrives', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const response = asking.session.request();
    for (const byte of ok()) {
      await asking.answer(byte);
      await asking.pass(3_000);
    }
    expect((await response).status).toBe(200);
  });

  it('a response that stalls is a TimeoutError of the body', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const response = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    const body = rejection((await response).text());
    await asking.pass(5_100);
    expect(await body).toBeInstanceOf(TimeoutError);
  });
});
