import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession, HTTPSClientSession } from '../../../src/session/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { freePort, settled } from '../../support/transport/sockets.js';

/* What a program gets wrong is said before any byte leaves, in the words of the one who wrote it. */

describe('request()', () => {
  it('request() takes a path, and sends a GET', async () => {
    const asking = new Asking();
    const response = asking.session.request('/x?y');
    await asking.answer(ok('it'));
    expect(await (await response).text()).toBe('it');
    expect(asking.server.text).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n/);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a misspelt option',
      { metod: 'POST' },
      /unknown option of request\(\) "metod" \(did you mean "method"\?\)/,
    ],
    ['an option of fetch', { redirect: 'follow' }, /unknown option of request\(\) "redirect"/],
    ['a signal that is none', { signal: 'x' }, /^request\(\): the signal must be an AbortSignal \(got "x"\)/],
    ['a controller for a signal', { signal: new AbortController() }, /the signal must be .*AbortController/],
    ['a flag that is none', { expectContinue: 'yes' }, /expectContinue: must be true or false \(got "yes"\)/],
    ['a number for the options', 5, /request\(\): the options must be an object \(got 5\)/],
    ['null for the options', null, /request\(\): the options must be an object \(got null\)/],
    ['a URL for the options', new URL('http://a/'), /unknown option of request\(\)/],
    ['a method that is no string', { method: 5 }, /method/],
    ['a path that is no string', { path: 5 }, /request target|path/],
    ['fields that are a number', { headers: 5 }, /headers|header/],
  ])('request() refuses %s', async (_what, init, says) => {
    const asking = new Asking();
    const error = await rejection(asking.session.request(init as never));
    expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringMatching(says)]);
    expect(asking.connections).toHaveLength(0);
  });

  it('sendRequest() refuses what is no message', async () => {
    const error = await rejection(new Asking().session.sendRequest({ path: '/' } as never));
    expect(error.message).toContain('sendRequest(): the message must be an HTTPRequest (got an object)');
  });
});

describe('the options of a client session', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a misspelt one',
      () => new HTTPClientSession('h', 80, { recieveTimeout: 1 } as never),
      /unknown option of new HTTPClientSession\(\) "recieveTimeout" \(did you mean "receiveTimeout"\?\)/,
    ],
    [
      'a misspelt one of HTTPS',
      () => new HTTPSClientSession('h', 443, { tlss: {} } as never),
      /unknown option of new HTTPSClientSession\(\) "tlss" \(did you mean "tls"\?\)/,
    ],
    [
      'one of HTTPS for HTTP',
      () => new HTTPClientSession('h', 80, { tls: {} } as never),
      /unknown option of new HTTPClientSession\(\) "tls"/,
    ],
    ['a number', () => new HTTPClientSession('h', 80, 5 as never), /options must be an object \(got 5\)/],
    [
      'tls that is none',
      () => new HTTPSClientSession('h', 443, { tls: 'x' as never }),
      /^tls: must be an object/,
    ],
    [
      'a timeout that is none',
      () => new HTTPClientSession('h', 80, { headTimeout: '1' as never }),
      /^headTimeout: /,
    ],
    ['another', () => new HTTPClientSession('h', 80, { receiveTimeout: -1 }), /^receiveTimeout: /],
    ['a third', () => new HTTPClientSession('h', 80, { connectTimeout: Number.NaN }), /^connectTimeout: /],
    ['a source that is none', () => new HTTPClientSession('h', 80, { source: 5 as never }), /^source: /],
    [
      'a misspelt source',
      () => new HTTPClientSession('h', 80, { source: { adress: 'x' } as never }),
      /"address"/,
    ],
  ])('the options of a client session refuse %s', (_what, make, says) => {
    expect(thrown(make).message).toMatch(says);
  });

  it.each<[string, unknown, RegExp]>([
    ['a number', 5, /address: the options must be an object \(got 5\)/],
    ['null', null, /address: the options must be an object \(got null\)/],
    ['a misspelt member', { hosst: 'a', port: 1 }, /did you mean "host"/],
    ['a path that is no string', { path: 5 }, /path: must be/],
  ])('an address to connect to is not %s', async (_what, address, says) => {
    const session = new HTTPClientSession('h');
    const error = await rejection(session.connect(address as never));
    expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringMatching(says)]);
    expect(session.state).toBe('unconnected.idle');
  });
});

