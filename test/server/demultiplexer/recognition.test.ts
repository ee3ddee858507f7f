import { EventEmitter } from 'node:events';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { RemoteProtocolError, TimeoutError } from '../../../src/errors/index.js';
import { PortDemultiplexer, type PortDemultiplexerOptions } from '../../../src/server/demultiplexer/index.js';
import {
  createMemoryPair,
  Transport,
  type SocketAddress,
  type ConnectionAddresses,
} from '../../../src/transport/index.js';
import { singleByteCuts, twoWayCuts } from '../../support/protocol/feed.js';
import { ipv4Block, proxyBlock, triple } from '../../support/protocol/proxy-headers.js';
import { thrown } from '../../support/transport/promises.js';
import { readAll, settled } from '../../support/transport/sockets.js';
import { faultsDuring } from '../../support/server/faults.js';
import { LookedAt, NOTHING_LEFT } from '../../support/server/looked-at.js';

const bytes = (value: string): Buffer => Buffer.from(value, 'latin1');

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const CLIENT_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03rest';

/** What is sent, and the route that gets all of it. */
const CONNECTIONS: readonly (readonly [string, string])[] = [
  ['http', REQUEST],
  ['http2', PREFACE],
  ['tls', CLIENT_HELLO],
  ['fallback', 'SSH-2.0-OpenSSH_9.6\r\nand more'],
  ['fallback', '\0\x01\x02\x03'],
];

const LINE = 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n';
const BLOCK = proxyBlock(
  0x21,
  0x11,
  Buffer.concat([ipv4Block('192.0.2.1', '198.51.100.7', 56_324, 443), triple(4, Buffer.alloc(3))]),
).toString('latin1');
const ADDRESSES: ConnectionAddresses = {
  remote: { address: '192.0.2.1', port: 56_324, family: 'IPv4' },
  local: { address: '198.51.100.7', port: 443, family: 'IPv4' },
};

/** The addresses of both ends of a pair in memory. */
const PEER: SocketAddress = { address: '127.0.0.1', port: expect.any(Number) as never, family: 'IPv4' };
const OWN: ConnectionAddresses = { local: { ...PEER, port: 80 }, remote: PEER };

const TRUSTING: PortDemultiplexerOptions = { proxyProtocol: { trusted: ['127.0.0.0/8'] } };

