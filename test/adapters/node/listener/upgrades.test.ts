import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { describe } from '@jest/globals';

import { get } from '../../../support/http/served.js';
import type { Scenario } from '../../../support/node/listener/both-servers.js';
import type { EventLog } from '../../../support/node/listener/event-log.js';
import { answered, hello, sameAsNode, untilEnd } from '../../../support/node/listener/scenarios.js';

const UPGRADE = get('/', 'Connection: Upgrade\r\nUpgrade: echo\r\n');
const CONNECT = 'CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

type Taker = (
  socket: Duplex,
  head: Buffer,
  log: EventLog,
  request: IncomingMessage,
  server: Server,
) => unknown;

const taking = (event: 'upgrade' | 'connect', data: string, take: Taker, isOver = /<over>/): Scenario => ({
  listener: hello,
  prepare: (server, log) => {
    server.on(event, (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      take(socket, head, log, request, server),
    );
  },
  client: async ({ connect }) => {
    const client = await connect(data);
    await client.saw(isOver);
  },
});

/** Sends back what comes, until it ends with a full stop. */
const echoing: Taker = (socket, head) => {
  socket.write(SWITCHED);
  socket.write(head);
  socket.on('data', (piece: Buffer) => {
    socket.write(piece);
    if (piece.includes('.')) socket.end('<over>');
  });
};

describe('an upgrade', () => {
  sameAsNode({
    'hands over the socket, and the head behind the request': taking(
      'upgrade',
      `${UPGRADE}first bytes`,
      (socket, head, log, request) => {
        log.note(
          `${head.toString()} ${String(Buffer.isBuffer(head))} ${String((request as IncomingMessage & { upgrade: unknown }).upgrade)} ${String(request.socket === socket)}`,
        );
        log.note(`${String(request.method)} ${String(request.url)} ${JSON.stringify(request.headers)}`);
        log.note(`${String(socket.readableFlowing)} ${String(socket.destroyed)} ${String(socket.writable)}`);
        socket.end('<over>');
      },
    ),
    'is served by the new owner': {
      ...taking('upgrade', UPGRADE, echoing),
      client: async ({ connect }) => {
        const client = await connect(UPGRADE);
        await client.saw(/\r\n\r\n$/);
        await client.send('hello').saw(/hello$/);
        await client.send('again.').saw(/<over>/);
        await client.ended();
      },
    },
    'with bytes of the protocol right behind': taking('upgrade', `${UPGRADE}now.`, (socket, head) => {
      socket.write(SWITCHED);
      socket.end(`${head.toString()}<over>`);
    }),
    'without a listener is a request': answered(UPGRADE, hello),
    'that a listener refuses': {
      ...taking('upgrade', UPGRADE, (socket) => {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      }),
      client: untilEnd(UPGRADE),
    },
    'that a listener destroys': {
      ...taking('upgrade', UPGRADE, (socket) => {
        socket.destroy();
      }),
      client: untilEnd(UPGRADE),
    },
    'behind a request on the same connection': {
      ...taking('upgrade', UPGRADE, echoing),
      client: async ({ connect }) => {
        const client = await connect(get() + UPGRADE);
        await client.saw(/101 Switching.*\r\n\r\n$/s);
        await client.send('hello.').saw(/<over>/);
      },
    },
    'whose client resets the connection in the window': {
      ...taking('upgrade', UPGRADE, (socket, _head, log) => {
        log.note('begun');
        socket.on('error', (error: NodeJS.ErrnoException) => {
          log.note(`socket error ${String(error.code)}`);
        });
        socket.on('close', () => {
          log.note('socket close');
        });
      }),
      client: async ({ connect, log }) => {
        const client = await connect(UPGRADE);
        await log.saw(/begun/);
        client.reset();
        await log.saw(/socket close/);
      },
    },
    'whose client ends in the window': {
      ...taking('upgrade', UPGRADE, (socket, _head, log) => {
        log.note('begun');
        socket.on('end', () => {
          log.note('socket end');
          socket.end();
        });
        socket.on('close', () => {
          log.note('socket close');
        });
        socket.resume();
      }),
      client: async ({ connect, log }) => {
        const client = await connect(UPGRADE);
        await log.saw(/begun/);
        client.fin();
        await log.saw(/socket close/);
      },
    },
    'of which only the connection says so': answered(get('/', 'Connection: Upgrade\r\n'), hello),
    'of which only the field says so': answered(get('/', 'Upgrade: echo\r\n'), hello),
    'has a timeout of its own': {
      ...taking('upgrade', UPGRADE, (socket, _head, log) => {
        (socket as Duplex & { setTimeout(ms: number, called: () => void): void }).setTimeout(5, () => {
          log.note('timeout');
          socket.end('<over>');
        });
      }),
      options: {},
    },
  });
});

describe('CONNECT', () => {
  sameAsNode({
    'hands over the socket, and the head': taking(
      'connect',
      `${CONNECT}tunnel`,
      (socket, head, log, request) => {
        log.note(
          `${head.toString()} ${String(request.url)} ${String((request as IncomingMessage & { upgrade: unknown }).upgrade)}`,
        );
        socket.end('HTTP/1.1 200 OK\r\n\r\n<over>');
      },
    ),
    'that is refused': {
      ...taking('connect', CONNECT, (socket) => {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      }),
      client: untilEnd(CONNECT),
    },
  });
});
