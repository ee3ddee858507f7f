import { describe } from '@jest/globals';

import { get, post, postChunked } from '../../../support/http/served.js';
import { answered, echo, hello, sameAsNode, untilEnd } from '../../../support/node/listener/scenarios.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';

const CLOSE = get('/', 'Connection: close\r\n');
const OLD = 'GET / HTTP/1.0\r\n\r\n';
const OLD_KEPT = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';

const path: NonNullable<Scenario['listener']> = (request, response) => {
  response.end(request.url);
};

/** The first requests take the longest. */
const later: NonNullable<Scenario['listener']> = (request, response) => {
  setTimeout(() => response.end(request.url), Number(request.url?.slice(1)));
};

describe('pipelined requests', () => {
  sameAsNode({
    'that are answered at once': answered(get('/1') + get('/2') + get('/3'), path, 3),
    'that are answered late, in order': answered(get('/20') + get('/10') + get('/1'), later, 3),
    'with bodies': answered(post('one') + postChunked(['two']) + post('three'), echo, 3),
    'with bodies that are not read': answered(post('one') + postChunked(['two']) + get(), hello, 3),
    'of which one closes': {
      listener: path,
      client: untilEnd(get('/1') + get('/2', 'Connection: close\r\n')),
    },
  });
});

describe('the end of a connection', () => {
  const closing = (listener: Scenario['listener'], request = get()): Scenario => ({
    ...(listener === undefined ? {} : { listener }),
    client: untilEnd(request),
  });
  sameAsNode({
    'Connection: close of the client': closing(hello, CLOSE),
    'Connection: close of the client, in pieces': closing((_request, response) => {
      response.write('a');
      setImmediate(() => response.end('b'));
    }, CLOSE),
    'shouldKeepAlive off': closing((_request, response) => {
      response.shouldKeepAlive = false;
      response.end('hello');
    }),
    'Connection: close of the handler': closing((_request, response) => {
      response.setHeader('Connection', 'close').end('hello');
    }),
    'Connection: Close by writeHead': closing((_request, response) => {
      response.writeHead(200, { connection: 'Close' }).end('hello');
    }),
    'Connection: close of both': closing((_request, response) => {
      response.setHeader('Connection', 'close').end('hello');
    }, CLOSE),
    'HTTP/1.0': closing(hello, OLD),
    'HTTP/1.0 in pieces': closing((_request, response) => {
      response.write('a');
      response.end('b');
    }, OLD),
    'HTTP/1.0 in pieces, kept': closing((_request, response) => {
      response.write('a');
      response.end('b');
    }, OLD_KEPT),
    'HTTP/1.0 with a body': closing(echo, 'POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello'),
    'a body until the end': closing((_request, response) => {
      response.removeHeader('Transfer-Encoding');
      response.removeHeader('Content-Length');
      response.write('until the end');
      response.end();
    }),
    'a FIN of the client behind its request': {
      listener: hello,
      client: async ({ connect }) => {
        const client = await connect();
        client.fin(get());
        await client.ended();
      },
    },
    'a FIN of an idle client': {
      listener: hello,
      client: async ({ connect, log }) => {
        const client = await connect(get());
        await client.saw(/hello$/);
        await log.saw(/req 1 close/);
        client.fin();
        await client.ended();
      },
    },
    keepAliveTimeout: {
      listener: hello,
      options: { keepAliveTimeout: 1 },
      // node:http times idle connections with the timer of the socket, which it reports.
      differs: (line) => (line === 'server timeout' ? null : line),
      client: async ({ connect }) => {
        await (await connect(get())).ended();
      },
    },
  });
});

describe('a connection that stays', () => {
  sameAsNode({
    'HTTP/1.0 with keep-alive': answered(OLD_KEPT, hello),
    'HTTP/1.0 with keep-alive and a length': answered(OLD_KEPT, (_request, response) => {
      response.setHeader('Content-Length', 5).end('hello');
    }),
    'Connection: keep-alive of the client': answered(get('/', 'Connection: Keep-Alive\r\n'), hello),
    'Connection: keep-alive of the handler': answered(get(), (_request, response) => {
      response.setHeader('Connection', 'keep-alive').end('hello');
    }),
    'other Connection options of the handler': answered(get(), (_request, response) => {
      response.setHeader('Connection', 'X-Hop').end('hello');
    }),
    'without a keepAliveTimeout': {
      ...answered(get() + get(), hello, 2),
      options: { keepAliveTimeout: 0 },
    },
    'one request after the other': {
      listener: path,
      client: async ({ connect, log }) => {
        const client = await connect(get('/1'));
        await client.saw(/\/1$/);
        await log.saw(/req 1 close/);
        await client.send(get('/2')).saw(/\/2$/);
        await log.saw(/req 2 close/);
        await client.send(`\r\n${get('/3')}`).saw(/\/3$/);
        await log.saw(/req 3 close/);
      },
    },
    'a request byte by byte': {
      listener: echo,
      client: async ({ connect, log }) => {
        const client = await connect();
        for (const byte of post('hello')) {
          client.send(byte);
          await new Promise(setImmediate);
        }
        await client.saw(/hello$/);
        await log.saw(/req 1 close/);
      },
    },
  });
});
