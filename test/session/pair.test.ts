import { describe, expect, it } from '@jest/globals';

import { HTTPRequest, MessageHeader } from '../../src/protocol/index.js';

import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import { HTTPClientSession, type RequestHandler, type RequestInit } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock, type MemoryPair } from '../../src/transport/index.js';
import { countingBytes, settled } from '../support/transport/sockets.js';
import { ok, okChunked } from '../support/http/asking.js';
import { FarEnd } from '../support/http/far-end.js';

/** A client session and a server session of this package, joined by memory. */
function joined(
  handler: RequestHandler,
  params: HTTPServerParams = {},
): MemoryPair & { readonly session: HTTPClientSession; readonly peer: HTTPServer } {
  const clock = new VirtualClock(1_700_000_000_000);
  const pair = createMemoryPair({ clock });
  const peer = new HTTPServer(handler, { clock, ...params });
  peer.serve(pair.server);
  return { ...pair, peer, session: new HTTPClientSession(pair.client, undefined, { clock }) };
}

const inform: RequestHandler = async (request, response) => {
  const body = await request.bytes();
  response.set('X-Trailer', request.body.trailer?.get('X-Sum') ?? 'none');
  response.set('X-Method', request.method).set('X-Length', body.length);
  if (request.path === '/chunked') {
    await response.write(body.subarray(0, 10));
    response.end(body.subarray(10));
  } else response.end(body);
};

describe('both ends of this package', () => {
  const bodies: Record<string, () => RequestInit['body']> = {
    'no body': () => undefined,
    'a text': () => 'hello, grün',
    'many bytes': () => countingBytes(300_000),
    pieces: () => [countingBytes(10), Buffer.alloc(0), countingBytes(100_000)],
  };

  describe.each(['/fixed', '/chunked'])('with answers %s', (path) => {
    it.each(Object.entries(bodies))(
      'both ends carry %s there and back, byte for byte, on one connection',
      async (_what, body) => {
        const { session } = joined(inform);
        for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'QUERY']) {
          const init: RequestInit = { method, path, body: body(), expectContinue: method === 'PUT' };
          const response = await session.request(init);
          const given = init.body ?? '';
          const wanted =
            typeof given === 'string' || given instanceof Uint8Array
              ? Buffer.from(given as string)
              : Buffer.concat([...(given as Iterable<Uint8Array>)]);
          expect((await response.bytes()).equals(wanted)).toBe(true);
          expect(response.get('X-Method')).toBe(method);
          await settled();
        }
        expect(session.core.requestNumber).toBe(5);
        expect(session.state).toBe('connected.open');
      },
    );
  });

  it('both ends agree about HEAD, interim responses and refusals', async () => {
    const { session } = joined((request, response) => {
      response.sendInterim(103, { Link: '</a>' });
      response.status = request.path === '/no' ? 403 : 200;
      response.end(request.path);
    });
    expect(await (await session.request({ method: 'HEAD', path: '/a' })).text()).toBe('');
    expect(await (await session.request({ path: '/b' })).text()).toBe('/b');
    const refused = await session.request({ method: 'POST', path: '/no', body: 'x', expectContinue: true });
    expect([refused.status, await refused.text()]).toEqual([403, '/no']);
    await settled();
    expect(session.connected()).toBe(false);
  });

  it('both ends close in order when the server drains', async () => {
    const { session, peer } = joined(inform);
    await (await session.request()).bytes();
    expect(await peer.drain({ grace: 0 })).toMatchObject({ finished: 1, aborted: 0 });
    await settled();
    expect(session.state).toBe('closed');
    expect(session.networkException()).toBeNull();
  });
});

describe('every split of a response into two segments', () => {
  const responses: Record<string, string> = {
    'of known length': ok('hello', 'X: y\r\n'),
    'in chunks with a trailer': okChunked(['hel', 'lo'], 'T: 1\r\n'),
    'behind interim ones': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n${ok('hello')}`,
    'without a body': 'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n',
  };
  it.each(Object.entries(responses))(
    'every split of a response has the same outcome: %s',
    async (_what, wire) => {
      const outcomes = new Set<string>();
      for (let at = 1; at < wire.length; at++) {
        const pair = createMemoryPair();
        const server = new FarEnd(pair.server);
        const session = new HTTPClientSession(pair.client);
        const asked = session.request();
        await settled();
        await server.send(wire.slice(0, at));
        await server.send(wire.slice(at));
        const response = await asked;
        const body = await response.text();
        await settled();
        const fields = JSON.stringify(response.message.toObject());
        const trailer = JSON.stringify(response.trailer?.toObject() ?? {});
        outcomes.add(
          [response.status, fields, body, trailer, session.state, session.exchangeState].join(' '),
        );
        session.dispose();
      }
      expect([...outcomes]).toHaveLength(1);
      expect([...outcomes][0]).toMatch(/connected\.open idle\.reused$/);
    },
  );
});

describe('one response on both sides of any two segments of request and response', () => {
  it('a response cut into any two segments equals that in one piece', async () => {
    const request =
      'POST /a HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n';
    const outcomes = new Set<string>();
    for (let at = 1; at < request.length; at++) {
      const { session, client, server } = joined(inform);
      client.segment([at, 1_000]);
      server.segment([at, 1_000]);
      const body = await session.sendRequest(chunkedMessage());
      await body.write('abc');
      await body.end(undefined, trailer());
      const response = await session.receiveResponse();
      outcomes.add(
        [response.status, response.get('X-Length'), response.get('X-Trailer'), await response.text()].join(
          ' ',
        ),
      );
      await settled();
      expect(session.exchangeState).toBe('idle.reused');
    }
    expect([...outcomes]).toEqual(['200 3 1 abc']);
  });
});

function chunkedMessage(): HTTPRequest {
  return new HTTPRequest('POST', '/a', { headers: { 'Transfer-Encoding': 'chunked' } });
}

function trailer(): MessageHeader {
  return new MessageHeader({ 'X-Sum': '1' });
}
