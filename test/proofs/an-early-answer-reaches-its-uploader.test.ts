import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Express } from 'express';
import { Client } from 'undici';

import { LIMITS, TIMEOUTS } from '../../src/constants.js';
import { HTTPServer } from '../../src/server/index.js';
import { HTTPClientSession, type RequestHandler } from '../../src/session/index.js';
import { responseIn } from '../support/http/messages.js';
import { Served } from '../support/http/served.js';
import { WAYS, type Way } from '../support/proofs/ways.js';
import { UPLOAD, uploadByNode, type UploadOutcome } from '../support/proofs/uploads.js';
import { readAll } from '../support/transport/sockets.js';
import { sized } from '../support/thoroughness.js';

/*
 * The answer to a rejected upload reaches the client that is still sending it, whole and without an error after it; and
 * an endless upload is cut off.
 */

const LARGE = 262_144;
const TIMES = sized(60, 8);
const FEWER = sized(12, 4);
const AT_ONCE = 4;

/** The bound in bytes is what counts here, however long they take. */
const SLOW_MACHINE = { timers: { linger: 20_000 } };

/** Answers with as many bytes as the path says, and closes unless the path says otherwise. */
const refuse: RequestHandler = (request, response) => {
  response.status = 401;
  if (!request.path.startsWith('/kept/')) response.set('Connection', 'close');
  response.end(Buffer.alloc(Number(/\d+/.exec(request.path)), 'r'));
};

type Uploader = (port: number, path: string) => Promise<UploadOutcome>;

const byUndici: Uploader = async (port, path) => {
  const events: string[] = [];
  const client = new Client(`http://127.0.0.1:${String(port)}`);
  client.on('disconnect', (_origin, _targets, { code, message }: Error & { code?: string }) => {
    events.push(`${String(code)}: ${message}`);
  });
  const { statusCode, body } = await client.request({ method: 'POST', path, body: UPLOAD });
  const bytes = (await body.arrayBuffer()).byteLength;
  await client.close();
  return { status: statusCode, bytes, events };
};

const byFetch: Uploader = async (port, path) => {
  const url = `http://127.0.0.1:${String(port)}${path}`;
  const response = await fetch(url, { method: 'POST', body: UPLOAD });
  return { status: response.status, bytes: (await response.arrayBuffer()).byteLength, events: [] };
};

const byOurs: Uploader = async (port, path) => {
  const events: string[] = [];
  const session = new HTTPClientSession('127.0.0.1', port);
  session.on('errored', () => events.push(String(session.networkException())));
  const response = await session.request({ method: 'POST', path, body: UPLOAD });
  const { length } = await response.bytes();
  await session.waitFor('closed');
  session.dispose();
  return { status: response.status, bytes: length, events };
};

/** The outcomes of uploads, a few at once. */
async function outcomes(by: Uploader, port: number, path: string, times: number): Promise<UploadOutcome[]> {
  const all: UploadOutcome[] = [];
  while (all.length < times) {
    all.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => by(port, path)))));
  }
  return all;
}

/** undici ends a connection by itself when a response came before its request was sent, and calls that a reset. */
const RESET_BY_UNDICI = ['UND_ERR_INFO: reset'];

const [onSessionsWay] = WAYS as [Way];

/** The same, by Express. */
const refuseByExpress = (app: Express): unknown =>
  app.use((request, response) => {
    if (!request.path.startsWith('/kept/')) response.set('Connection', 'close');
    response.status(401).send(Buffer.alloc(Number(/\d+/.exec(request.path)), 'r'));
  });

const SERVERS: readonly (readonly [string, () => Promise<{ port: number; stop: () => unknown }>])[] = [
  [
    'HTTPServer',
    async () => {
      const server = new HTTPServer(refuse, SLOW_MACHINE);
      const { port } = await server.listen();
      return { port, stop: () => server.stop() };
    },
  ],
  ['Express on sessions', () => onSessionsWay.serve(refuseByExpress, {}, SLOW_MACHINE)],
];

describe.each(SERVERS)('An upload of 16 MiB to %s that is answered 401 at once', (_server, start) => {
  let running: { port: number; stop: () => unknown };
  let port: number;

  beforeAll(async () => {
    running = await start();
    ({ port } = running);
  });
  afterAll(async () => {
    await running.stop();
  });

  describe.each([
    ['256 KiB and Connection: close', `/${String(LARGE)}`, LARGE, TIMES],
    ['2 bytes and Connection: close', '/2', 2, TIMES],
    ['256 KiB, by a handler that says nothing about the connection', `/kept/${String(LARGE)}`, LARGE, FEWER],
  ])('with %s', (_what, path, bytes, times) => {
    it.each([
      ['node:http', uploadByNode, []],
      ['undici', byUndici, RESET_BY_UNDICI],
      ['this package', byOurs, []],
    ] as const)(
      `an upload gets its early answer, ${String(times)} of ${String(times)} times: %s`,
      async (_by, by, events) => {
        const due = { status: 401, bytes, events };
        expect(await outcomes(by, port, path, times)).toEqual(Array(times).fill(due));
      },
    );
  });

  it('an upload by fetch gets its early answer', async () => {
    const due = { status: 401, bytes: LARGE, events: [] };
    expect(await outcomes(byFetch, port, `/${String(LARGE)}`, FEWER)).toEqual(Array(FEWER).fill(due));
  });

  it.each([2, LARGE, 4 * 1024 * 1024])(
    'a client that sends everything before it reads gets an answer of %i bytes',
    async (size) => {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.write(
        `POST /kept/${String(size)} HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(UPLOAD.length)}\r\n\r\n`,
      );
      await new Promise((resolve) => socket.write(UPLOAD, resolve));
      expect(responseIn((await readAll(socket)).toString('latin1')).body).toHaveLength(size);
    },
  );
});

describe('An endless upload', () => {
  const HEAD = 'POST /262144 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
  const CHUNK = `10000\r\n${'u'.repeat(0x10000)}\r\n`;

  it('an endless upload is cut off after the bytes that a server discards at most', async () => {
    const server = new HTTPServer(refuse, SLOW_MACHINE);
    const { port } = await server.listen();
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const ended = new Promise<NodeJS.ErrnoException>((resolve) => socket.on('error', resolve));
    socket.resume();
    socket.write(HEAD);
    const more = (): void => {
      while (!socket.destroyed && socket.write(CHUNK));
    };
    socket.on('drain', more);
    await once(socket, 'data');
    const [session] = server.sessions;
    more();
    expect(['EPIPE', 'ECONNRESET']).toContain((await ended).code);
    expect(session?.connected()).toBe(false);
    expect(session?.core.bytesIn).toBeGreaterThan(LIMITS.maxLingerBytes.value);
    expect(session?.core.bytesIn).toBeLessThan(LIMITS.maxLingerBytes.value + 0x40000);
    await server.stop();
  });

  it.each([
    ['comes byte by byte', 'u'],
    ['has stopped', ''],
  ])('an endless upload that %s is cut off after the linger timeout', async (_what, byte) => {
    const served = new Served(refuse);
    await served.send(`${HEAD}10000\r\n`);
    expect(responseIn(served.text)).toMatchObject({ status: 401 });
    for (let passed = 0; passed < TIMEOUTS.lingerTimeout.value; passed += 100) {
      expect(served.session.state).toBe('connected.lingering');
      if (byte !== '') await served.send(byte);
      await served.pass(100);
    }
    await served.pass(TIMEOUTS.timerGranularity.value);
    expect(served.session.state).toBe('closed');
    expect(served.near.destroyed).toBe(true);
    expect(served.armedDeadlines).toBe(0);
  });
});
