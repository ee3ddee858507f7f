import { describe, expect, it } from '@jest/globals';

import { toRequestHandler } from '../../../src/adapters/fetch/index.js';
import { HTTPClientSession, HTTPServer } from '../../../src/index.js';
import { responseIn, responsesIn, statusesIn } from '../../support/http/messages.js';
import { get, post, postChunked } from '../../support/http/served.js';
import { thrown } from '../../support/transport/promises.js';
import { open, readAll } from '../../support/transport/sockets.js';
import { Fetched, seenOf } from '../../support/fetch/fetched.js';

/** The URL that a handler sees for a request line and a Host. */
async function urlOf(line: string, host = 'example.org', options = {}): Promise<string | undefined> {
  const { seen, faults } = await seenOf(`${line} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, options);
  expect(faults).toEqual([]);
  return seen[0]?.url;
}

describe('the URL of a request', () => {
  it('the URL of a request is absolute: Host and target', async () => {
    expect(await urlOf('GET /a/b?c=d&e')).toBe('http://example.org/a/b?c=d&e');
    expect(await urlOf('GET /', 'example.org:8080')).toBe('http://example.org:8080/');
    expect(await urlOf('GET /', '[::1]:8080')).toBe('http://[::1]:8080/');
  });

  it('the URL of a request has the scheme of the connection, unless a proxy ends TLS', async () => {
    expect(await urlOf('GET /', 'example.org', { encrypted: true })).toBe('https://example.org/');
    expect(await urlOf('GET /', 'example.org', { scheme: 'https' })).toBe('https://example.org/');
    expect(await urlOf('GET /', 'example.org', { encrypted: true, scheme: 'http' })).toBe(
      'http://example.org/',
    );
  });

  it('the URL of a request never takes a part of the path for a host', async () => {
    expect(await urlOf('GET //evil.example/x')).toBe('http://example.org//evil.example/x');
    expect(await urlOf('GET /\\evil.example')).toBe('http://example.org//evil.example');
    expect(await urlOf('GET /@evil.example/')).toBe('http://example.org/@evil.example/');
    expect(await urlOf('GET //evil.example/x', '')).toMatch(/^http:\/\/127\.0\.0\.1(:\d+)?\/\/evil/);
  });

  it('the URL of a request without a Host name has the address of the server', async () => {
    const { seen } = await seenOf('GET /old HTTP/1.0\r\n\r\n');
    expect(seen[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1(:\d+)?\/old$/);
    const paths: string[] = [];
    const server = new HTTPServer(
      toRequestHandler((request) => {
        paths.push(request.url);
        return new Response(null);
      }),
    );
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = await open({ host: '127.0.0.1', port });
    client.socket.end('GET /old HTTP/1.0\r\n\r\n');
    await readAll(client.socket);
    expect(paths).toEqual([`http://127.0.0.1:${String(port)}/old`]);
    await server.stop();
  });

  it('the URL of a request in absolute form is its target, and the Host field agrees with it', async () => {
    const { seen } = await seenOf('GET http://one.example:81/x?y HTTP/1.1\r\nHost: other.example\r\n\r\n');
    expect(seen[0]).toMatchObject({
      url: 'http://one.example:81/x?y',
      fields: [['host', 'one.example:81']],
    });
    expect(await urlOf('GET HTTP://example.org', 'example.org')).toBe('http://example.org/');
  });

  it.each([
    ['a port out of range', 'GET / HTTP/1.1\r\nHost: example.org:99999\r\n\r\n', 400],
    ['a number that is no address', 'GET / HTTP/1.1\r\nHost: 999.1.1.1\r\n\r\n', 400],
    ['an encoded slash in the host', 'GET / HTTP/1.1\r\nHost: example.org%2fpath\r\n\r\n', 400],
    ['a port and no host', 'GET / HTTP/1.1\r\nHost: :80\r\n\r\n', 400],
    ['an absolute target that is no URL', 'GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['https over a plain connection', 'GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n', 421],
    ['a scheme that is not served', 'GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n', 421],
  ])(
    'a request is refused for %s without calling the handler, and the connection stays open',
    async (_what, wire, status) => {
      const { seen, text, faults } = await seenOf(wire + get('/next'));
      expect(statusesIn(text)).toEqual([status, 200]);
      expect(seen.map(({ url }) => url)).toEqual(['http://test/next']);
      expect(faults).toEqual([]);
    },
  );

  it('a request for http over TLS is refused, as is one for https without TLS', async () => {
    const wire = 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n';
    expect(responseIn((await seenOf(wire, { encrypted: true })).text)).toMatchObject({
      status: 421,
      body: '421 Misdirected Request\n',
    });
  });
});

