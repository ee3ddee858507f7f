import { describe, expect, it } from '@jest/globals';
import express, { type Request, type Response } from 'express';

import { LIMITS } from '../../src/constants.js';
import {
  HTTPServerSession,
  type HTTPServerRequest,
  type HTTPServerResponse,
} from '../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { responsesIn } from '../support/http/messages.js';
import { get, Served } from '../support/http/served.js';
import { ListenerServed } from '../support/node/on-sessions.js';
import { sampled } from '../support/thoroughness.js';

/*
 * Request smuggling by an unread body (CL.0): whatever a handler does with a body, what is left of it is never executed,
 * although it is a request itself.
 */

const SMUGGLED = get('/smuggled');

type Style = (
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  clock: VirtualClock,
) => void | Promise<void>;

/** What a handler may do with a body instead of reading it. */
const styles: Record<string, Style> = {
  'ignores it': (_request, response) => {
    response.end('done');
  },
  'ignores it, as a promise': async (_request, response) => {
    await Promise.resolve();
    response.end('done');
  },
  'ignores it, and answers late': async (_request, response, clock) => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 5_000));
    response.end('done');
  },
  'ignores it, and answers in pieces': async (_request, response) => {
    await response.write('do');
    await response.write('ne');
    response.end();
  },
  'ignores it behind an interim response': (_request, response) => {
    response.sendInterim(103, { Link: '</style.css>' });
    response.end('done');
  },
  throws: () => {
    throw new Error('a fault of the handler');
  },
  rejects: async () => {
    await Promise.resolve();
    throw new Error('a fault of the handler');
  },
  'rejects when it has begun to answer': async (_request, response) => {
    await response.write('half');
    throw new Error('a fault of the handler');
  },
  'answers 401': (_request, response) => {
    response.requireAuthentication('garden');
  },
  'answers 401 and closes': (_request, response) => {
    response.status = 401;
    response.set('Connection', 'close');
    response.end('who are you?');
  },
  'answers 413 with an interim 100 before it': (_request, response) => {
    response.sendContinue();
    response.status = 413;
    response.end('too large');
  },
  redirects: (_request, response) => {
    response.redirect('/elsewhere');
  },
  'answers 204': (_request, response) => {
    response.status = 204;
    response.end();
  },
  'answers 304': (_request, response) => {
    response.status = 304;
    response.end();
  },
  'reads half of it': async (request, response) => {
    const half = Buffer.alloc(20);
    for await (const piece of request) if (piece.copy(half) > 0) break;
    response.end('done');
  },
  'reads a piece and throws': async (request) => {
    await request.body.read();
    throw new Error('a fault of the handler');
  },
  'reads less than all that it permits': async (request, response) => {
    await request.bytes({ maxBytes: 10 }).catch(() => undefined);
    if (!response.sent) response.end('done');
  },
  'gives up reading': async (request, response) => {
    const controller = new AbortController();
    const read = request.body.read({ signal: controller.signal }).catch(() => undefined);
    controller.abort();
    await read;
    response.end('done');
  },
  'destroys the stream of it': (request, response) => {
    request.body.readable().destroy();
    response.end('done');
  },
  'cancels the web stream of it': async (request, response) => {
    const reader = request.body.stream().getReader();
    await reader.read();
    await reader.cancel();
    response.end('done');
  },
  'reads it after its answer': async (request, response) => {
    response.end('done');
    await request.bytes().catch(() => undefined);
  },
  'turns keep-alive off': (request, response) => {
    response.message.setKeepAlive(false);
    response.end(request.path);
  },
};

const chunk = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n`;
/** As many requests as are more than what is read to be thrown away. */
const MANY = Math.ceil((LIMITS.maxUnreadBodyBytes.value * 2) / SMUGGLED.length);

/** A head, and so many requests as its body. */
function framed(method: string, fields: string, count: number): string {
  const length = String(SMUGGLED.length * count);
  return `${method} /first HTTP/1.1\r\nHost: test\r\n${fields}Content-Length: ${length}\r\n\r\n${SMUGGLED.repeat(count)}`;
}

function chunked(method: string, body: string): string {
  return `${method} /first HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
}

/** Requests with bodies that consist of requests. */
const frames: Record<string, (method: string) => string> = {
  'of known length': (method) => framed(method, '', 3),
  'in chunks': (method) => chunked(method, `${chunk.repeat(3)}0\r\n\r\n`),
  'that is awaited': (method) => framed(method, 'Expect: 100-continue\r\n', 1),
  'that is larger than what is thrown away': (method) => framed(method, '', MANY),
  'that breaks off': (method) => framed(method, '', 9).slice(0, -SMUGGLED.length * 5),
  'that is malformed behind its first chunk': (method) => chunked(method, chunk + SMUGGLED),
};