describe('a connection under recognition', () => {
  it.each(CONNECTIONS)(
    'a connection under recognition goes to the route for %s with every byte: %j',
    async (name, text) => {
      const whole = await new LookedAt().send(text);
      expect(whole.outcome).toEqual([name, text]);
      const single = await new LookedAt().sendCut(bytes(text), singleByteCuts(text.length));
      expect(single.outcome).toEqual([name, text]);
      for (const cut of twoWayCuts(text.length)) {
        const cutInTwo = await new LookedAt().sendCut(bytes(text), [cut]);
        expect([cut, cutInTwo.outcome]).toEqual([cut, [name, text]]);
      }
    },
  );

  it.each(CONNECTIONS)(
    'a connection whose FIN comes with the bytes goes to the route for %s: %j',
    async (name, text) => {
      const looked = await new LookedAt().sendLast(text);
      expect([looked.outcome, looked.routed[0]?.ended]).toEqual([[name, text], true]);
    },
  );

  it('a route function gets the protocol of the connection and its own addresses', async () => {
    for (const [protocol, text] of [
      ['http', REQUEST],
      ['http2', PREFACE],
      ['tls', CLIENT_HELLO],
      ['unknown', '\0'],
    ] as const) {
      const looked = await new LookedAt().send(text);
      expect(looked.routed[0]?.connection).toEqual({ protocol, addresses: OWN });
    }
  });

  it('a routed connection keeps no listener or timer of the recognition', async () => {
    const looked = new LookedAt();
    expect(looked.leftOvers).toEqual({ pending: 1, deadlines: 1, destroyed: false });
    await looked.send(REQUEST);
    expect(looked.leftOvers).toEqual({ pending: 0, deadlines: 0, destroyed: false });
    await looked.pass(2 * TIMEOUTS.firstByteTimeout.value);
    await looked.send('still open');
    expect(looked.outcome).toEqual(['http', `${REQUEST}still open`]);
  });

  it('a connection may have been answered by the time it has sent more', async () => {
    const looked = await new LookedAt().send(REQUEST);
    looked.routed[0]?.socket.write('an answer');
    await settled();
    expect(looked.text).toBe('an answer');
  });

  it('a connection under recognition goes to the fallback when its protocol has no route', async () => {
    const looked = await new LookedAt({ http: undefined }).send(REQUEST);
    expect(looked.outcome).toEqual(['fallback', REQUEST]);
    expect(looked.routed[0]?.connection.protocol).toBe('http');
  });

  it.each(CONNECTIONS)(
    'a connection without route and fallback is refused, for %s: %j',
    async (_name, text) => {
      const nobody = { http: undefined, http2: undefined, tls: undefined, fallback: undefined };
      const other = text === REQUEST ? 'tls' : 'http';
      const looked = new LookedAt({ ...nobody, [other]: () => undefined });
      await looked.send(text);
      expect([looked.ended, looked.leftOvers]).toEqual([true, NOTHING_LEFT]);
      expect(looked.refused).toEqual([[expect.any(RemoteProtocolError), OWN]]);
      expect(looked.refused[0]?.[0]).toMatchObject({ code: 'ERR_HTTP_SESSION_UNKNOWN_PROTOCOL' });
      expect(looked.demultiplexer.refusedConnections).toBe(1);
    },
  );

  it('a connection under recognition may come as a transport, or as a stream that TLS or anything else was taken off', async () => {
    const { client, server } = createMemoryPair();
    const routed: Promise<Buffer>[] = [];
    const demultiplexer = new PortDemultiplexer({ http: (socket) => routed.push(readAll(socket)) });
    expect(demultiplexer.accept(new Transport(server))).toBe(true);
    client.end(REQUEST);
    const piped = new Duplex({ read: () => undefined, write: () => undefined });
    expect(demultiplexer.accept(piped)).toBe(true);
    piped.push(REQUEST);
    piped.push(null);
    await settled();
    const texts = await Promise.all(routed);
    expect(texts.map((text) => text.toString())).toEqual([REQUEST, REQUEST]);
  });

  it('a connection under recognition must yield bytes', () => {
    const { server } = createMemoryPair();
    server.setEncoding('utf8');
    const demultiplexer = new PortDemultiplexer({ http: () => undefined });
    expect(thrown(() => demultiplexer.accept(server))).toBeInstanceOf(TypeError);
    expect(demultiplexer.pendingConnections).toBe(0);
  });
});