describe('the method of a request', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND', 'purge'])(
    'a request with the method %s reaches the handler',
    async (method) => {
      const { seen } = await seenOf(`${method} / HTTP/1.1\r\nHost: test\r\n\r\n`);
      expect(seen.map((request) => request.method)).toEqual([method]);
    },
  );

  it.each(['TRACE', 'TRACK', 'trace', 'get', 'Post', 'delete', 'patch'])(
    'the method %s is answered with 501, as Request cannot represent it',
    async (method) => {
      const { seen, text, faults } = await seenOf(`${method} / HTTP/1.1\r\nHost: test\r\n\r\n` + get());
      expect(responsesIn(text)[0]).toMatchObject({ status: 501, body: '501 Not Implemented\n' });
      expect(seen).toHaveLength(1);
      expect(faults).toEqual([]);
    },
  );

  it('CONNECT is answered with 501, and the bytes for the tunnel are no request', async () => {
    const { seen, text } = await seenOf('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n' + get('/after'));
    expect(statusesIn(text)).toEqual([501]);
    expect(seen).toEqual([]);
  });

  it('OPTIONS * is answered without the handler, which could not distinguish it from OPTIONS /', async () => {
    const { seen, text } = await seenOf('OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n' + get());
    expect(responsesIn(text)[0]).toEqual({ status: 204, fields: [], body: '', trailer: [] });
    expect(seen).toHaveLength(1);
  });
});

