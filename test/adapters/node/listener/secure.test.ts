import type { Duplex } from 'node:stream';
import { describe } from '@jest/globals';

import { get, post } from '../../../support/http/served.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';
import { answered, echo, hello, sameAsNode } from '../../../support/node/listener/scenarios.js';

const secure = (scenario: Scenario): Scenario => ({
  ...scenario,
  isSecure: true,
  // The socket of TLS calls back some turns after it has sent, for which `finish` does not wait.
  differs: (line) => line.replace(/(^res \d finish .* writableEnded) writableFinished/, '$1'),
});

describe('a server of node:https', () => {
  sameAsNode({
    answers: secure(answered(get() + get(), hello, 2)),
    'reads a body': secure(answered(post('hello'), echo)),
    closes: secure({
      listener: hello,
      client: async ({ connect }) => {
        await (await connect(get('/', 'Connection: close\r\n'))).ended();
      },
    }),
    'has an encrypted socket': secure(
      answered(get(), (request, response, log) => {
        log.note(String((request.socket as { encrypted?: boolean }).encrypted));
        response.end();
      }),
    ),
    'loses a client': secure({
      params: { halfClosed: 'gone' },
      listener: (_request, _response, log) => {
        log.note('begun');
      },
      client: async ({ connect, log }) => {
        const client = await connect(get());
        await log.saw(/begun/);
        client.socket.destroy();
        await log.saw(/req 1 close/);
        await log.saw(/res 1 close/);
      },
    }),
    'hands over an upgrade': secure({
      prepare: (server) => {
        server.on('upgrade', (_request: unknown, socket: Duplex, head: Buffer) => {
          socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${head.toString()}over`);
        });
      },
      client: async ({ connect }) => {
        const client = await connect(`${get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n')}head `);
        await client.saw(/head over$/);
      },
    }),
    'refuses what cannot be read': secure({
      prepare: (server, log) => {
        server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
          log.note(String(error.code));
          socket.end('HTTP/1.1 400 Own\r\n\r\n');
        });
      },
      client: async ({ connect }) => {
        await (await connect('G@T / HTTP/1.1\r\n\r\n')).ended();
      },
    }),
    destroys: secure({
      listener: (request, response) => {
        response.end('hello');
        request.socket.destroy();
      },
      client: async ({ connect, log }) => {
        await (await connect(get())).ended();
        await log.saw(/res 1 close/);
      },
    }),
    'destroys once the response is finished': secure({
      listener: (request, response) => {
        response.end('hello', () => request.socket.destroy());
      },
      client: async ({ connect }) => {
        await (await connect(get())).ended();
      },
    }),
  });
});