describe('a PROXY header of a trusted peer', () => {
  it.each([
    ['version 1', LINE],
    ['version 2', BLOCK],
  ])(
    'a PROXY header of a trusted peer is taken off, and its addresses hold: %s',
    async (_version, header) => {
      for (const [name, text] of CONNECTIONS) {
        const whole = await new LookedAt(TRUSTING).send(header + text);
        expect([whole.outcome, whole.routed[0]?.connection.addresses]).toEqual([[name, text], ADDRESSES]);
      }
      const all = bytes(header + REQUEST);
      const single = await new LookedAt(TRUSTING).sendCut(all, singleByteCuts(all.length));
      expect([single.outcome, single.routed[0]?.connection.addresses]).toEqual([
        ['http', REQUEST],
        ADDRESSES,
      ]);
      for (const cut of twoWayCuts(all.length)) {
        const cutInTwo = await new LookedAt(TRUSTING).sendCut(all, [cut]);
        expect([cut, cutInTwo.outcome]).toEqual([cut, ['http', REQUEST]]);
      }
    },
  );

  it.each([
    ['UNKNOWN', 'PROXY UNKNOWN\r\n'],
    ['LOCAL', proxyBlock(0x20, 0).toString('latin1')],
    ['of a Unix socket', proxyBlock(0x21, 0x31, Buffer.alloc(216)).toString('latin1')],
  ])(
    'a PROXY header of a trusted peer without addresses leaves the connection its own: %s',
    async (_what, header) => {
      const looked = await new LookedAt(TRUSTING).send(header + REQUEST);
      expect([looked.outcome, looked.routed[0]?.connection.addresses]).toEqual([['http', REQUEST], OWN]);
    },
  );

  it('a PROXY header of a trusted peer may stand before TLS, HTTP/2 or anything else, but not before another one', async () => {
    for (const header of [LINE, BLOCK]) {
      const looked = await new LookedAt(TRUSTING).send(header + LINE + REQUEST);
      expect([looked.outcome, looked.ended, looked.leftOvers]).toEqual([undefined, true, NOTHING_LEFT]);
      expect(looked.refused[0]?.[0]).toMatchObject({
        code: 'ERR_HTTP_SESSION_BAD_PROXY_HEADER',
        message: expect.stringContaining('another') as never,
      });
    }
  });

  it.each([
    ['version 1', 'PROXY TCP4 nobody\r\n'],
    ['version 2', proxyBlock(0x29, 0x11).toString('latin1')],
  ])('a PROXY header of a trusted peer is refused when it is malformed: %s', async (_version, header) => {
    const looked = await new LookedAt(TRUSTING).send(header + REQUEST);
    expect([looked.outcome, looked.ended, looked.leftOvers]).toEqual([undefined, true, NOTHING_LEFT]);
    expect(looked.refused).toEqual([[expect.any(RemoteProtocolError), OWN]]);
  });

  it('a refusal after a PROXY header reports the client, not the proxy', async () => {
    const looked = new LookedAt({ ...TRUSTING, fallback: undefined });
    await looked.send(`${LINE}\0`);
    expect(looked.refused).toEqual([[expect.any(RemoteProtocolError), ADDRESSES]]);
  });
});

describe('whose PROXY headers are trusted', () => {
  const nobody: readonly (readonly [string, PortDemultiplexerOptions, number])[] = [
    ['without the option', {}, 0],
    ['that has no entries', { proxyProtocol: { trusted: [] } }, 0],
    ['of others', { proxyProtocol: { trusted: ['10.0.0.0/8', 'unix'] } }, 0],
    ['by a function that says no', { proxyProtocol: { trusted: () => false } }, 0],
    [
      'by a function that answers later',
      { proxyProtocol: { trusted: (() => Promise.resolve(true)) as never } },
      0,
    ],
    [
      'by a function that throws',
      {
        proxyProtocol: {
          trusted: () => {
            throw new RangeError('no idea');
          },
        },
      },
      1,
    ],
  ];
  it.each(nobody)(
    'with no trusted peer, %s, a connection is refused as soon as it shows a PROXY header',
    async (_what, options, faults) => {
      const reported = await faultsDuring(async () => {
        for (const start of ['PROXY ', BLOCK.slice(0, 12)]) {
          const looked = await new LookedAt(options).send(start);
          expect([looked.outcome, looked.ended, looked.leftOvers]).toEqual([undefined, true, NOTHING_LEFT]);
          expect(looked.refused).toEqual([[expect.any(RemoteProtocolError), OWN]]);
          expect(looked.refused[0]?.[0]).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_PROXY_HEADER' });
        }
      });
      expect(reported).toHaveLength(2 * faults);
    },
  );

  it('the trust function runs once for each connection with a PROXY header, and for no other', async () => {
    const asked: SocketAddress[] = [];
    const options = {
      proxyProtocol: {
        trusted: (peer: SocketAddress) => {
          asked.push(peer);
          return true;
        },
      },
    };
    await new LookedAt(options).send(REQUEST);
    expect(asked).toEqual([]);
    const all = bytes(BLOCK + REQUEST);
    const looked = await new LookedAt(options).sendCut(all, singleByteCuts(all.length));
    expect([looked.outcome, asked]).toEqual([['http', REQUEST], [PEER]]);
  });

  it('the trust function gets the address that came with the connection, where one did', async () => {
    const remote = { address: '10.0.0.1', port: 5, family: 'IPv4' };
    const inside = { proxyProtocol: { trusted: ['10.0.0.0/8'] } };
    const looked = await new LookedAt(inside, { remote }).send(LINE + REQUEST);
    expect([looked.outcome, looked.routed[0]?.connection.addresses]).toEqual([['http', REQUEST], ADDRESSES]);
    const outside = await new LookedAt(TRUSTING, { remote }).send(LINE + REQUEST);
    expect(outside.refused).toEqual([[expect.any(RemoteProtocolError), { local: OWN.local, remote }]]);
  });

  it('a peer of unknown address is never trusted', async () => {
    const options = { http: () => undefined, proxyProtocol: { trusted: ['0.0.0.0/0', '::/0', 'unix'] } };
    const demultiplexer = new PortDemultiplexer(options);
    const piped = new Duplex({ read: () => undefined, write: () => undefined });
    demultiplexer.accept(piped);
    piped.push(LINE);
    await settled();
    expect([demultiplexer.refusedConnections, piped.writableEnded]).toEqual([1, true]);
    piped.destroy();
  });
});

