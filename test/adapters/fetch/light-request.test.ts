import { inspect } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';

import { fetchContextOf, toRequestHandler, type FetchHandler } from '../../../src/adapters/fetch/index.js';
import { responseIn } from '../../support/http/messages.js';
import { get, post } from '../../support/http/served.js';
import { Fetched, seenOf } from '../../support/fetch/fetched.js';

// Requests are light on Node.js 24 only where the globals are replaced. Each test file has globals of its own.
toRequestHandler(() => new Response(), { replaceGlobals: true });

/** What a handler makes of one request. */
async function madeOf<TResult>(
  wire: string | Buffer,
  look: (...given: Parameters<FetchHandler>) => TResult | Promise<TResult>,
): Promise<TResult> {
  const made: TResult[] = [];
  const fetched = new Fetched(async (request, context) => {
    made.push(await look(request, context));
    return new Response('seen');
  });
  await fetched.send(wire.toString('latin1'));
  expect(fetched.faults).toEqual([]);
  expect(made).toHaveLength(1);
  return made[0] as TResult;
}

/** A `Request` of Node.js that says the same as `post(body)`. */
function standard(body: string): Request {
  const headers = { 'content-length': String(body.length), host: 'test' };
  return new Request('http://test/', { method: 'POST', headers, body, duplex: 'half' });
}

/** The members of `Request` that are neither methods nor objects. */
function plainMembers(request: Request): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const name in request) {
    const value = request[name as keyof Request] as unknown;
    members[name] = typeof value === 'object' || typeof value === 'function' ? typeof value : value;
  }
  return members;
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
  );
}

describe('what a handler is given as a request', () => {
  it('a request passes for a Request in every way that a handler can look at', async () => {
    const [ours, theirs] = await madeOf(post('body'), (request) =>
      [request, standard('body')].map((it) => ({
        isRequest: it instanceof Request,
        tag: Object.prototype.toString.call(it),
        name: it.constructor.name,
        own: Object.keys(it),
        members: plainMembers(it),
      })),
    );
    expect(ours).toEqual({ ...theirs, isRequest: true });
    expect(Object.keys(ours?.members ?? {})).toEqual(expect.arrayContaining(['url', 'duplex', 'formData']));
  });

  it('a request is printed as a Request', async () => {
    const text = await madeOf(get('/path'), (request) => inspect(request));
    expect(text).toMatch(/^Request \{\s+method: 'GET',\s+url: 'http:\/\/test\/path',/);
  });

  it('a request has one Headers, one signal and one body', async () => {
    const isSame = await madeOf(post('body'), (request) => {
      const { headers, signal, body } = request;
      const copy = request.clone();
      return [headers === request.headers, signal === request.signal, body !== null, copy !== request];
    });
    expect(isSame).toEqual([true, true, true, true]);
  });

  it('a copy of a request has the fields that the handler has set, before and after another copy', async () => {
    const values = await madeOf(get('/', 'X-A: 0\r\n'), (request) => {
      request.headers.set('x-a', '1');
      const first = request.clone();
      request.headers.set('x-a', '2');
      request.headers.delete('host');
      const second = new Request(request);
      return [first, second].map(({ headers }) => [headers.get('x-a'), headers.get('host')]);
    });
    expect(values).toEqual([
      ['1', 'test'],
      ['2', null],
    ]);
  });

  it('fields that are set on a request after it was copied reach the next copy', async () => {
    const value = await madeOf(get(), (request) => {
      request.clone();
      request.headers.set('x-late', 'yes');
      return new Request(request, { method: 'PUT' }).headers.get('x-late');
    });
    expect(value).toBe('yes');
  });

  it('a copy of a request has its method, URL and body', async () => {
    const copied = await madeOf(post('body', '', '/path?a=b'), async (request) => {
      const elsewhere = new Request('http://elsewhere/', request.clone());
      const copy = new Request(request);
      return [copy.method, copy.url, await copy.text(), elsewhere.method, await elsewhere.text()];
    });
    expect(copied).toEqual(['POST', 'http://test/path?a=b', 'body', 'POST', 'body']);
  });
});

describe('the body of a request that is read without a stream', () => {
  const readers: Record<string, (request: Request) => Promise<unknown>> = {
    text: (request) => request.text(),
    json: (request) => request.json(),
    arrayBuffer: (request) => request.arrayBuffer(),
    blob: async (request) => (await request.blob()).text(),
  };

  it.each(Object.entries(readers))('%s() gives what that of a Request gives', async (_name, read) => {
    const body = '{"a":"gr\xc3\xbcn"}';
    const theirs = await read(standard(Buffer.from(body, 'latin1').toString()));
    expect(await madeOf(post(body), read)).toEqual(theirs);
  });

  it.each(Object.entries(readers))(
    '%s() of a request without a body gives what a Request gives',
    async (_name, read) => {
      const outcome = (request: Request): Promise<unknown> => read(request).catch((error: unknown) => error);
      const theirs = await outcome(new Request('http://test/'));
      expect(await madeOf(get(), outcome)).toEqual(theirs);
    },
  );

  it.each(Object.keys(readers))('after %s() the body is used, for copies, too', async (name) => {
    const use = async (request: Request): Promise<unknown> => {
      const before = request.bodyUsed;
      const reading = readers[name]?.(request);
      const during = request.bodyUsed;
      await reading;
      const again = await Promise.all(Object.values(readers).map((read) => messageOf(read(request))));
      const copies = [(): Request => request.clone(), (): Request => new Request(request)].map((copy) =>
        messageOf((async () => copy())()),
      );
      const body = request.body as ReadableStream;
      return [before, during, request.bodyUsed, again, await Promise.all(copies), body.locked];
    };
    expect(await madeOf(post('{}'), use)).toEqual(await use(standard('{}')));
  });

  it('a request whose body was used can be copied with another body', async () => {
    const text = await madeOf(post('body'), async (request) => {
      await request.text();
      return new Request(request, { body: 'other' }).text();
    });
    expect(text).toBe('other');
  });

  it('a body that is locked and let go again can be read', async () => {
    const look = async (request: Request): Promise<unknown> => {
      const reader = request.body?.getReader();
      const whileLocked = [request.bodyUsed, await messageOf(request.text())];
      reader?.releaseLock();
      return [whileLocked, await request.text(), request.bodyUsed];
    };
    expect(await madeOf(post('body'), look)).toEqual(await look(standard('body')));
  });

  it('a body of which a part was read by its stream cannot be read whole', async () => {
    const look = async (request: Request): Promise<unknown> => {
      const reader = request.body?.getReader();
      await reader?.read();
      reader?.releaseLock();
      return [request.bodyUsed, await messageOf(request.arrayBuffer())];
    };
    expect(await madeOf(post('body'), look)).toEqual(await look(standard('body')));
  });

  it('malformed JSON is the SyntaxError of the standard', async () => {
    const error = await madeOf(post('{'), (request) => request.json().catch((cause: unknown) => cause));
    // By name: this file has a realm of its own.
    expect((error as Error).name).toBe('SyntaxError');
  });

  it('text() decodes any bytes as the standard does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.boolean(), async (bytes, hasMark) => {
        const body = Buffer.concat([Buffer.from(hasMark ? [0xef, 0xbb, 0xbf] : []), bytes]);
        const text = await madeOf(post(body.toString('latin1')), (request) => request.text());
        expect(text).toBe(await new Response(body).text());
      }),
      { numRuns: 100 },
    );
  });

  it('arrayBuffer() is memory of its own, and as long as the body', async () => {
    const made = await madeOf(post('body'), (request) => request.arrayBuffer());
    expect(Buffer.from(made).toString()).toBe('body');
    expect(made.byteLength).toBe(4);
  });

  it('an unread promise of a body that is cut off ends no process', async () => {
    const fetched = new Fetched((request) => {
      void request.text();
      return new Promise<Response>(() => undefined);
    });
    await fetched.sendLast('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    await fetched.send('');
    expect(responseIn(fetched.text).status).toBe(400);
  });
});

