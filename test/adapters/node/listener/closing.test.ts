import { once } from 'node:events';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';

import { onSessions } from '../../../../src/adapters/node/index.js';
import { createMemoryPair } from '../../../../src/transport/index.js';
import { get } from '../../../support/http/served.js';
import { named, type EventLog } from '../../../support/node/listener/event-log.js';
import { hello, sameAsNode } from '../../../support/node/listener/scenarios.js';
import { settled } from '../../../support/transport/sockets.js';

const closed = async (server: Server, log: EventLog): Promise<void> => {
  await new Promise<void>((resolve) => {
    server.close((error) => {
      log.note(`closed ${error === undefined ? '' : named(error)}`);
      resolve();
    });
  });
};

const connections = async (server: Server): Promise<number> =>
  await new Promise((resolve) => {
    server.getConnections((_error, count) => {
      resolve(count);
    });
  });

describe('close', () => {
  sameAsNode({
    'of a server that does not listen': {
      client: async ({ server, log }) => {
        await closed(server, log);
        await closed(server, log);
        try {
          await server[Symbol.asyncDispose]();
        } catch (error) {
          log.note(named(error));
        }
      },
    },
    'without connections, and listen again': {
      listener: hello,
      client: async ({ server, log, connect, port }) => {
        await closed(server, log);
        log.note(String(server.listening));
        await once(server.listen(port, '127.0.0.1'), 'listening');
        await (await connect(get())).saw(/hello$/);
        await log.saw(/req 1 close/);
      },
    },
    'with a request in flight': {
      listener: (_request, _response, log) => {
        log.note('begun');
      },
      client: async ({ server, log, connect }) => {
        const client = await connect(get());
        await log.saw(/begun/);
        const over = closed(server, log);
        log.note(String(server.listening));
        log.responses[0]?.end('hello');
        await client.saw(/hello$/);
        client.socket.end();
        await over;
      },
      // The connection is asked to end behind the response, and closes by itself.
      differs: (line) => line.replace('<open>', '<fin>'),
    },
    twice: {
      client: async ({ server, log }) => {
        await Promise.all([closed(server, log), closed(server, log)]);
      },
    },
    'by asyncDispose': {
      client: async ({ server, log }) => {
        await server[Symbol.asyncDispose]();
        log.note(String(server.listening));
      },
    },
    'counts connections': {
      listener: hello,
      client: async ({ server, log, connect }) => {
        await (await connect(get())).saw(/hello$/);
        await (await connect(get())).saw(/hello$/);
        log.note(String(await connections(server)));
      },
    },
    'of idle connections, while one is busy': {
      listener: (request: IncomingMessage, response: ServerResponse, log) => {
        if (request.url === '/') response.end('hello');
        else log.note('begun');
      },
      client: async ({ server, log, connect }) => {
        const idle = await connect(get());
        await idle.saw(/hello$/);
        await log.saw(/req 1 close/);
        await connect(get('/busy'));
        await log.saw(/begun/);
        server.closeIdleConnections();
        await idle.ended();
        log.note(String(await connections(server)));
        log.responses[1]?.end();
        await log.saw(/req 2 close/);
      },
    },
    'of all connections': {
      listener: (_request, response, log) => {
        response.write('begun');
        log.note('begun');
      },
      client: async ({ server, log, connect }) => {
        const client = await connect(get());
        await client.saw(/begun/);
        server.closeAllConnections();
        await client.ended();
        await log.saw(/req 1 close/);
        await log.saw(/res 1 close/);
      },
      // A reset, not a FIN: the response is not complete.
      differs: (line) => line.replace('<fin>', '<rst>'),
    },
  });

  it('waits on sessions for a request that is on its way, which node:http loses', async () => {
    const server = onSessions(http.createServer((_request, response) => response.end('hello')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    const agent = new http.Agent({ keepAlive: true });
    const ask = async (): Promise<IncomingMessage> => {
      const [response] = (await once(http.get({ port, agent }), 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
      return response;
    };
    await ask();
    await settled();
    const isClosed = once(server, 'close');
    server.close();
    const late = await ask();
    expect([late.statusCode, late.headers.connection]).toEqual([200, 'close']);
    agent.destroy();
    await isClosed;
  });
});

describe("server.emit('connection')", () => {
  it.each([
    ['node:http', http.createServer()],
    ['sessions', onSessions(http.createServer())],
  ])('serves a stream in memory, on %s', async (_name, server) => {
    server.on('request', (request, response) => {
      response.end(`hello ${String(request.url)}`);
    });
    const { client, server: stream } = createMemoryPair();
    server.emit('connection', stream as never);
    client.write(get('/memory'));
    let text = '';
    client.on('data', (piece: Buffer) => (text += piece.toString()));
    while (!text.endsWith('hello /memory')) await settled();
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    client.destroy();
  });
});