describe('where a PROXY header is required', () => {
  const REQUIRING = { proxyProtocol: { trusted: ['127.0.0.1'], required: true } };

  it('where a PROXY header is required, connections with one continue', async () => {
    const looked = await new LookedAt(REQUIRING).send(LINE + REQUEST);
    expect(looked.outcome).toEqual(['http', REQUEST]);
  });

  it.each(CONNECTIONS)(
    'where a PROXY header is required, others are refused, for %s: %j',
    async (_name, text) => {
      const looked = await new LookedAt(REQUIRING).send(text);
      expect([looked.outcome, looked.ended, looked.leftOvers]).toEqual([undefined, true, NOTHING_LEFT]);
      expect(looked.refused[0]?.[0]).toMatchObject({ code: 'ERR_HTTP_SESSION_BAD_PROXY_HEADER' });
    },
  );
});

describe('the timer of the first bytes', () => {
  const TIMEOUT = 1_000;
  const options = { ...TRUSTING, timers: { firstByte: TIMEOUT } };

  it.each([
    ['nothing', ''],
    ['half a method', 'GE'],
    ['half a preface', PREFACE.slice(0, 20)],
    ['half a PROXY header', LINE.slice(0, 20)],
    ['a PROXY header and nothing else', BLOCK],
  ])('the timer of the first bytes closes a connection that sends %s', async (_what, text) => {
    const looked = await new LookedAt(options).send(text);
    await looked.pass(TIMEOUT - 1);
    expect([looked.ended, looked.demultiplexer.pendingConnections]).toEqual([false, 1]);
    await looked.pass(50);
    expect([looked.ended, looked.leftOvers]).toEqual([true, NOTHING_LEFT]);
    expect(looked.refused).toEqual([[expect.any(TimeoutError), expect.anything()]]);
    expect(looked.refused[0]?.[0]).toMatchObject({ timer: 'firstByte', timeout: TIMEOUT });
  });

  it('the timer of the first bytes covers the whole recognition: no byte restarts it', async () => {
    const looked = new LookedAt(options);
    for (const byte of LINE.slice(0, 11)) {
      await looked.send(byte);
      await looked.pass(TIMEOUT / 10);
    }
    expect([looked.ended, looked.leftOvers]).toEqual([true, NOTHING_LEFT]);
  });

  it('the timer of the first bytes has a default, and 0 disables it', async () => {
    const { value } = TIMEOUTS.firstByteTimeout;
    const looked = new LookedAt();
    const patient = new LookedAt({ timers: { firstByte: 0 } });
    await looked.pass(value - 1);
    expect(looked.ended).toBe(false);
    await looked.pass(50);
    await patient.pass(100 * value);
    expect([looked.ended, patient.ended]).toEqual([true, false]);
    await patient.send(REQUEST);
    expect(patient.outcome).toEqual(['http', REQUEST]);
  });
});

