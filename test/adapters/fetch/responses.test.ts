import { describe, expect, it } from '@jest/globals';

import type { FetchHandler } from '../../../src/adapters/fetch/index.js';
import { responseIn, responsesIn, type WireResponse } from '../../support/http/messages.js';
import { get, post } from '../../support/http/served.js';
import { bytesOf, FedBody, Fetched } from '../../support/fetch/fetched.js';

/** What a client gets when a handler gives this. */
async function sent(given: Response | (() => Response), method = 'GET'): Promise<WireResponse> {
  const fetched = new Fetched(() => (given instanceof Response ? given : given()));
  await fetched.send(get().replace('GET', method));
  expect(fetched.faults).toEqual([]);
  return responseIn(fetched.text, method);
}

describe('the head of a response', () => {
  it('a response has its status, and its status text or else the standard phrase', async () => {
    const fetched = new Fetched((request) =>
      request.url.endsWith('/own')
        ? new Response('a', { status: 418, statusText: 'Short And Stout' })
        : new Response('b', { status: 404 }),
    );
    await fetched.send(get('/own') + get('/usual'));
    expect(fetched.text).toContain('HTTP/1.1 418 Short And Stout\r\n');
    expect(fetched.text).toContain('HTTP/1.1 404 Not Found\r\n');
  });

  it('a response has its fields in order, each Set-Cookie in a line of its own', async () => {
    const headers = new Headers([
      ['X-B', '2'],
      ['Set-Cookie', 'b=2; Path=/'],
      ['X-A', '1'],
      ['Set-Cookie', 'a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT'],
      ['X-B', '3'],
    ]);
    expect((await sent(new Response('body', { headers }))).fields).toEqual([
      'content-type: text/plain;charset=UTF-8',
      'set-cookie: b=2; Path=/',
      'set-cookie: a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT',
      'x-a: 1',
      'x-b: 2, 3',
      'Content-Length: 4',
    ]);
  });

  const only: Record<string, [(headers: Headers) => void, string[]]> = {
    'the Content-Type of its text': [() => undefined, ['content-type: text/plain;charset=UTF-8']],
    'a Content-Type that was set later': [
      (headers) => headers.set('Content-Type', 'a/b'),
      ['content-type: a/b'],
    ],
    'another field in its place': [
      (headers) => {
        headers.delete('content-type');
        headers.append('X-Only', '1');
        headers.append('x-only', '2');
      },
      ['x-only: 1, 2'],
    ],
    'cookies alone': [
      (headers) => {
        headers.delete('content-type');
        headers.append('Set-Cookie', 'a=1');
        headers.append('Set-Cookie', 'b=2');
      },
      ['set-cookie: a=1', 'set-cookie: b=2'],
    ],
    'no field': [(headers) => headers.delete('content-type'), []],
  };

  it.each(Object.entries(only))(
    'a response may have %s and nothing else',
    async (_what, [change, fields]) => {
      const response = new Response('body');
      change(response.headers);
      expect((await sent(response)).fields).toEqual([...fields, 'Content-Length: 4']);
    },
  );

  it('a response writes characters up to U+00FF in fields as one byte each', async () => {
    expect((await sent(new Response('', { headers: { x: 'gr\xfcn' } }))).fields).toContain('x: gr\xfcn');
  });

  it('a response drops the connection fields of another server', async () => {
    const headers = {
      Connection: 'keep-alive, X-Hop',
      'Keep-Alive': 'timeout=5',
      'Proxy-Connection': 'keep-alive',
      'Transfer-Encoding': 'chunked',
      Upgrade: 'h2c',
      'X-Else': 'stays',
    };
    const fetched = new Fetched(() => new Response('body', { headers }));
    await fetched.send(get() + get());
    const answer = {
      status: 200,
      fields: ['content-type: text/plain;charset=UTF-8', 'x-else: stays', 'Content-Length: 4'],
      body: 'body',
      trailer: [],
    };
    expect(responsesIn(fetched.text)).toEqual([answer, answer]);
  });

  it.each(['close', 'Close', 'keep-alive, close', 'close,x'])(
    'a response can close the connection: %s',
    async (value) => {
      const fetched = new Fetched(() => new Response('bye', { headers: { connection: value } }));
      await fetched.send(get());
      expect(responseIn(fetched.text).fields).toContain('Connection: close');
      expect(fetched.isClosed).toBe(true);
    },
  );

  it('a response with 426 keeps its Upgrade field', async () => {
    const given = new Response('no', { status: 426, headers: { upgrade: 'websocket' } });
    const { fields } = await sent(given);
    expect(fields).toContain('Upgrade: websocket');
    expect(fields).toContain('Connection: Upgrade');
  });
});

