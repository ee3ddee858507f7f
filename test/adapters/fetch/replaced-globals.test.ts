import { inspect } from 'node:util';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from '@jest/globals';

import { toRequestHandler, type FetchHandler } from '../../../src/adapters/fetch/index.js';
import { HTTPClientSession, HTTPServer } from '../../../src/index.js';
import { responseIn, responsesIn, type WireResponse } from '../../support/http/messages.js';
import { get } from '../../support/http/served.js';
import { bytesOf, FedBody, Fetched } from '../../support/fetch/fetched.js';

// The globals of this file alone: each test file has its own.
const { Request: NativeRequest, Response: NativeResponse, fetch: nativeFetch } = globalThis;
toRequestHandler(() => new Response(), { replaceGlobals: true });

afterAll(() => {
  Object.assign(globalThis, { Request: NativeRequest, Response: NativeResponse, fetch: nativeFetch });
});

/** What a client gets from a handler, with ours and with the class of Node.js. */
async function sentBoth(
  make: (Kind: typeof Response) => Response | Promise<Response>,
  method = 'GET',
): Promise<[WireResponse, WireResponse]> {
  const sent: WireResponse[] = [];
  for (const Kind of [Response, NativeResponse]) {
    const fetched = new Fetched(() => make(Kind));
    await fetched.send(get().replace('GET', method));
    await fetched.send('');
    expect(fetched.faults).toEqual([]);
    sent.push(responseIn(fetched.text, method));
  }
  return sent as [WireResponse, WireResponse];
}

type Init = ConstructorParameters<typeof Response>[1];
type Body = ConstructorParameters<typeof Response>[0];

const inits: Record<string, Init | undefined> = {
  'no init': undefined,
  'a status': { status: 404 },
  'a status and a text': { status: 418, statusText: 'Short And Stout' },
  'an object of fields': { headers: { 'X-B': '2', 'x-a': '1' } },
  'a type': { headers: { 'Content-Type': 'application/json' } },
  'a name twice': { headers: { 'X-A': '1', 'x-a': '2' } },
  'values to trim': { headers: { 'x-a': ' 1\t' } },
  'an empty value': { headers: { 'x-a': '' } },
  'a value beyond ASCII': { headers: { 'x-a': 'gr\xfcn' } },
  'a number as a value': { headers: { 'x-a': 1 as unknown as string } },
  pairs: {
    headers: [
      ['set-cookie', 'b=2'],
      ['x-a', '1'],
      ['set-cookie', 'a=1'],
    ],
  },
  Headers: { headers: new Headers([['x-b', '1']]) },
};

const bodies: Record<string, () => Body | null> = {
  'a text': () => 'hello',
  'a text beyond ASCII': () => 'gr\xfcn \u{1f600} \ud800',
  'an empty text': () => '',
  bytes: () => bytesOf('hello'),
  'a part of a buffer': () => Buffer.from('hello').subarray(1, 3),
  'a buffer': () => bytesOf('hello').buffer as ArrayBuffer,
  null: () => null,
  'a Blob': () => new Blob(['hello'], { type: 'text/x' }),
  URLSearchParams: () => new URLSearchParams({ a: 'b' }),
  'a stream': () => new Blob(['hello']).stream(),
};