describe('a call that is not possible says why', () => {
  const BUSY = 'another request is in progress on this session';

  it('a second request names no request, and does not ask to be sent again', async () => {
    for (const asking of [new Asking(), await Asking.reused()]) {
      void asking.session.request({ method: 'POST', path: '/first', body: 'one' });
      await settled();
      for (const second of [
        asking.session.request('/second'),
        asking.session.sendRequest(new HTTPRequest('GET', '/')),
      ]) {
        expect(await rejection(second)).toMatchObject({
          ...{ name: 'InvalidStateError', reason: BUSY },
          testimony: { request: null, replay: 'unknown' },
        });
      }
    }
  });

  it('a second request while the connection is being opened is no failure of the connection', async () => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    const first = rejection(session.request('/first'));
    expect(await rejection(session.request('/second'))).toMatchObject({
      ...{ name: 'InvalidStateError', reason: 'the connection is being opened' },
      testimony: { request: null, replay: 'unknown' },
    });
    expect(await first).toMatchObject({
      name: 'NetworkError',
      testimony: { request: { number: 1, target: '/first' }, replay: 'safe' },
    });
    const connecting = rejection(session.connect({ host: '127.0.0.1', port: await freePort() }));
    expect(await rejection(session.request())).toMatchObject({ reason: 'the connection is being opened' });
    await connecting;
  });

  it.each<[string, string, (asking: Asking) => Promise<unknown> | undefined]>([
    [
      'a response is being read',
      'the response before is being read',
      async ({ session, server }) => {
        void server.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
        await settled();
        void session.receiveResponse().then((response) => response.text());
        await settled();
        return session.request();
      },
    ],
    [
      'its response is not fetched',
      'the response to the request before was not received',
      ({ session }) => session.request(),
    ],
    [
      'the response is not there',
      'another call waits for the response',
      ({ session }) => {
        void session.receiveResponse();
        return session.receiveResponse();
      },
    ],
  ])('a call is refused when %s', async (_when, reason, call) => {
    const asking = new Asking();
    await asking.session.sendRequest(new HTTPRequest('GET', '/'));
    expect(await rejection(call(asking) as Promise<unknown>)).toMatchObject({ reason });
  });

  it.each<[string, (session: HTTPClientSession) => Promise<unknown>, string]>([
    ['receiveResponse()', (session) => session.receiveResponse(), 'no request is in progress'],
    ['request()', (session) => session.request(), 'the session knows no host to connect to'],
  ])('%s of a new session without a host is refused', async (_call, call, reason) => {
    expect(await rejection(call(new HTTPClientSession()))).toMatchObject({ reason });
  });

  it('setHost() is refused while there is a connection', async () => {
    const { session } = await Asking.reused();
    expect(
      thrown(() => {
        session.setHost('other');
      }),
    ).toMatchObject({ reason: 'there is a connection' });
  });
});

describe('an error of a request that was not sent names it, and says that it may be sent again', () => {
  it('a signal that is aborted already leaves the request unsent', async () => {
    const reused = await Asking.reused();
    for (const [asking, number] of [
      [new Asking(), 1],
      [reused, 2],
    ] as const) {
      const failure = asking.session.request({ path: '/mine', signal: AbortSignal.abort() });
      expect(await rejection(failure)).toMatchObject({
        name: 'AbortedError',
        testimony: { request: { number, method: 'GET', target: '/mine' }, replay: 'safe', headSent: false },
      });
    }
  });

  it('sendRequest() to a server that refuses the connection leaves the request unsent', async () => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    expect(await rejection(session.sendRequest(new HTTPRequest('PUT', '/mine')))).toMatchObject({
      ...{ name: 'NetworkError', replay: 'safe' },
      testimony: { request: { number: 1, method: 'PUT', target: '/mine' } },
    });
  });

  it('a session that is closed while it connects leaves the request unsent', async () => {
    const session = new HTTPClientSession('127.0.0.1', await freePort());
    const failure = rejection(session.request('/mine'));
    session.close();
    expect(await failure).toMatchObject({
      ...{ name: 'AbortedError', replay: 'safe' },
      testimony: { request: { target: '/mine' } },
    });
  });
});

describe('the body of a response that was thrown away', () => {
  it('the body of a response that was thrown away names its own request when it is read', async () => {
    const asking = new Asking();
    const first = asking.session.request('/first');
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbo');
    const old = await first;
    const second = asking.session.request({ method: 'PUT', path: '/second' });
    await asking.server.send('dy');
    await settled();
    expect(await rejection(old.text())).toMatchObject({
      name: 'InvalidStateError',
      testimony: { request: { number: 1, method: 'GET', target: '/first' }, replay: 'unknown' },
    });
    await asking.answer(ok('second'));
    expect(await (await second).text()).toBe('second');
  });
});