describe('the URL of a request that is not parsed', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'B',
      '0',
      '/',
      '//',
      '.',
      '..',
      '/.',
      '/..',
      '%2e',
      '%2E',
      '%41',
      '%',
      '?',
      '&',
      '=',
      '@',
      ':',
      ';',
    ],
    ...["'", '"', '<', '>', '`', '{', '}', '|', '^', '\\', '[', ']', '~', '!', '$', '*', '+', ',', '(', ')'],
  );
  const host = fc.constantFrom(
    ...[
      'test',
      'Test',
      'a.example',
      'example.org:8080',
      'a.example:80',
      'a:443',
      'a.b.:81',
      '127.0.0.1:1',
      '127.1',
    ],
    ...[
      '0x7f.1',
      '[::1]',
      '[0:0::1]:80',
      'xn--a',
      'xn--bcher-kva.example',
      'a_b',
      'a..b',
      '1.2.3.4.5',
      'a:00080',
    ],
  );

  it('the URL of a request is what the parser of URLs makes of Host and target', async () => {
    await fc.assert(
      fc.asyncProperty(host, fc.array(piece, { maxLength: 8 }), async (authority, pieces) => {
        const target = `/${pieces.join('')}`;
        const url = `http://${authority}${target}`;
        const { seen, text } = await seenOf(`GET ${target} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
        if (URL.canParse(url)) expect(seen.map((request) => request.url)).toEqual([new URL(url).href]);
        else expect(responseIn(text).status).toBe(400);
      }),
      { numRuns: 300 },
    );
  });
});

describe('fetchContextOf', () => {
  it('the context of a request is the second argument of its handler', async () => {
    expect(await madeOf(get(), (request, context) => fetchContextOf(request) === context)).toBe(true);
  });

  it('copies of a request, and requests of others, have no context', async () => {
    const contexts = await madeOf(get(), (request) =>
      [request.clone(), new Request(request), new Request('http://test/')].map(fetchContextOf),
    );
    expect(contexts).toEqual([undefined, undefined, undefined]);
  });

  it('the context may be spread, and has the address of the client on each request of a connection', async () => {
    const spread: unknown[] = [];
    const fetched = new Fetched((_request, context) => {
      spread.push({ ...context }.clientAddress);
      return new Response('seen');
    });
    await fetched.send(get() + get());
    expect(spread).toEqual([fetched.session.clientAddress(), fetched.session.clientAddress()]);
  });
});
