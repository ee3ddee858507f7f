import type { Server } from 'node:http';
import { describe } from '@jest/globals';

import { get, post } from '../../../support/http/served.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';
import type { EventLog } from '../../../support/node/listener/event-log.js';
import { answered, echo, hello, sameAsNode } from '../../../support/node/listener/scenarios.js';

const limited = (limit: number) => ({
  prepare: (server: Server, log: EventLog): void => {
    server.maxRequestsPerSocket = limit;
    server.on('dropRequest', (request, socket) => {
      log.note(`dropped ${String(request.url)} ${String(socket === request.socket)}`);
    });
  },
});

describe('maxRequestsPerSocket', () => {
  sameAsNode({
    'says so in each response': { ...answered(get('/1') + get('/2'), hello, 2), ...limited(3) },
    'drops what is beyond it': {
      listener: hello,
      ...limited(2),
      // Its answer says that the connection closes.
      differs: (line) => line.replace('<open>', '<fin>'),
      client: async ({ connect, log }) => {
        const client = await connect(get('/1') + get('/2') + get('/3'));
        await log.saw(/dropped/);
        await client.saw(/503/);
      },
    },
    'drops what comes later': {
      listener: hello,
      ...limited(1),
      differs: (line) => line.replace('<open>', '<fin>'),
      client: async ({ connect, log }) => {
        const client = await connect(get('/1'));
        await client.saw(/hello$/);
        await log.saw(/req 1 close/);
        await client.send(get('/2')).saw(/503/);
      },
    },
    'at its limit, with a body that is not read': {
      ...answered(post('hello'), hello),
      ...limited(1),
    },
  });
});

/** Something that takes no time but that of the timer. */
const timing = (
  listener: NonNullable<Scenario['listener']>,
  more: Partial<Scenario> = {},
  data = get(),
): Scenario => ({
  listener,
  client: async ({ connect }) => {
    await (await connect(data)).ended();
  },
  ...more,
});

describe('a timeout', () => {
  sameAsNode({
    'of the response, with a listener': timing((_request, response, log) => {
      response.setTimeout(10, () => {
        log.note('timeout');
        response.writeHead(503, { Connection: 'close' }).end('too late');
      });
    }),
    'of the response, without a listener': timing((_request, response) => {
      response.setTimeout(10);
    }),
    'of the request, with a listener': timing(
      (request, response, log) => {
        request.setTimeout(10, () => {
          log.note('timeout');
          response.writeHead(408, { Connection: 'close' }).end('too late');
        });
      },
      {},
      post('hello').slice(0, -1),
    ),
    'of the request, without a listener': timing((request) => {
      request.setTimeout(10);
    }),
    'of the server, with a listener': timing(() => undefined, {
      prepare: (server) => {
        server.setTimeout(10, (socket) => {
          socket.end('bye');
        });
      },
    }),
    'of the server, without a listener': timing(() => undefined, {
      prepare: (server) => server.setTimeout(10),
    }),
    'of the server, set after it listens': timing(() => undefined, {
      client: async ({ connect, server }) => {
        server.timeout = 10;
        await (await connect(get())).ended();
      },
    }),
    'of the server, before a request': timing(hello, { prepare: (server) => server.setTimeout(10) }, ''),
    'of the response, that is answered in time': answered(
      get() + get(),
      (_request, response) => {
        response.setTimeout(5_000, () => response.destroy());
        response.end('hello');
      },
      2,
    ),
  });
});

describe('settings that change', () => {
  sameAsNode({
    'keepAliveTimeout, after listen': {
      listener: hello,
      client: async ({ connect, server }) => {
        server.keepAliveTimeout = 7_000;
        await (await connect(get())).saw(/timeout=7/);
      },
    },
    'maxHeaderSize, before a connection': {
      listener: hello,
      prepare: (server) => {
        (server as Server & { maxHeaderSize: number }).maxHeaderSize = 200;
      },
      client: async ({ connect }) => {
        await (await connect(get('/', `A: ${'x'.repeat(100)}\r\n`))).saw(/hello$/);
      },
    },
    requireHostHeader: {
      ...answered('GET / HTTP/1.1\r\n\r\n', hello),
      options: { requireHostHeader: false },
    },
    'listeners that are added later': {
      client: async ({ connect, server, log }) => {
        server.on('request', (_request, response) => response.end('later'));
        await (await connect(get())).saw(/later$/);
        await log.saw(/req 1 close/);
      },
    },
    'several listeners': {
      ...answered(get(), (_request, response) => {
        response.write('one');
      }),
      prepare: (server) => {
        server.on('request', (_request, response) => response.end('two'));
      },
    },
  });
});

describe('listeners that misbehave', () => {
  sameAsNode({
    'answer twice': answered(get(), (_request, response, log) => {
      response.on('error', (error) => {
        log.note(error.message);
      });
      response.end('one');
      response.end('two');
      try {
        response.writeHead(500);
      } catch (error) {
        log.note(String((error as NodeJS.ErrnoException).code));
      }
    }),
    'answer late': answered(get(), (_request, response) => setTimeout(() => response.end('late'), 20)),
    'answer before the body has come': {
      listener: hello,
      client: async ({ connect, log }) => {
        const client = await connect(post('12345').slice(0, -5));
        await client.saw(/hello$/);
        client.send('12345');
        await log.saw(/req 1 close/);
        await client.send(get()).saw(/hello.*hello$/s);
        await log.saw(/req 2 close/);
      },
    },
    'never answer, and another connection is served': {
      listener: (request, response) => {
        if (request.url === '/') response.end('hello');
      },
      client: async ({ connect, log }) => {
        await connect(get('/never'));
        await log.saw(/server request/);
        await (await connect(get())).saw(/hello$/);
        await log.saw(/req 2 close/);
      },
    },
    'read a body twice': answered(post('hello'), async (request, response, log) => {
      await echo(request, response, log);
      try {
        for await (const _piece of request) log.note('unexpected');
      } catch (error) {
        log.note((error as Error).name);
      }
    }),
  });
});
