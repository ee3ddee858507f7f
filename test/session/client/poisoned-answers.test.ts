import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { errors } from '../../../src/diagnostics.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession, type HTTPClientResponse } from '../../../src/session/index.js';
import { heardOn } from '../../support/session/heard-on.js';
import { ok } from '../../support/http/asking.js';

const ROUNDS = 200;

/** A server that answers each request with its target, as seen from within the process. */
interface Server {
  readonly port: number;
  /** The targets that came over each connection. */
  readonly targets: string[][];
  /** The server's end of the last connection. What it writes lies in the kernel of the client at once. */
  last(): net.Socket;
}

async function withServer(use: (server: Server) => Promise<void>): Promise<void> {
  const sockets: net.Socket[] = [];
  const targets: string[][] = [];
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const asked: string[] = [];
    sockets.push(socket);
    targets.push(asked);
    socket.on('error', () => undefined);
    socket.on('data', (head: Buffer) => {
      const [, target = ''] = head.toString('latin1').split(' ');
      asked.push(target);
      if (socket.writable) socket.write(ok(target));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as net.AddressInfo;
    await use({ port, targets, last: () => sockets.at(-1) as net.Socket });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

type Ask = (session: HTTPClientSession, path: string) => Promise<HTTPClientResponse>;

const asks: readonly (readonly [string, Ask])[] = [
  ['GET', (session, path) => session.request(path)],
  ['POST', (session, path) => session.request({ method: 'POST', path, body: 'x' })],
  [
    'GET by sendRequest()',
    async (session, path) => {
      await session.sendRequest(new HTTPRequest('GET', path));
      return session.receiveResponse();
    },
  ],
  [
    'GET after reserve()',
    async (session, path) => {
      await session.reserve();
      return session.request(path);
    },
  ],
];

/** The targets of both requests, each on a connection of its own. */
const apart = Array.from({ length: ROUNDS }, (_, round) => [
  [`/a${String(round)}`],
  [`/b${String(round)}`],
]).flat();

/** In each round asks twice, and once the first answer was read lets the server do something before the second request. */
async function rounds(
  { port, last }: Server,
  ask: Ask,
  act: (socket: net.Socket) => void,
): Promise<string[]> {
  const answers: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using session = new HTTPClientSession('127.0.0.1', port);
    const first = await ask(session, `/a${String(round)}`);
    await first.bytes();
    act(last());
    const next = await ask(session, `/b${String(round)}`);
    answers.push(await next.text());
  }
  return answers;
}

const expected = Array.from({ length: ROUNDS }, (_, round) => `/b${String(round)}`);

describe('what lies unread in the kernel when a connection is used again', () => {
  it.each(asks)('a surplus response is never taken for the answer to the next %s', async (_name, ask) => {
    await withServer(async (server) => {
      const published = await heardOn<{ error: { code: string } }>(errors, async () => {
        expect(await rounds(server, ask, (socket) => socket.write(ok('poison')))).toEqual(expected);
      });
      const codes = published.map(({ error }) => error.code);
      expect(codes).toEqual(Array<string>(ROUNDS).fill('ERR_HTTP_SESSION_UNEXPECTED_DATA'));
      expect(server.targets).toEqual(apart);
    });
  });

  it.each(asks)('a FIN is seen before the next %s is sent', async (_name, ask) => {
    await withServer(async (server) => {
      expect(await rounds(server, ask, (socket) => socket.end())).toEqual(expected);
      expect(server.targets).toEqual(apart);
    });
  });

  it.each(asks)('a reset is seen before the next %s is sent', async (_name, ask) => {
    await withServer(async (server) => {
      expect(await rounds(server, ask, (socket) => socket.resetAndDestroy())).toEqual(expected);
      expect(server.targets).toEqual(apart);
    });
  });
});