describe('the fields of a request', () => {
  it('the fields of a request are complete, those of one name joined', async () => {
    const { seen } = await seenOf(
      get('/', 'X-One: 1\r\nx-two: a\r\nX-Two: b\r\nCookie: a=1\r\nCookie: b=2\r\nX-Empty:\r\n'),
    );
    const headers = new Headers(seen[0]?.fields.map(([name, value]) => [name, value]));
    expect(headers.get('x-one')).toBe('1');
    expect(headers.get('x-two')).toBe('a, b');
    expect(headers.get('x-empty')).toBe('');
    expect(headers.get('cookie')).toBe('a=1; b=2');
    expect(headers.get('host')).toBe('test');
  });

  it('several Set-Cookie fields of a request stay separate', async () => {
    const { seen } = await seenOf(get('/', 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n'));
    expect(seen[0]?.fields.filter(([name]) => name === 'set-cookie')).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
  });

  it('a field value of a request has one character for each byte beyond ASCII', async () => {
    const { seen } = await seenOf(get('/', 'X: gr\xfcn \xff\r\n'));
    expect(new Map(seen[0]?.fields).get('x')).toBe('gr\xfcn \xff');
  });

  it('the fields of a request can be changed on a copy', async () => {
    const fetched = new Fetched((request) => {
      const copy = new Request(request, { headers: { 'x-new': '1' } });
      return Response.json([copy.url, copy.headers.get('x-new'), request.headers.get('x-old')]);
    });
    await fetched.send(get('/', 'X-Old: 0\r\n'));
    expect(responseIn(fetched.text).body).toBe('["http://test/","1","0"]');
  });
});

describe('the body of a request', () => {
  it('the body of a request is read by the methods of Request', async () => {
    const fetched = new Fetched(async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/json') return Response.json({ got: await request.json() });
      if (pathname === '/bytes') return new Response(await request.arrayBuffer());
      if (pathname === '/clone') return new Response((await request.clone().text()) + (await request.text()));
      return new Response(await request.blob());
    });
    await fetched.send(
      post('{"a":1}', '', '/json') +
        postChunked(['by', 'tes'], '', '/bytes') +
        post('twice', '', '/clone') +
        post('a blob', '', '/blob'),
    );
    expect(responsesIn(fetched.text).map(({ body }) => body)).toEqual([
      '{"got":{"a":1}}',
      'bytes',
      'twicetwice',
      'a blob',
    ]);
  });

  it('the body of a request without content is null', async () => {
    const { seen } = await seenOf(get() + post('') + 'DELETE / HTTP/1.1\r\nHost: test\r\n\r\n');
    expect(seen.map(({ body }) => body)).toEqual([null, null, null]);
  });

  it.each(['GET', 'HEAD'])(
    'the body of %s is left out of the Request, never read as a request, and available on the raw request',
    async (method) => {
      const body = get('/smuggled');
      const wire = post(body, '', '/first').replace('POST', method);
      const { seen, text, faults } = await seenOf(wire + get('/next'));
      expect(seen.map(({ url, body: seenBody }) => [url, seenBody])).toEqual([
        ['http://test/first', null],
        ['http://test/next', null],
      ]);
      expect(statusesIn(text, [method])).toEqual([200, 200]);
      expect(faults).toEqual([]);

      const raw = new Fetched(async (_request, context) => new Response(await context.request.text()));
      await raw.send(post('a query', '', '/').replace('POST', 'GET'));
      expect(responseIn(raw.text).body).toBe('a query');
    },
  );

  it('a request body that is cut off rejects, and the client gets an error response', async () => {
    let failure: unknown;
    const fetched = new Fetched(async (request) => {
      await request.text().catch((error: unknown) => {
        failure = error;
        throw error;
      });
      return new Response('never');
    });
    await fetched.sendLast('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    expect(failure).toMatchObject({ code: 'ERR_HTTP_SESSION_INCOMPLETE_MESSAGE' });
    expect(responseIn(fetched.text).status).toBe(400);
    expect(fetched.faults).toEqual([]);
  });
});

describe('a client that expects 100 Continue', () => {
  const wire = 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n';

  it('100 Continue is sent when the handler first reads the body, not when it looks at it', async () => {
    let goOn: (() => void) | undefined;
    const fetched = new Fetched(async (request) => {
      expect(request.body).not.toBeNull();
      expect(request.headers.get('expect')).toBe('100-continue');
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return new Response(await request.text());
    });
    await fetched.send(wire);
    expect(fetched.text).toBe('');
    goOn?.();
    await fetched.send('');
    expect(fetched.take()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    await fetched.send('body');
    expect(responseIn(fetched.text).body).toBe('body');
  });

  it('a handler that does not read the body refuses 100 Continue with its response', async () => {
    const fetched = new Fetched(() => new Response('too large', { status: 413 }));
    await fetched.send(wire);
    expect(responseIn(fetched.text)).toMatchObject({ status: 413, body: 'too large' });
    expect(fetched.ended).toBe(true);
  });
});

describe('the context of a request', () => {
  it('the context has the raw request, the raw response and the address of the client', async () => {
    const server = new HTTPServer(
      toRequestHandler((request, context) => {
        context.response.sendInterim(103, { Link: '</style.css>; rel=preload' });
        context.response.set('X-Raw', context.request.message.uri);
        return Response.json({ client: context.clientAddress, method: request.method });
      }),
    );
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = new HTTPClientSession('127.0.0.1', port);
    const answer = await client.request({ path: '/a/../b' });
    expect(answer.get('X-Raw')).toBe('/a/../b');
    expect(await answer.json()).toEqual({ client: client.clientAddress(), method: 'GET' });
    client.close();
    await server.stop();
  });
});

describe('toRequestHandler', () => {
  it('toRequestHandler refuses a handler that is not a function, and unknown schemes', () => {
    expect(thrown(() => toRequestHandler({} as never))).toBeInstanceOf(TypeError);
    expect(() => toRequestHandler(() => new Response(), { schem: 'https' } as never)).toThrow(
      'did you mean "scheme"?',
    );
    expect(thrown(() => toRequestHandler(() => new Response(), { scheme: 'ws' as never }))).toBeInstanceOf(
      TypeError,
    );
    expect(() => toRequestHandler(() => new Response(), { replaceGlobals: 'yes' as never })).toThrow(
      'replaceGlobals: must be true or false (got "yes")',
    );
  });
});