/** Bodies that are complete when they are given, and say hello. */
const bodies: Record<string, () => ConstructorParameters<typeof Response>[0]> = {
  'a text': () => 'hello',
  bytes: () => bytesOf('hello'),
  'a buffer': () => bytesOf('hello').buffer as ArrayBuffer,
  'a stream that has ended': () =>
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytesOf('hello'));
        controller.close();
      },
    }),
  'a stream that ends when it is asked': () =>
    new ReadableStream({
      pull: async (controller) => {
        await Promise.resolve();
        controller.enqueue(bytesOf('hello'));
        controller.close();
      },
    }),
  'a stream through another': () => new Blob(['hello']).stream().pipeThrough(new TransformStream()),
};
const inOneWrite = Object.keys(bodies).filter((what) => what !== 'a stream through another');

describe('a response whose body is complete', () => {
  it.each(Object.entries(bodies))('a response with %s arrives', async (_what, body) => {
    const fetched = new Fetched(() => new Response(body()));
    await fetched.send(get());
    await fetched.send('');
    expect(responseIn(fetched.text).body).toBe('hello');
  });

  it.each(inOneWrite)(
    'a response with %s has a Content-Length and leaves in one write with its head',
    async (what) => {
      const fetched = new Fetched(() => new Response(bodies[what]?.()));
      await fetched.send(get());
      expect(fetched.writes).toHaveLength(1);
      expect(responseIn(fetched.text)).toMatchObject({ body: 'hello' });
      expect(responseIn(fetched.text).fields).toContain('Content-Length: 5');
    },
  );

  it('a response with a string body is sent in UTF-8', async () => {
    const { fields, body } = await sent(new Response('grün'));
    expect(fields).toContain('Content-Length: 5');
    expect(Buffer.from(body, 'latin1').toString('utf8')).toBe('grün');
  });

  it('a response body may be empty', async () => {
    for (const given of [new Response(), new Response(''), new Response(new Uint8Array(0))]) {
      const answer = await sent(given);
      expect(answer.body).toBe('');
      expect(answer.fields).toContain('Content-Length: 0');
    }
  });

  it('a response keeps the Content-Length that the handler has set', async () => {
    const { fields } = await sent(new Response('hello', { headers: { 'content-length': '5' } }));
    expect(fields.filter((field) => /length/i.test(field))).toEqual(['content-length: 5']);
  });

  it('a response body may be large', async () => {
    const large = 'x'.repeat(1_000_000);
    const fetched = new Fetched(() => new Response(large));
    await fetched.send(get());
    await fetched.pass(0);
    expect(responseIn(fetched.text).body).toBe(large);
  });
});

