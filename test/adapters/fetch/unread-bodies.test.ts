import { describe, expect, it } from '@jest/globals';

import { type FetchHandler, toRequestHandler } from '../../../src/adapters/fetch/index.js';
import { LIMITS } from '../../../src/constants.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, post, postChunked, Served } from '../../support/http/served.js';
import { bytesOf, Fetched } from '../../support/fetch/fetched.js';

/** What would be served if the rest of a body were taken for a request. */
const SMUGGLED = get('/smuggled');

/** Ways in which a handler may answer without reading the body to its end. */
const careless: Record<string, FetchHandler> = {
  'answers at once': () => new Response('early'),
  'answers later': async () => {
    await Promise.resolve();
    return new Response('early');
  },
  'answers without a body': () => new Response(null, { status: 204 }),
  'streams its answer': () =>
    new Response(
      new ReadableStream({
        pull: async (controller) => {
          await new Promise((resolve) => setImmediate(resolve));
          controller.enqueue(bytesOf('early'));
          controller.close();
        },
      }),
    ),
  'reads one piece only': async (request) => {
    await request.body?.getReader().read();
    return new Response('early');
  },
  'cancels the body': async (request) => {
    await request.body?.cancel('of no interest');
    return new Response('early');
  },
  throws: () => {
    throw new Error('a fault of the handler');
  },
  'stops reading after a failed JSON': async (request) => {
    await request.body?.getReader().read();
    return Response.json(JSON.parse('{'));
  },
};

describe.each(Object.entries(careless))('a handler that %s', (_name, handler) => {
  const bodies: Record<string, string> = {
    'of known length': post(SMUGGLED, '', '/first'),
    'in chunks': postChunked([SMUGGLED, SMUGGLED], '', '/first'),
    'of known length, sent with GET': post(SMUGGLED, '', '/first').replace('POST', 'GET'),
    'of known length, sent with HEAD': post(SMUGGLED, '', '/first').replace('POST', 'HEAD'),
    'of known length, sent with a method that is refused': post(SMUGGLED, '', '/first').replace(
      'POST',
      'TRACE',
    ),
  };
  it.each(Object.entries(bodies))(
    'the rest of an unread body %s is never served as a request',
    async (_what, request) => {
      for (const sizes of [undefined, [1], [90, 1, 1]]) {
        const fetching = toRequestHandler((asked, context) =>
          asked.url.endsWith('/last') ? new Response('last') : handler(asked, context),
        );
        const targets: string[] = [];
        const served = new Served((incoming, response) => {
          targets.push(incoming.uri);
          return fetching(incoming, response);
        });
        served.socket.segment(sizes);
        await served.send(request + get('/last'));
        for (let turn = 0; turn < 10 && targets.length < 2; turn++) await served.send('');
        // The connection is kept, as the body is small: the request behind it is the next one.
        expect(targets).toEqual(['/first', '/last']);
        const methods = [/^\w+/.exec(request)?.[0] ?? ''];
        expect(responsesIn(served.text, methods).at(-1)).toMatchObject({ status: 200, body: 'last' });
      }
    },
  );
});

describe('a body that a fetch handler does not read', () => {
  it('a large unread body closes the connection after the response, and is never read as a request', async () => {
    const fetched = new Fetched((request) => new Response(request.url));
    const length = LIMITS.maxUnreadBodyBytes.value + 1;
    await fetched.send(post('x'.repeat(length)) + SMUGGLED);
    await fetched.pass(0);
    expect(responseIn(fetched.text).body).toBe('http://test/');
    expect(fetched.ended).toBe(true);
    expect(fetched.session.core.requestNumber).toBe(1);
  });

  it('a request body whose clone is being read keeps the connection, but not for ever', async () => {
    const fetched = new Fetched(async (request) => {
      await request.clone().body?.getReader().read();
      return new Response('early');
    });
    fetched.socket.segment([1]);
    await fetched.send(post(SMUGGLED) + SMUGGLED);
    await fetched.pass(0);
    expect(responseIn(fetched.text).body).toBe('early');
    expect(fetched.ended).toBe(false);
    await fetched.pass(60_100);
    expect(responseIn(fetched.text).body).toBe('early');
    expect(fetched.ended).toBe(true);
    expect(fetched.session.core.requestNumber).toBe(1);
  });

  it('reading a request body after the response fails with an error that says so', async () => {
    let late: Promise<string> | undefined;
    const fetched = new Fetched((request) => {
      setImmediate(() => {
        late = request.text();
        late.catch(() => undefined);
      });
      return new Response('early');
    });
    await fetched.send(post('body'));
    await fetched.send('');
    expect(responseIn(fetched.text).body).toBe('early');
    await expect(late).rejects.toMatchObject({ code: 'ERR_HTTP_SESSION_INVALID_STATE' });
  });
});