describe('a connection that ends while it is looked at', () => {
  const cuts = [...singleByteCuts(PREFACE.indexOf('SM'))].map((length) => PREFACE.slice(0, length));
  const beginnings = ['', ...cuts, LINE.slice(0, 9), BLOCK.slice(0, 20), BLOCK];

  it.each([
    ['FIN', (looked: LookedAt) => looked.fin()],
    ['RST', (looked: LookedAt) => looked.reset()],
    [
      'FIN, then RST',
      async (looked: LookedAt) => {
        looked.socket.fin();
        await looked.reset();
      },
    ],
    [
      'an error of the socket',
      async (looked: LookedAt) => {
        looked.near.destroy(new Error('broken'));
        await settled();
      },
    ],
    [
      'close()',
      async (looked: LookedAt) => {
        await looked.demultiplexer.close();
        await settled();
      },
    ],
  ])(
    'a connection that ends during recognition by %s leaves nothing behind, at any byte',
    async (_what, end) => {
      const faults = await faultsDuring(async () => {
        for (const text of beginnings) {
          const looked = await new LookedAt(TRUSTING).send(text);
          await end(looked);
          expect([text, looked.outcome, looked.leftOvers]).toEqual([text, undefined, NOTHING_LEFT]);
          expect(looked.refused).toEqual([]);
          expect(looked.clock.pendingTimers).toBeLessThanOrEqual(1);
        }
      });
      expect(faults).toEqual([]);
    },
  );

  it('a connection that ends before recognition is forgotten', async () => {
    const { server } = createMemoryPair();
    server.destroy(new Error('gone'));
    server.on('error', () => undefined);
    const demultiplexer = new PortDemultiplexer({ http: () => undefined });
    demultiplexer.accept(server);
    await settled();
    expect(demultiplexer.pendingConnections).toBe(0);
  });

  it('a reset right after routing concerns only the new owner', async () => {
    const looked = new LookedAt({ http: () => undefined });
    await looked.send(REQUEST);
    await looked.reset();
    expect(looked.near.errored).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a route', () => {
  it('a route to an HTTPServer gets the socket and the addresses of the PROXY header, and no others', async () => {
    const accepted: unknown[] = [];
    const http = {
      accept: (socket: Duplex, addresses?: ConnectionAddresses) => accepted.push([socket, addresses]),
    };
    const plain = await new LookedAt({ http }).send(REQUEST);
    const proxied = await new LookedAt({ http, ...TRUSTING }).send(LINE + REQUEST);
    const given = await new LookedAt({ http }, { remote: PEER }).send(REQUEST);
    expect(accepted).toEqual([
      [plain.near, undefined],
      [proxied.near, ADDRESSES],
      [given.near, { remote: PEER }],
    ]);
  });

  it('a route may be another demultiplexer', async () => {
    const last = new LookedAt({ fallback: undefined });
    const first = new LookedAt({ ...TRUSTING, http: last.demultiplexer });
    await first.send(LINE + REQUEST);
    expect(last.outcome).toEqual(['http', REQUEST]);
    expect(last.routed[0]?.connection.addresses).toEqual(ADDRESSES);
  });

  it('a route to another server gets the connection as its own, with the addresses of the header', async () => {
    const sockets: net.Socket[] = [];
    const http = new EventEmitter().on('connection', (socket: net.Socket) => sockets.push(socket));
    await new LookedAt({ http, ...TRUSTING }).send(REQUEST);
    await new LookedAt({ http, ...TRUSTING }).send(LINE + REQUEST);
    expect(sockets.map(({ remoteAddress, localPort }) => [remoteAddress, localPort])).toEqual([
      ['127.0.0.1', 80],
      ['192.0.2.1', 443],
    ]);
    const proxied = sockets[1] as net.Socket;
    expect(proxied.remotePort).toBe(56_324);
    expect(proxied.remoteFamily).toBe('IPv4');
    expect(new Transport(proxied).remoteAddress).toEqual(ADDRESSES.remote);
  });

  it.each([true, false])(
    'a route gets sockets as it would have made them itself: half-open %p',
    async (allowHalfOpen) => {
      const http = Object.assign(new EventEmitter(), { allowHalfOpen }).on('connection', () => undefined);
      const looked = new LookedAt({ http });
      looked.near.allowHalfOpen = !allowHalfOpen;
      await looked.send(REQUEST);
      expect(looked.near.allowHalfOpen).toBe(allowHalfOpen);
    },
  );

  const failing: readonly (readonly [string, unknown])[] = [
    [
      'a function that throws',
      () => {
        throw new RangeError('broken route');
      },
    ],
    ['a function that rejects', () => Promise.reject(new RangeError('broken route'))],
    [
      'an acceptor that throws',
      {
        accept: () => {
          throw new RangeError('broken route');
        },
      },
    ],
    [
      'a listener that throws',
      new EventEmitter().on('connection', () => {
        throw new RangeError('broken route');
      }),
    ],
    ['a server that does not listen for connections', new EventEmitter()],
  ];
  it.each(failing)('a route that fails is a fault, and the socket is destroyed: %s', async (what, http) => {
    const faults = await faultsDuring(async () => {
      const looked = await new LookedAt({ http: http as never }).send(REQUEST);
      expect([looked.leftOvers, looked.refused]).toEqual([NOTHING_LEFT, []]);
    });
    expect(faults).toMatchObject([
      {
        where: 'handler',
        error: what.startsWith('a server') ? expect.any(Error) : { message: 'broken route' },
      },
    ]);
  });

  it('a route that fails does not affect other connections', async () => {
    const faults = await faultsDuring(async () => {
      const looked = new LookedAt({
        http: () => {
          throw new RangeError('broken route');
        },
      });
      const { client, server } = createMemoryPair();
      looked.demultiplexer.accept(server);
      await looked.send(REQUEST);
      client.write(CLIENT_HELLO, 'latin1');
      await settled();
      expect(looked.outcome).toEqual(['tls', CLIENT_HELLO]);
    });
    expect(faults).toHaveLength(1);
  });
});

describe('the listener of refusals', () => {
  it('a refusal listener that throws is a fault, and the connection is refused all the same', async () => {
    const onRefused = (): void => {
      throw new RangeError('broken listener');
    };
    const faults = await faultsDuring(async () => {
      const looked = await new LookedAt({ onRefused }).send(LINE);
      expect([looked.ended, looked.leftOvers]).toEqual([true, NOTHING_LEFT]);
    });
    expect(faults).toMatchObject([{ where: 'listener', error: { message: 'broken listener' } }]);
  });
});

describe('the options of a demultiplexer', () => {
  const route = (): void => undefined;
  const bad: readonly (readonly [unknown, typeof Error])[] = [
    [{}, TypeError],
    [{ http: undefined }, TypeError],
    [{ http: null }, TypeError],
    [{ http: {} }, TypeError],
    [{ tls: 'tls' }, TypeError],
    [{ fallback: { accept: true } }, TypeError],
    [{ http: route, timers: { firstByte: -1 } }, RangeError],
    [{ http: route, timers: { firstByte: '1' } }, TypeError],
    [{ http: route, onRefused: true }, TypeError],
    [{ http: route, proxyProtocol: {} }, TypeError],
    [{ http: route, proxyProtocol: { trusted: '127.0.0.1' } }, TypeError],
    [{ http: route, proxyProtocol: { trusted: ['localhost'] } }, TypeError],
  ];
  it.each(bad)('bad options of a demultiplexer are refused in the constructor: %p', (options, kind) => {
    expect(thrown(() => new PortDemultiplexer(options as never))).toBeInstanceOf(kind);
  });

  it('each option of a demultiplexer may be undefined', async () => {
    const looked = await new LookedAt({
      timers: { firstByte: undefined },
      proxyProtocol: { trusted: ['127.0.0.1'], required: undefined },
      onRefused: undefined,
      tls: undefined,
    }).send(LINE + REQUEST);
    expect(looked.outcome).toEqual(['http', REQUEST]);
  });
});