describe('a response without a body', () => {
  it.each([204, 304])('a response with status %d has neither body nor length', async (status) => {
    const { fields } = await sent(new Response(null, { status, headers: { etag: '"1"' } }));
    expect(fields).toEqual(['etag: "1"']);
  });

  it('a response with status 205 has length 0', async () => {
    expect((await sent(new Response(null, { status: 205 }))).fields).toEqual(['Content-Length: 0']);
  });

  it('a response to HEAD has the fields of GET, and its body is cancelled', async () => {
    const body = new FedBody();
    const given = new Response(body.stream, { headers: { 'content-length': '1000', 'x-a': '1' } });
    const { fields } = await sent(given, 'HEAD');
    expect(fields).toEqual(['content-length: 1000', 'x-a: 1']);
    expect(body.cancelled).toEqual([undefined]);
    expect(body.pulls).toBe(0);
  });

  it.each(inOneWrite.filter((what) => !what.includes('stream')))(
    'a response to HEAD with %s has the Content-Length of GET',
    async (what) => {
      const { fields, body } = await sent(() => new Response(bodies[what]?.()), 'HEAD');
      expect(fields).toContain('Content-Length: 5');
      expect(body).toBe('');
    },
  );

  it('a response to HEAD does not ask a stream for its length', async () => {
    const body = new FedBody();
    const { fields } = await sent(new Response(body.stream), 'HEAD');
    expect(fields).toEqual([]);
    expect([body.pulls, body.cancelled]).toEqual([0, [undefined]]);
  });

  it('a byte stream that has no end yet is cancelled for HEAD', async () => {
    const cancelled: unknown[] = [];
    const stream = new ReadableStream({
      type: 'bytes',
      cancel: (reason) => {
        cancelled.push(reason);
      },
    });
    const { fields } = await sent(new Response(stream), 'HEAD');
    expect(fields).toEqual([]);
    expect(cancelled).toEqual([undefined]);
  });

  it('a response to HEAD is followed by the next one on the same connection', async () => {
    const fetched = new Fetched(() => new Response('hello'));
    await fetched.send(get().replace('GET', 'HEAD') + get());
    expect(responsesIn(fetched.text, ['HEAD', 'GET']).map(({ body }) => body)).toEqual(['', 'hello']);
  });
});

describe('Response.error()', () => {
  it('Response.error() is answered with 500, and is not a fault of the handler', async () => {
    const answer = await sent(() => Response.error());
    expect(answer).toMatchObject({ status: 500, body: '500 Internal Server Error\n' });
  });
});

describe('Response.redirect() and Response.json()', () => {
  it('Response.redirect() and Response.json() arrive unchanged', async () => {
    const redirect = await sent(() => Response.redirect('http://example.org/there', 303));
    expect(redirect).toMatchObject({ status: 303, body: '' });
    expect(redirect.fields).toContain('location: http://example.org/there');
    const json = await sent(() => Response.json({ a: [1] }));
    expect(json).toMatchObject({ status: 200, body: '{"a":[1]}' });
    expect(json.fields).toContain('content-type: application/json');
  });
});

describe('a handler that answers by the raw response', () => {
  const handlers: Record<string, FetchHandler> = {
    'in full': (_request, { response }) => {
      response.end('raw');
      return new Response('not sent');
    },
    'and goes on while it gives its Response': async (_request, { response }) => {
      await response.write('r');
      setImmediate(() => {
        response.end('aw');
      });
      return new Response('not sent');
    },
  };

  it.each(Object.entries(handlers))(
    'a handler that uses the raw response %s sends that and nothing else',
    async (_how, handler) => {
      const fetched = new Fetched(handler);
      await fetched.send(get() + get());
      await fetched.send('');
      expect(responsesIn(fetched.text).map(({ body }) => body)).toEqual(['raw', 'raw']);
      expect(fetched.faults).toEqual([]);
    },
  );

  it('the body of a Response is cancelled if the handler has used the raw response', async () => {
    const body = new FedBody();
    const fetched = new Fetched((_request, { response }) => {
      response.end('raw');
      return new Response(body.stream);
    });
    await fetched.send(get());
    expect(responseIn(fetched.text).body).toBe('raw');
    expect(body.cancelled).toHaveLength(1);
  });
});

describe('requests in a row', () => {
  it('pipelined requests are answered in order, one after another', async () => {
    const open: (() => void)[] = [];
    const fetched = new Fetched(async (request) => {
      await new Promise<void>((resolve) => open.push(resolve));
      return new Response(new URL(request.url).pathname);
    });
    await fetched.send(get('/1') + post('body', '', '/2') + get('/3'));
    for (let at = 0; at < 3; at++) {
      expect(open).toHaveLength(at + 1);
      open[at]?.();
      await fetched.send('');
    }
    expect(responsesIn(fetched.text).map(({ body }) => body)).toEqual(['/1', '/2', '/3']);
  });
});
