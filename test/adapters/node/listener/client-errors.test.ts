import { once } from 'node:events';
import http, { type Server, type ServerResponse } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { onSessions } from '../../../../src/adapters/node/index.js';
import { get, post } from '../../../support/http/served.js';
import { outcomeOf, type Scenario } from '../../../support/node/listener/both-servers.js';
import type { EventLog } from '../../../support/node/listener/event-log.js';
import { hello, sameAsNode, untilEnd } from '../../../support/node/listener/scenarios.js';
import { faultsDuring } from '../../../support/server/faults.js';

const heard = (server: Server, log: EventLog): void => {
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex) => {
    log.note(
      `${String(socket.writable)} ${String(socket.destroyed)} ${String(Buffer.isBuffer(error.rawPacket))}`,
    );
    if (socket.writable) socket.end(`HTTP/1.1 400 Own\r\nX-Code: ${String(error.code)}\r\n\r\n`);
  });
};

const BAD: Readonly<Record<string, string>> = {
  'a bad method': 'G@T / HTTP/1.1\r\nHost: test\r\n\r\n',
  'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a bad version': 'GET / HTTP/9.9\r\nHost: test\r\n\r\n',
  'a bad field name': 'GET / HTTP/1.1\r\nHost: test\r\nX Y: z\r\n\r\n',
  'a bad Content-Length': 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5x\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  'a length and chunks':
    'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a line end without CR': 'GET / HTTP/1.1\r\nHost: test\nX: y\r\n\r\n',
  'a control character in a value': 'GET / HTTP/1.1\r\nHost: test\r\nX: \x01\r\n\r\n',
};

const LONG = get('/', `X-Long: ${'x'.repeat(2_000)}\r\n`);

/** Without a listener, sessions say in their answer what it is. */
const inOurWords = (line: string): string =>
  line.replace(/^HTTP\/1.1 (\d+ .*)\r\nConnection: close\r\n\r\n/, (_all, status: string) => {
    const length = String(status.length + 1);
    const fields = `Content-Type: text/plain\r\nContent-Length: ${length}\r\nConnection: close\r\nDate: masked`;
    return `HTTP/1.1 ${status}\r\n${fields}\r\n\r\n${status}\n`;
  });

const without = (data: string, more: Partial<Scenario> = {}): Scenario => ({
  listener: hello,
  differs: inOurWords,
  client: untilEnd(data),
  ...more,
});

/** node:http answers it as a response of its own, in chunks. */
const withoutHost = (line: string): string =>
  inOurWords(
    line.replace(
      /(400 Bad Request\r\nConnection: close\r\n).*<fin>/s,
      (_all, head: string) => `${head}\r\n<fin>`,
    ),
  );

const withListener = (data: string, more: Partial<Scenario> = {}): Scenario => ({
  ...without(data),
  differs: (line) => line,
  prepare: heard,
  ...more,
});

describe('a request that cannot be read', () => {
  sameAsNode({
    ...Object.fromEntries(
      Object.entries(BAD).map(([name, data]) => [
        `${name}, with a clientError listener`,
        withListener(data, { differs: (line) => line.replace('UNEXPECTED_CONTENT', 'INVALID_CONTENT') }),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(BAD).map(([name, data]) => [
        `${name}, without a listener`,
        without(data, {
          differs: (line) =>
            inOurWords(
              name === 'a bad version'
                ? line.replace('400 Bad Request', '505 HTTP Version Not Supported')
                : line,
            ),
        }),
      ]),
    ),
    'a head beyond maxHeaderSize, with a listener': withListener(LONG, { options: { maxHeaderSize: 1_000 } }),
    'a head beyond maxHeaderSize': without(LONG, { options: { maxHeaderSize: 1_000 } }),
    'half a head and a FIN, with a listener': withListener('', {
      client: async ({ connect }) => {
        const client = await connect();
        client.fin('GET / HTTP/1.1\r\nHost: te');
        await client.ended();
      },
    }),
    'half a body and a FIN, with a listener': withListener('', {
      listener: (request, _response, log) => {
        request
          .on('data', () => undefined)
          .on('error', () => {
            log.note('lost');
          });
      },
      client: async ({ connect, log }) => {
        const client = await connect();
        client.fin(post('hello').slice(0, -2));
        await client.ended();
        await log.saw(/res 1 close/);
      },
    }),
    'a slow head, with a listener': withListener('', {
      options: { headersTimeout: 20, requestTimeout: 1_000, connectionsCheckingInterval: 5 },
      client: untilEnd('GET / HTTP/1.1\r\nHost: te'),
      // node:http reports the same request again when the client closes.
      differs: (line) => (/EOF_STATE|^false false/.test(line) ? null : line),
    }),
    'a slow head': without('GET / HTTP/1.1\r\nHost: te', {
      options: { headersTimeout: 20, requestTimeout: 1_000, connectionsCheckingInterval: 5 },
    }),
    'a slow body': without('', {
      options: { headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 5 },
      listener: (request, _response, log) => {
        request.resume().on('error', () => {
          log.note('lost');
        });
      },
      client: untilEnd(post('hello').slice(0, -2)),
    }),
    'a reset between requests, with a listener': withListener('', {
      client: async ({ connect, log }) => {
        const client = await connect(get());
        await client.saw(/hello$/);
        await log.saw(/req 1 close/);
        client.reset();
        await log.saw(/clientError/);
      },
    }),
    'no Host': without('GET / HTTP/1.1\r\n\r\n', { differs: withoutHost }),
    'no Host, with a listener': withListener('GET / HTTP/1.1\r\n\r\n', { differs: withoutHost }),
  });
});

describe('a request that cannot be read on sessions', () => {
  it.each([
    ['one that is answered', hello],
    [
      'one that is answered late',
      (_request: unknown, response: ServerResponse) => setTimeout(() => response.end('hello'), 20),
    ],
  ])('leaves the response to %s alone, and is answered behind it', async (_name, listener) => {
    const { wire, events } = await outcomeOf(
      { listener, client: untilEnd(get() + String(BAD['a bad method'])) },
      true,
    );
    expect(wire[0]).toMatch(/^HTTP\/1.1 200 OK.*hello.*HTTP\/1.1 400 Bad Request.*<fin>$/s);
    expect(events).toContainEqual(expect.stringMatching(/^res 1 finish/));
  });
});

describe('a listener of clientError that throws', () => {
  it('is a fault, and ends its own connection alone', async () => {
    const server = onSessions(http.createServer((_request, response) => void response.end('hello')));
    server.on('clientError', () => {
      throw new Error('thrown');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const faults = await faultsDuring(async () => {
      const socket = net.connect(port).resume();
      socket.write('GET / HTTP/1.1\r\nno field\r\n\r\n');
      await once(socket, 'close');
    });
    expect(faults.map(({ where, error }) => [where, (error as Error).message])).toEqual([
      ['listener', 'thrown'],
    ]);
    expect(await (await fetch(`http://127.0.0.1:${String(port)}`)).text()).toBe('hello');
    await server.drain({ grace: 0 });
  });
});