describe('a Response of the replaced globals', () => {
  const cases = Object.entries(bodies).flatMap(([what, body]) =>
    Object.entries(inits).map(([how, init]) => [what, how, body, init] as const),
  );
  it.each(cases)('a Response of %s with %s is sent as that of Node.js', async (_what, _how, body, init) => {
    for (const method of ['GET', 'HEAD']) {
      const [ours, theirs] = await sentBoth((Kind) => new Kind(body(), init), method);
      expect(ours).toEqual(theirs);
    }
  });

  it.each(cases)(
    'a Response of %s with %s shows what that of Node.js shows',
    async (_what, _how, body, init) => {
      const looks = [Response, NativeResponse].map(async (Kind) => {
        const given = new Kind(body(), init);
        const members: Record<string, unknown> = {};
        for (const name in given) {
          const value = given[name as keyof Response] as unknown;
          members[name] = typeof value === 'object' || typeof value === 'function' ? typeof value : value;
        }
        const copy = given.clone();
        const read = await Promise.all([given.text(), copy.arrayBuffer()]);
        const used = given.bodyUsed;
        return [members, Object.keys(given), [...given.headers], [...copy.headers], copy.status, read, used];
      });
      const [ours, theirs] = await Promise.all(looks);
      expect(ours).toEqual(theirs);
    },
  );

  it.each<[string, Body | null, unknown]>([
    ['a status below 200', 'a', { status: 199 }],
    ['a status above 599', 'a', { status: 600 }],
    ['a status that is no number', 'a', { status: 'x' }],
    ['a body with status 204', 'a', { status: 204 }],
    ['a bad status text', 'a', { statusText: 'a\n' }],
    ['a bad name', 'a', { headers: { 'a b': '1' } }],
    ['a line end in a value', 'a', { headers: { a: '1\r\nb: 2' } }],
    ['fields that are null', 'a', { headers: null }],
    ['an init that is a text', 'a', 'init'],
  ])('%s is refused as Node.js refuses it', (_what, body, init) => {
    const kinds = [Response, NativeResponse].map((Kind) => {
      try {
        return String(new Kind(body, init as Init).status);
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(kinds[0]).toBe(kinds[1]);
  });

  it('a Response passes for one of Node.js, which passes for one of ours', () => {
    const ours = new Response('a');
    expect([ours instanceof NativeResponse, ours instanceof Response]).toEqual([true, true]);
    expect(new NativeResponse('a') instanceof Response).toBe(true);
    expect(Object.prototype.toString.call(ours)).toBe('[object Response]');
    expect(inspect(ours)).toMatch(/^Response \{/);
    expect(() => (Response as unknown as () => void)()).toThrow(TypeError);
    class Own extends Response {
      readonly isOwn = 'yes';
    }
    const own = new Own('b');
    expect([own instanceof Own, own instanceof Response, own.isOwn]).toEqual([true, true, 'yes']);
  });

  it('Response.json(), redirect() and error() are those of Node.js', async () => {
    const [ours, theirs] = await sentBoth((Kind) =>
      Kind.json({ a: [1] }, { status: 201, headers: { x: '1' } }),
    );
    expect(ours).toEqual(theirs);
    expect(ours.fields).toContain('content-type: application/json');
    expect(() => Response.json(undefined)).toThrow('not JSON serializable');
    expect(
      (await sentBoth((Kind) => Kind.json('x', { headers: { 'Content-Type': 'a/b' } })))[0].fields,
    ).toContain('content-type: a/b');
    expect((await sentBoth((Kind) => Kind.redirect('http://a/', 303)))[0].status).toBe(303);
    expect((await sentBoth((Kind) => Kind.error()))[0].status).toBe(500);
  });

  it('fields that are set after the Response was made are sent, and kept by its copies', async () => {
    for (const look of [() => undefined, (it: Response) => it.body]) {
      const [ours, theirs] = await sentBoth((Kind) => {
        const made = new Kind('body', { headers: { 'x-a': '1' } });
        look(made);
        made.headers.set('x-b', '2');
        made.headers.delete('x-a');
        look(made);
        return made;
      });
      expect(ours).toEqual(theirs);
      expect(ours.fields).toContain('x-b: 2');
    }
    const copy = new Response('body', { headers: { 'x-a': '1' } });
    copy.headers.append('set-cookie', 'a=1');
    expect([...copy.clone().headers]).toEqual([...copy.headers]);
    expect([...new Response(copy.body, copy).headers]).toEqual([...copy.headers]);
  });

  it('bytes and fields that change after the Response was made are sent as they were', async () => {
    const [ours, theirs] = await sentBoth((Kind) => {
      const bytes = bytesOf('hello');
      const headers = new Headers({ 'x-a': '1' });
      const made = new Kind(bytes, { headers });
      bytes[0] = 0;
      headers.set('x-a', '2');
      return made;
    });
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ body: 'hello', fields: ['x-a: 1', 'Content-Length: 5'] });
  });

  it('any fields of an object are those that Headers makes of them', () => {
    const name = fc.constantFrom('a', 'B', 'x-a', 'set-cookie', 'content-type', 'a b', '', '__proto__', 'é');
    const value = fc.constantFrom('', ' ', '1', ' 1', '1 ', '1 2', '\t', 'a\nb', 'é', '€', '~!');
    const outcome = (make: () => Response): unknown => {
      try {
        return [...make().headers];
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        expect(outcome(() => new Response('a', { headers }))).toEqual(
          outcome(() => new NativeResponse('a', { headers })),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('a Response is sent once', async () => {
    for (const Kind of [Response, NativeResponse]) {
      const made = new Kind('once');
      const fetched = new Fetched(() => made);
      await fetched.send(get() + get());
      expect(responsesIn(fetched.text).map(({ status }) => status)).toEqual([200, 500]);
      expect((fetched.faults[0] as Error).message).toContain('already used');
      expect(made.bodyUsed || made.body?.locked).toBe(true);
    }
  });

  it('a Response that was read cannot be sent', async () => {
    const fetched = new Fetched(async () => {
      const made = new Response('read');
      await made.text();
      return made;
    });
    await fetched.send(get());
    expect(responseIn(fetched.text).status).toBe(500);
  });

  it('a text leaves in one write with its head, and a stream does not wait', async () => {
    const whole = new Fetched(() => new Response('hello'));
    await whole.send(get());
    expect(whole.writes).toHaveLength(1);
    const body = new FedBody();
    const streamed = new Fetched(() => new Response(body.stream));
    await streamed.send(get());
    expect(streamed.take()).toContain('Transfer-Encoding: chunked');
    body.feed('one');
    await streamed.send('');
    expect(streamed.take()).toBe('3\r\none\r\n');
  });
});

describe('Request and fetch of the replaced globals', () => {
  it('a request can be copied and fetched', async () => {
    const upstream = new HTTPServer(
      toRequestHandler(async (request) => Response.json([request.method, await request.text()])),
    );
    const { port } = await upstream.listen({ host: '127.0.0.1', port: 0 });
    const handler: FetchHandler = async (request) => {
      const copy = new Request(request.clone());
      const headers = { connection: 'close' };
      const answer = await fetch(new Request(`http://127.0.0.1:${String(port)}/`, request), { headers });
      return Response.json([copy instanceof Request, copy.method, await copy.text(), await answer.json()]);
    };
    const server = new HTTPServer(toRequestHandler(handler));
    const client = new HTTPClientSession(
      '127.0.0.1',
      (await server.listen({ host: '127.0.0.1', port: 0 })).port,
    );
    const answer = await client.request({ method: 'POST', path: '/', body: 'body' });
    expect(await answer.json()).toEqual([true, 'POST', 'body', ['POST', 'body']]);
    client.close();
    await Promise.all([server.stop(), upstream.stop()]);
  });
});
