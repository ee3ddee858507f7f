import { describe, expect, it } from '@jest/globals';

import type { FetchHandler } from '../../../src/adapters/fetch/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get } from '../../support/http/served.js';
import { bytesOf, FedBody, Fetched, reportedDuring } from '../../support/fetch/fetched.js';

const FAULT = new Error('a fault of the handler');

const INTERNAL_ERROR = {
  status: 500,
  fields: ['Content-Type: text/plain', 'Content-Length: 26'],
  body: '500 Internal Server Error\n',
  trailer: [],
};

async function usedResponse(): Promise<Response> {
  const response = new Response('used');
  await response.text();
  return response;
}

async function releasedResponse(): Promise<Response> {
  const response = new Response('read and let go');
  const reader = response.body?.getReader();
  await reader?.read();
  reader?.releaseLock();
  return response;
}

function lockedResponse(): Response {
  const response = new Response('locked');
  response.body?.getReader();
  return response;
}

function streamOf(...pieces: readonly unknown[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece as Uint8Array);
      controller.close();
    },
  });
}

describe('a handler that fails before anything was sent', () => {
  const handlers: Record<string, FetchHandler> = {
    'by throwing': () => {
      throw FAULT;
    },
    'by rejecting': async () => {
      await Promise.resolve();
      throw FAULT;
    },
    'by giving a body that fails at once': () =>
      new Response(
        new ReadableStream({
          pull: () => {
            throw FAULT;
          },
        }),
      ),
    'by giving a body that fails after a first piece': () =>
      new Response(
        new ReadableStream({
          start: (controller) => {
            controller.enqueue(bytesOf('first'));
          },
          pull: async () => {
            await Promise.resolve();
            throw FAULT;
          },
        }),
      ),
  };
  it.each(Object.entries(handlers))(
    'a handler that fails %s is answered with 500, and the connection stays open',
    async (_how, handler) => {
      const fetched = new Fetched(handler);
      await fetched.send(get() + get());
      expect(responsesIn(fetched.text)).toEqual([INTERNAL_ERROR, INTERNAL_ERROR]);
      expect(fetched.faults).toEqual([FAULT, FAULT]);
    },
  );

  const mistakes: Record<string, [FetchHandler, RegExp]> = {
    'nothing at all': [() => undefined as never, /must return a Response/],
    'something else': [() => 'a text' as never, /must return a Response/],
    'a Response that was read': [usedResponse, /already used/],
    'a Response of which a part was read': [releasedResponse, /already used/],
    'a Response that is being read': [lockedResponse, /already used/],
    'a field value that cannot be sent': [
      () => new Response('a', { headers: { 'x-bad': 'a\x01b' } }),
      /field "x-bad": invalid character in its value/,
    ],
    'a length that is not true': [
      () => new Response('four', { headers: { 'content-length': '5' } }),
      /Content-Length: must be the length of the body, 4 bytes \(got 5\)/,
    ],
    'a length that is no number': [
      () => new Response('four', { headers: { 'content-length': 'four' } }),
      /Content-Length: must be one decimal number/,
    ],
    'a body that is no bytes': [() => new Response(streamOf('a text')), /must yield Uint8Array chunks/],
    'an interim status': [
      () =>
        ({ status: 103, statusText: '', headers: new Headers(), body: null, bodyUsed: false }) as Response,
      /status: a final response has 200 or more/,
    ],
  };
  it.each(Object.entries(mistakes))(
    'a handler that returns %s is reported with an error that says so',
    async (_what, [handler, message]) => {
      const fetched = new Fetched(handler);
      await fetched.send(get() + get());
      expect(responsesIn(fetched.text)).toEqual([INTERNAL_ERROR, INTERNAL_ERROR]);
      expect(fetched.faults).toHaveLength(2);
      expect((fetched.faults[0] as Error).message).toMatch(message);
    },
  );

  it.each([
    ['text', (): Response => new Response('text')],
    ['bytes', (): Response => new Response(Buffer.from('text'))],
    ['a stream', (): Response => new Response(streamOf(Buffer.from('text')))],
  ])('a Response of %s that was sent is used, and is not sent again', async (_what, make) => {
    const response = make();
    const fetched = new Fetched(() => response);
    await fetched.send(get() + get());
    expect(responsesIn(fetched.text).map(({ status }) => status)).toEqual([200, 500]);
    expect(fetched.faults).toEqual([
      new TypeError('fetch handler: the body of its Response was already used'),
    ]);
    await expect(response.text()).rejects.toThrow(/Body is unusable/);
    expect(() => response.clone()).toThrow(/already been consumed/);
  });

  it('a response body that cannot be sent is cancelled', async () => {
    const body = new FedBody();
    const fetched = new Fetched(() => new Response(body.stream, { headers: { 'x-bad': '\x01' } }));
    await fetched.send(get());
    expect(responseIn(fetched.text).status).toBe(500);
    expect(body.cancelled).toEqual(fetched.faults);
  });
});

describe('a handler that fails after its response has started', () => {
  /** A body of which a first piece is sent before it goes wrong. */
  const bodies: Record<string, [(body: FedBody) => void, RegExp]> = {
    'with an error': [(body) => body.fail(FAULT), /a fault of the handler/],
    'with something that is no bytes': [(body) => body.feed({} as never), /must yield Uint8Array chunks/],
  };
  it.each(Object.entries(bodies))(
    'a response body that fails %s resets the connection: the response cannot pass for complete',
    async (_how, [goWrong, message]) => {
      const body = new FedBody();
      const fetched = new Fetched(() => new Response(body.stream));
      await fetched.send(get() + get('/never'));
      body.feed('first');
      await fetched.send('');
      expect(fetched.text).toContain('first');
      expect(fetched.wasReset).toBe(false);
      goWrong(body);
      await fetched.send('');
      expect(fetched.wasReset).toBe(true);
      expect(fetched.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(fetched.faults).toHaveLength(1);
      expect((fetched.faults[0] as Error).message).toMatch(message);
    },
  );

  it.each([
    ['longer', 'first, and more than was said', /longer than declared/],
    ['shorter', '', /shorter than declared/],
  ])('a response body that is %s than its length resets the connection', async (_how, rest, message) => {
    const body = new FedBody();
    const fetched = new Fetched(() => new Response(body.stream, { headers: { 'content-length': '10' } }));
    await fetched.send(get());
    body.feed('first');
    await fetched.send('');
    if (rest === '') body.end();
    else body.feed(rest);
    await fetched.send('');
    expect(fetched.wasReset).toBe(true);
    expect(fetched.text.endsWith('first')).toBe(true);
    expect((fetched.faults[0] as Error).message).toMatch(message);
    expect(body.cancelled).toHaveLength(rest === '' ? 0 : 1);
  });
});

describe('a body that throws when it is cancelled', () => {
  it('a body that throws when it is cancelled is reported and disturbs no other request', async () => {
    const stream = new ReadableStream({
      cancel: () => {
        throw FAULT;
      },
    });
    const fetched = new Fetched(() => new Response(stream));
    const reported = await reportedDuring(() => fetched.send(get().replace('GET', 'HEAD')));
    expect(reported).toEqual([FAULT]);
    expect(responseIn(fetched.text, 'HEAD').status).toBe(200);
    expect(fetched.session.state).toBe('connected.open');
  });
});
