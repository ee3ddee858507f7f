import { describe, expect, it } from '@jest/globals';

import { InvalidStateError, type HTTPSessionError } from '../../../src/errors/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, post, Served } from '../../support/http/served.js';
import { rejection, thrown } from '../../support/transport/promises.js';

/** What a response refuses, and what the client gets from the same response after it. */
async function refused(
  run: (response: HTTPServerResponse) => unknown,
  sent = get(),
): Promise<{ error: HTTPSessionError; served: Served }> {
  let error: HTTPSessionError | undefined;
  const served = new Served(async (_request, response) => {
    error = await rejection(Promise.resolve().then(() => run(response)));
    response.end('as it should be');
  });
  await served.send(sent);
  if (error === undefined) throw new Error('no request arrived');
  return { error, served };
}

const VALUES: Record<string, unknown> = {
  'an object': {},
  'an array': [1, 2],
  'a number': 42,
  null: null,
  true: true,
  'an object with a length': { length: 3 },
};

const SPLITTING = { length: '0\r\nSet-Cookie: sid=evil\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0' };

describe('a body that is neither text nor bytes', () => {
  it.each(Object.entries(VALUES))('%s is refused by end() before a byte leaves', async (_what, value) => {
    const { error, served } = await refused((response) => response.end(value as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^end\(\): the content must be a string, a typed array/);
    expect(responseIn(served.text).body).toBe('as it should be');
  });

  it.each([...Object.entries(VALUES), ['undefined', undefined]])(
    '%s is refused by write() before a byte leaves',
    async (_what, value) => {
      const { error, served } = await refused((response) => response.write(value as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/^write\(\): the content must be/);
      expect(responseIn(served.text).body).toBe('as it should be');
    },
  );

  it.each([
    ['an encoding', 'hex'],
    ['a callback', () => undefined],
  ])('%s beside the content is refused by write(): it would be ignored', async (_what, extra) => {
    const { error, served } = await refused((response) => response.write('ff', extra as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^write\(\): takes the content alone/);
    expect(responseIn(served.text).body).toBe('as it should be');
  });

  it('an object is refused with a word about JSON', async () => {
    const { error } = await refused((response) => response.end({} as never));
    expect(error.message).toContain('JSON.stringify');
  });

  it('a length from outside cannot split the response', async () => {
    for (const run of [
      (response: HTTPServerResponse) => response.end(SPLITTING as never),
      (response: HTTPServerResponse) => response.sendBuffer(SPLITTING as never),
      (response: HTTPServerResponse) => response.write(SPLITTING as never),
    ]) {
      const { served } = await refused(run);
      expect(responseIn(served.text).fields).toEqual(['Content-Length: 15']);
    }
  });

  it('a trailer that is no header is refused before a byte leaves', async () => {
    const { error, served } = await refused((response) => response.end('a', 'utf8' as never));
    expect(error.message).toBe('end(): the trailer must be a MessageHeader (got "utf8")');
    expect(responseIn(served.text).body).toBe('as it should be');
  });
});

describe('a body of bytes', () => {
  const bytes = new Uint8Array([104, 105, 33, 33]);
  it.each([
    ['an ArrayBuffer', bytes.buffer],
    ['a DataView', new DataView(bytes.buffer)],
    ['a Uint16Array', new Uint16Array(bytes.buffer)],
    ['a Float32Array', new Float32Array(bytes.buffer)],
  ])('%s is sent whole, by end() and by write()', async (_what, body) => {
    const served = new Served(async (request, response) => {
      if (request.number === 1) {
        response.end(body);
        return;
      }
      await response.write(body);
      response.end(body);
    });
    await served.send(get() + get());
    expect(responsesIn(served.text).map((one) => one.body)).toEqual(['hi!!', 'hi!!hi!!']);
  });
});

describe('a wrong argument of a response', () => {
  it.each<[string, (response: HTTPServerResponse) => unknown, RegExp]>([
    [
      'set() of undefined',
      (r) => r.set('X', undefined as never),
      /^field "X": the value must be .* \(got undefined\)/,
    ],
    ['set() of null', (r) => r.set('X', null as never), /got null/],
    ['set() of a boolean', (r) => r.set('X', true as never), /got true/],
    ['set() of a Date', (r) => r.set('X', new Date() as never), /got a Date/],
    ['set() of an array with a hole', (r) => r.set('X', ['a', undefined] as never), /got undefined/],
    [
      'set() without a name',
      (r) => r.set(undefined as never, 'x'),
      /^field name: not a token \(got undefined\)/,
    ],
    ['add() of undefined', (r) => r.add('X', undefined as never), /got undefined/],
    [
      'a status as text',
      (r) => ((r as { status: unknown }).status = '404'),
      /^status: must be an integer from 100 to 999 \(got "404"\)/,
    ],
    ['send() of a body', (r) => (r.send as (body: string) => void)('hi'), /call end\(body\)/],
    ['redirect() to nowhere', (r) => r.redirect(undefined as never), /got undefined/],
    [
      'requireAuthentication() without a realm',
      (r) => r.requireAuthentication(undefined as never),
      /^realm: must be a string/,
    ],
    [
      'sendInterim() of a field without a value',
      (r) => r.sendInterim(103, { a: undefined as never }),
      /^field "a": the value must be/,
    ],
  ])('%s is a TypeError that says what was given, and nothing is sent', async (_what, run, text) => {
    const { error, served } = await refused(run);
    expect(error).toBeInstanceOf(run.toString().includes('status') ? RangeError : TypeError);
    expect(error.message).toMatch(text);
    expect(responsesIn(served.text)).toHaveLength(1);
  });

  it('set() with an array makes one field of each value, and replaces those before', async () => {
    const served = new Served((_request, response) => {
      response.set('Set-Cookie', 'old').set('Set-Cookie', ['a=1', 'b=2']).add('X', ['1', 2]).end();
    });
    await served.send(get());
    expect(responseIn(served.text).fields).toEqual([
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'X: 1',
      'X: 2',
      'Content-Length: 0',
    ]);
  });
});

describe('a head that was sent', () => {
  it.each<[string, (response: HTTPServerResponse) => unknown]>([
    ['set()', (r) => r.set('X', 'y')],
    ['add()', (r) => r.add('X', 'y')],
    ['setContentLength()', (r) => r.setContentLength(1)],
    ['setContentType()', (r) => r.setContentType('text/plain')],
    ['setting the status', (r) => (r.status = 404)],
  ])(
    '%s is refused with the reason that the head was sent, then that the response is complete',
    async (call, run) => {
      const errors: HTTPSessionError[] = [];
      const served = new Served(async (_request, response) => {
        await response.write('begun');
        errors.push(thrown(() => run(response)));
        response.end();
        errors.push(thrown(() => run(response)));
      });
      await served.send(get());
      expect(errors).toMatchObject([
        { name: 'InvalidStateError', call, reason: 'the head was sent' },
        { name: 'InvalidStateError', call, reason: 'the response is complete' },
      ]);
      expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'begun' });
    },
  );
});

describe('the reason why a call of a response is refused', () => {
  const OFFER = 'Upgrade: x\r\nConnection: upgrade\r\n';
  it.each<[string, (response: HTTPServerResponse) => unknown, string, string]>([
    ['upgrade() without an offer', (r) => r.upgrade(), get(), 'the client has not offered to switch'],
    [
      'upgrade() before the body was read',
      (r) => r.upgrade(),
      post('body', OFFER),
      'the body of the request is not read to its end',
    ],
    [
      'switchProtocol() without an offer',
      (r) => r.switchProtocol(),
      get(),
      'the client has not offered to switch',
    ],
    [
      'upgrade() after the head',
      async (r) => {
        await r.write('begun');
        r.upgrade();
      },
      get('/', OFFER),
      'the response has begun',
    ],
    [
      'sendInterim() after the head',
      async (r) => {
        await r.write('begun');
        r.sendInterim(103);
      },
      get(),
      'the head was sent',
    ],
  ])('%s is refused with its reason', async (_what, run, sent, reason) => {
    const { error } = await refused(run, sent);
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ reason });
    expect(error.message).toContain(reason);
  });

  it('end() and write() of a complete response are refused with that reason', async () => {
    const errors: HTTPSessionError[] = [];
    const served = new Served(async (_request, response) => {
      response.end();
      errors.push(
        thrown(() => response.end()),
        await rejection(response.write('late')),
      );
    });
    await served.send(get());
    expect(errors.map((error) => (error as InvalidStateError).reason)).toEqual([
      'the response is complete',
      'the response is complete',
    ]);
  });
});
