import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { responseIn, responsesIn, statusesIn } from '../../support/http/messages.js';
import { echoPath, get, post, postChunked, Served } from '../../support/http/served.js';

/** What would be served if the rest of a body were taken for a request. */
const SMUGGLED = get('/smuggled');

/** Ways in which a handler may answer without reading the body. */
const careless: Record<string, RequestHandler> = {
  'ends at once': echoPath,
  'ends later': async (request, response) => {
    await Promise.resolve();
    response.end(request.path);
  },
  'streams its answer': async (request, response) => {
    await response.write(request.path);
    response.end();
  },
  'reads one piece only': async (request, response) => {
    await request.body.read();
    response.end(request.path);
  },
  'leaves an iteration early': async (request, response) => {
    for await (const piece of request) {
      if (piece.length > 0) break;
    }
    response.end(request.path);
  },
  refuses: (request, response) => {
    response.status = 403;
    response.end(request.path);
  },
  'answers HEAD as everything else': (_request, response) => {
    response.status = 204;
    response.end();
  },
  throws: () => {
    throw new Error('a fault of the handler');
  },
  'stops reading after a failed JSON': async (request, response) => {
    await request.body.read();
    JSON.parse('{');
    response.end();
  },
};

describe.each(Object.entries(careless))('a handler that %s', (_name, handler) => {
  const bodies: Record<string, string> = {
    'of known length': post(SMUGGLED, '', '/first'),
    'in chunks': postChunked([SMUGGLED, SMUGGLED], '', '/first'),
    'of known length, sent to HEAD': post(SMUGGLED, '', '/first').replace('POST', 'HEAD'),
  };
  it.each(Object.entries(bodies))(
    'an unread body %s is never served as a request',
    async (_what, request) => {
      for (const sizes of [undefined, [1], [90, 1, 1]]) {
        const seen: string[] = [];
        const served = new Served((incoming, response) => {
          seen.push(incoming.path);
          return incoming.path === '/last' ? echoPath(incoming, response) : handler(incoming, response);
        });
        served.socket.segment(sizes);
        await served.send(request + get('/last'));
        // The connection is kept, as the body is small: the request behind it is the next one.
        expect(seen).toEqual(['/first', '/last']);
        const methods = [request.slice(0, 4).trim()];
        expect(responsesIn(served.text, methods).at(-1)).toMatchObject({ status: 200, body: '/last' });
      }
    },
  );
});

describe('a body that is not read', () => {
  const BOUND = LIMITS.maxUnreadBodyBytes.value;

  it('an unread body is thrown away up to the bound, and the connection is kept', async () => {
    for (const request of [post('x'.repeat(BOUND)), postChunked(['x'.repeat(BOUND)])]) {
      const served = new Served(echoPath);
      await served.send(request);
      await served.pass(0);
      await served.send(get('/next'));
      expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['/', '/next']);
      expect(served.session.state).toBe('connected.open');
    }
  });

  it('an unread body is thrown away when as much as the bound is left of it, though it is longer', async () => {
    const served = new Served(async (request, response) => {
      if (request.path === '/long') await request.body.read();
      response.end(request.path);
    });
    const whole = post('x'.repeat(BOUND + 10), '', '/long');
    await served.send(whole.slice(0, -BOUND));
    expect(responseIn(served.take())).toMatchObject({ body: '/long', fields: ['Content-Length: 5'] });
    await served.send(whole.slice(-BOUND) + get('/next'));
    expect(responseIn(served.text).body).toBe('/next');
  });

  it('an unread body closes the connection when it is declared longer than the bound; the answer arrives', async () => {
    const served = new Served(echoPath);
    await served.send(post('x'.repeat(BOUND + 1), '', '/long') + SMUGGLED);
    await served.pass(0);
    expect(responseIn(served.text).body).toBe('/long');
    expect(responseIn(served.text).fields).toContain('Connection: close');
    expect(served.ended).toBe(true);
    expect(served.session.core.requestNumber).toBe(1);
  });

  it('a body that is still being read leaves the connection alone, however much is to come', async () => {
    const whole = post('x'.repeat(BOUND + 1), '', '/long');
    for (const missing of [1, BOUND + 1]) {
      const served = new Served((request, response) => {
        void request.bytes();
        response.end(request.path);
      });
      await served.send(whole.slice(0, -missing));
      expect(responseIn(served.take()).fields).not.toContain('Connection: close');
      await served.send(whole.slice(-missing) + get('/next'));
      expect(responseIn(served.text).body).toBe('/next');
    }
  });

  it('an unread body closes the connection when its chunks do not end', async () => {
    const served = new Served(echoPath);
    await served.send('POST /endless HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `4000\r\n${'x'.repeat(16_384)}\r\n`;
    for (let at = 0; at <= BOUND / 16_384; at++) await served.send(chunk);
    expect(responseIn(served.text).body).toBe('/endless');
    expect(served.ended).toBe(true);
    expect(served.session.state).toBe('connected.lingering');
    // What still comes is discarded, whatever it looks like.
    await served.send(`0\r\n\r\n${SMUGGLED}`);
    expect(served.session.core.requestNumber).toBe(1);
    await served.fin();
    expect(served.isClosed).toBe(true);
  });

  it('an unread body is not waited for when the connection ends anyway', async () => {
    const served = new Served(echoPath);
    await served.send('POST /bye HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 100\r\n\r\n');
    expect(responseIn(served.text).fields).toContain('Connection: close');
    expect(served.ended).toBe(true);
    expect(served.session.state).toBe('connected.lingering');
    await served.send(SMUGGLED);
    await served.fin();
    expect(served.isClosed).toBe(true);
    expect(statusesIn(served.text)).toEqual([200]);
  });

  it('an unread body that is malformed ends the connection without a second response', async () => {
    const served = new Served(echoPath);
    await served.send('POST /ok HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n');
    await served.send(`zz\r\n${SMUGGLED}`);
    expect(responseIn(served.text).body).toBe('/ok');
    expect(served.ended).toBe(true);
    expect(served.session.core.requestNumber).toBe(1);
  });

  it('an unread body cut off by FIN ends the connection without a second response', async () => {
    const served = new Served(echoPath);
    await served.sendLast('POST /ok HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    expect(responseIn(served.text).body).toBe('/ok');
    expect(served.isClosed).toBe(true);
  });
});