/** Whoever reads one piece of these has all of it if it came at once, and the connection is kept. */
const MAY_BE_COMPLETE = ['that is awaited', 'that is larger than what is thrown away'];

/** Where the request is cut: the head and its body, the body in itself, everywhere. */
function segmentations(request: string): (readonly number[] | undefined)[] {
  const head = request.indexOf('\r\n\r\n') + 4;
  const all = [undefined, [head, 1_000_000], [head - 1, 1, 1_000_000], [head + 10, 5, 1_000_000]];
  return request.length > 2_000 ? all : [...all, [1]];
}

/** Styles after which the connection closes, be the body small. */
const CLOSING = [
  'answers 401 and closes',
  'reads less than all that it permits',
  'rejects when it has begun to answer',
  'turns keep-alive off',
];

/** A client, and how many connections its server has. */
type Client = FarEnd & { pass(ms: number): Promise<void>; readonly live: number };

function withLive(served: FarEnd & { pass(ms: number): Promise<void> }, live: () => number): Client {
  return Object.defineProperty(served, 'live', { get: live }) as Client;
}

/** One connection to a server; what its handler or its application sees goes to `see`. */
type Begin = (
  see: (target: string) => void,
) => FarEnd & { pass(ms: number): Promise<void>; readonly live: number };

/** The targets of all requests that a server sees; there are no more responses than that. */
async function seenBy(
  begin: Begin,
  request: string,
  sizes?: readonly number[],
  isAnswered = true,
): Promise<string[]> {
  const seen: string[] = [];
  const served = begin((target) => seen.push(target));
  served.socket.segment(sizes);
  await served.send(request);
  await served.pass(6_000);
  if (!served.socket.destroyed) await served.send(get('/last'));
  await served.pass(6_000);
  if (!served.wasReset) {
    const responses = responsesIn(served.text, [request.slice(0, request.indexOf(' '))]);
    const finals = responses.filter(({ status }) => status >= 200).length;
    if (isAnswered) expect(finals).toBe(seen.length);
    else expect(finals).toBeLessThanOrEqual(seen.length);
  }
  await served.fin();
  expect(served.live).toBe(0);
  return seen;
}

/** A handler of this package. */
function handled(style: Style): Begin {
  return (see) => {
    const served: Served = new Served((incoming, response) => {
      see(incoming.uri);
      if (incoming.uri !== '/last') return style(incoming, response, served.clock);
      response.end('last');
    });
    return withLive(served, () => served.server.sessions.size);
  };
}

describe.each(Object.entries(styles))('A handler that %s', (name, style) => {
  it.each(Object.entries(frames))(
    'a handler that leaves a body %s makes no request of it',
    async (frame, request) => {
      const isKept = (frame === 'of known length' || frame === 'in chunks') && !CLOSING.includes(name);
      for (const method of sampled(['POST', 'HEAD', 'DELETE', 'GET'], 2)) {
        for (const sizes of segmentations(request(method))) {
          const seen = await seenBy(handled(style), request(method), sizes);
          if (MAY_BE_COMPLETE.includes(frame) && seen.at(-1) === '/last') seen.pop();
          expect(seen).toEqual(isKept ? ['/first', '/last'] : ['/first']);
        }
      }
    },
  );
});

/** What an Express application may do with a body instead of reading it. */
const expressStyles: Record<string, (request: Request, response: Response) => unknown> = {
  'ignores it': (_request, response) => response.send('done'),
  'ignores it, and answers late': (_request, response) => setImmediate(() => response.send('done')),
  'ignores it, and answers in pieces': (_request, response) => {
    response.write('do');
    setImmediate(() => response.end('ne'));
  },
  throws: () => {
    throw new Error('a fault of the handler');
  },
  rejects: () => Promise.reject(new Error('a fault of the handler')),
  'answers 401': (_request, response) => response.sendStatus(401),
  'answers 401 and closes': (_request, response) => response.set('Connection', 'close').sendStatus(401),
  'answers 413 with an interim 100 before it': (_request, response) => {
    response.writeContinue();
    response.sendStatus(413);
  },
  'answers 204': (_request, response) => response.sendStatus(204),
  'answers 304': (_request, response) => response.sendStatus(304),
  redirects: (_request, response) => {
    response.redirect('/elsewhere');
  },
  'reads a piece and leaves it': (request, response) => {
    request.once('data', () => {
      request.pause();
      response.send('done');
    });
  },
  'destroys it behind its answer': (request, response) => {
    response.send('done');
    request.destroy();
  },
  'parses it as JSON': (request, response) => {
    express.json({ type: () => true, limit: 10 })(request, response, () => response.send('done'));
  },
};

function byExpress(style: (request: Request, response: Response) => unknown): Begin {
  return (see) => {
    const app = express().set('env', 'test');
    app.use((request, response) => {
      see(request.url);
      return request.url === '/last' ? response.send('last') : style(request, response);
    });
    const served = new ListenerServed(app);
    return withLive(served, () => served.server.sessions.currentConnections);
  };
}

describe.each(Object.entries(expressStyles))('An Express application that %s', (_name, style) => {
  it.each(Object.entries(frames))(
    'an Express application that leaves a body %s makes no request of it',
    async (frame, request) => {
      // Express answers for a route that throws once it has read all of the request.
      const isAnswered = frame !== 'that breaks off';
      for (const method of sampled(['POST', 'HEAD', 'DELETE', 'GET'], 2)) {
        for (const sizes of segmentations(request(method))) {
          const seen = await seenBy(byExpress(style), request(method), sizes, isAnswered);
          if (seen.at(-1) === '/last') seen.pop();
          expect(seen).toEqual(['/first']);
        }
      }
    },
  );
});

/** Ways to pull requests without reading their bodies. */
const pullers: Record<string, (session: HTTPServerSession, seen: string[]) => Promise<void>> = {
  'hasMoreRequests() and nextRequest()': async (session, seen) => {
    while (await session.hasMoreRequests()) {
      const next = await session.nextRequest();
      seen.push(next?.request.uri ?? '');
      next?.response.end('done');
    }
  },
  'nextRequest() alone': async (session, seen) => {
    for (let next = await session.nextRequest(); next !== null; next = await session.nextRequest()) {
      seen.push(next.request.uri);
      next.response.end('done');
    }
  },
  'for await, and half of the body': async (session, seen) => {
    for await (const { request, response } of session) {
      seen.push(request.uri);
      await request.body.read();
      response.end('done');
    }
  },
  'for await, and 401': async (session, seen) => {
    for await (const { request, response } of session) {
      seen.push(request.uri);
      response.requireAuthentication('garden');
    }
  },
  'for await, and the next request before the response to this one': async (session, seen) => {
    const answered: Promise<void>[] = [];
    for await (const { request, response } of session) {
      seen.push(request.uri);
      answered.push(Promise.resolve().then(() => response.end('done')));
    }
    await Promise.all(answered);
  },
};

describe.each(Object.entries(pullers))('A user who pulls requests by %s', (_name, pull) => {
  it.each(Object.entries(frames))(
    'a user who pulls requests gets none out of a body %s',
    async (frame, request) => {
      const isKept = frame === 'of known length' || frame === 'in chunks';
      for (const sizes of segmentations(request('POST'))) {
        const clock = new VirtualClock();
        const pair = createMemoryPair({ clock });
        const client = new FarEnd(pair.client);
        const session = new HTTPServerSession(pair.server, { clock });
        const seen: string[] = [];
        const pulled = pull(session, seen);
        client.socket.segment(sizes);
        await client.send(request('POST'));
        await clock.advance(1);
        if (!client.socket.destroyed) await client.send(get('/last'));
        await client.fin();
        await pulled;
        if (MAY_BE_COMPLETE.includes(frame) && seen.at(-1) === '/last') seen.pop();
        expect(seen).toEqual(isKept ? ['/first', '/last'] : ['/first']);
        expect(session.connected()).toBe(false);
      }
    },
  );
});

describe('A body that is refused instead of being awaited', () => {
  it('after a refused Expect the server takes nothing that follows for a request', async () => {
    for (const status of [401, 413, 417]) {
      const seen: string[] = [];
      const served = new Served((request, response) => {
        seen.push(request.uri);
        response.status = status;
        response.end('no');
      });
      const [head = ''] = (frames['that is awaited']?.('POST') ?? '').split(SMUGGLED);
      await served.send(head);
      expect(responsesIn(served.text)).toMatchObject([{ status, body: 'no' }]);
      expect(served.ended).toBe(true);
      await served.send(SMUGGLED.repeat(2));
      expect(seen).toEqual(['/first']);
      await served.fin();
      expect(served.isClosed).toBe(true);
    }
  });
});
