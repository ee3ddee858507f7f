import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { InvalidStateError, type HTTPSessionError } from '../../../src/errors/index.js';
import { PortDemultiplexer, type ConnectionAcceptor } from '../../../src/server/demultiplexer/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { createMemoryPair, type ConnectionAddresses, type MemoryPair } from '../../../src/transport/index.js';
import { responseIn } from '../../support/http/messages.js';
import { echoBody, echoPath, get } from '../../support/http/served.js';
import { ipv4Block, proxyBlock } from '../../support/protocol/proxy-headers.js';
import { rejection, thrown } from '../../support/transport/promises.js';
import { certificate, countingBytes, readAll as readToEnd } from '../../support/transport/sockets.js';
import { faultsDuring } from '../../support/server/faults.js';
import { Published } from '../../support/server/published.js';
import { until } from '../../support/transport/until.js';
import { connectSlowly, sendSlowly } from '../../support/server/slowly.js';

const HOST = '127.0.0.1';
const LINE = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n', 'latin1');
const BLOCK = proxyBlock(0x21, 0x11, ipv4Block('192.0.2.1', '198.51.100.7', 56_324, 443));
const CLIENT = { address: '192.0.2.1', port: 56_324, family: 'IPv4' };
const NO_HEADER = Buffer.alloc(0);
const CLOSE = 'Connection: close\r\n';

/** A server of ours behind a demultiplexer; which addresses it is told is written down. */
class Acceptor implements ConnectionAcceptor {
  readonly server: HTTPServer;
  readonly told: (ConnectionAddresses | undefined)[] = [];

  constructor(handler: RequestHandler) {
    this.server = new HTTPServer(handler);
  }

  accept(connection: Duplex, addresses?: ConnectionAddresses): void {
    this.told.push(addresses);
    this.server.accept(connection, addresses);
  }
}

/** Echoes, byte for byte, to the end. */
function echo(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
}

function connect(port: number): net.Socket {
  // Told by the reading as well.
  return net.connect({ port, host: HOST, noDelay: true, allowHalfOpen: true }).on('error', () => undefined);
}

/** Reads to the end, and then closes: the other side may be waiting for this one. */
async function readAll(socket: Duplex): Promise<Buffer> {
  const bytes = await readToEnd(socket);
  socket.destroy();
  return bytes;
}

async function ask(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(port);
  for (const piece of pieces) socket.write(piece);
  return (await readAll(socket)).toString('latin1');
}

describe('one port', () => {
  const served = new Acceptor(async (request, response) => {
    response.set('Client', String(request.clientAddress()?.address));
    if (request.method === 'GET') response.end(request.path);
    else await echoBody(request, response);
  });
  const secure = tls.createServer(certificate, (socket) => {
    served.accept(socket);
  });
  const second = http2.createServer((request, response) => {
    response.setHeader('path', request.url);
    response.setHeader('client', String(request.socket.remoteAddress));
    request.pipe(response);
  });
  const refused: HTTPSessionError[] = [];
  const demultiplexer = new PortDemultiplexer({
    http: served,
    tls: secure,
    http2: second,
    fallback: echo,
    proxyProtocol: { trusted: [HOST] },
    onRefused: (error) => refused.push(error),
  });
  let port: number;

  beforeAll(async () => {
    ({ port } = await demultiplexer.listen());
  });

  beforeEach(() => {
    served.told.length = 0;
    refused.length = 0;
  });

  afterAll(async () => {
    await demultiplexer.close();
    await served.server.stop();
  });

  const HEADERS: readonly (readonly [string, Buffer])[] = [
    ['no PROXY header', NO_HEADER],
    ['a PROXY header of version 1', LINE],
    ['a PROXY header of version 2', BLOCK],
  ];

  describe.each(HEADERS)('after %s', (_what, header) => {
    it('one port serves HTTP/1', async () => {
      const answer = await ask(port, Buffer.concat([header, Buffer.from(get('/first', CLOSE))]));
      const { body, fields } = responseIn(answer);
      expect([body, fields]).toEqual([
        '/first',
        expect.arrayContaining([`Client: ${header === NO_HEADER ? HOST : CLIENT.address}`]),
      ]);
      expect(served.told.map((addresses) => addresses?.remote)).toEqual([
        header === NO_HEADER ? undefined : CLIENT,
      ]);
    });

    it('one port serves HTTP/1 byte by byte', async () => {
      const socket = connect(port);
      const answer = readAll(socket);
      await sendSlowly(socket, Buffer.concat([header, Buffer.from(get('/slow', CLOSE))]));
      expect(responseIn((await answer).toString('latin1')).body).toBe('/slow');
    });

    const secured = async (raw: Duplex): Promise<string> => {
      const socket = tls.connect({ socket: raw, ca: certificate.cert, servername: 'localhost' });
      socket.write(get('/secret', CLOSE));
      return (await readAll(socket)).toString('latin1');
    };

    it('one port serves TLS', async () => {
      const raw = connect(port);
      raw.write(header);
      expect(responseIn(await secured(raw)).body).toBe('/secret');
    });

    it('one port serves TLS byte by byte', async () => {
      expect(responseIn(await secured(await connectSlowly(port, header))).body).toBe('/secret');
    });

    const second = async (raw: Duplex, body: Buffer): Promise<unknown> => {
      const session = http2.connect('http://localhost', { createConnection: () => raw });
      const stream = session.request({ ':method': 'POST', ':path': '/second' });
      const head = once(stream, 'response') as Promise<[http2.IncomingHttpHeaders]>;
      stream.end(body);
      const echoed = await readAll(stream);
      const [{ path, client }] = await head;
      session.destroy();
      expect(client).toBe(header === NO_HEADER ? HOST : CLIENT.address);
      return [path, echoed.equals(body)];
    };

    it('one port serves HTTP/2', async () => {
      const raw = connect(port);
      raw.write(header);
      expect(await second(raw, countingBytes(1024 * 1024))).toEqual(['/second', true]);
    });

    it('one port serves HTTP/2 byte by byte', async () => {
      expect(await second(await connectSlowly(port, header), countingBytes(100))).toEqual(['/second', true]);
    });

    it('one port gives everything else to the fallback, byte for byte', async () => {
      const bytes = countingBytes(5 * 1024 * 1024);
      const socket = connect(port);
      socket.write(header);
      socket.end(bytes);
      expect((await readAll(socket)).equals(bytes)).toBe(true);
    });

    it('one port gives everything else to the fallback, byte by byte', async () => {
      const socket = connect(port);
      const echoed = readAll(socket);
      const greeting = Buffer.from('SSH-2.0-OpenSSH_8.9p1 Ubuntu-3\r\n\0\0\0\x01');
      await sendSlowly(socket, Buffer.concat([header, greeting]));
      socket.end();
      expect((await echoed).toString()).toBe(greeting.toString());
    });

    it('one port loses nothing of what comes in one piece with the first bytes', async () => {
      const body = countingBytes(3 * 1024 * 1024);
      const length = `Content-Length: ${String(body.length)}`;
      const head = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}${length}\r\n\r\n`);
      const socket = connect(port);
      socket.write(Buffer.concat([header, head, body]));
      const answer = await readAll(socket);
      expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true);
    });
  });

  it('one port refuses a second PROXY header, and a malformed one', async () => {
    expect(await ask(port, LINE, BLOCK, get())).toBe('');
    expect(await ask(port, 'PROXY TCP4 me you 1 2\r\n', get())).toBe('');
    expect(refused.map(({ code }) => code)).toEqual(Array(2).fill('ERR_HTTP_SESSION_BAD_PROXY_HEADER'));
  });

  it('one port serves a hundred connections of all kinds at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const header = [NO_HEADER, LINE, BLOCK][index % 3] as Buffer;
        if (index % 2 === 0) return ask(port, header, get(`/${String(index)}`, CLOSE));
        const socket = connect(port);
        socket.write(header);
        socket.end(`\0${String(index)}`);
        return readAll(socket).then(String);
      }),
    );
    const bodies = answers.map((answer, index) =>
      index % 2 === 0 ? responseIn(answer).body : answer.slice(1),
    );
    expect(bodies).toEqual(
      answers.map((_, index) => (index % 2 === 0 ? `/${String(index)}` : String(index))),
    );
    expect(demultiplexer.pendingConnections).toBe(0);
  });

  it('one port survives resets at any byte, during recognition and right after', async () => {
    const faults = await faultsDuring(async () => {
      for (const bytes of [
        LINE,
        BLOCK,
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.from(get()),
      ]) {
        for (let length = 0; length <= bytes.length; length += 3) {
          const socket = connect(port);
          await once(socket, 'connect');
          await new Promise<void>((resolve) => {
            socket.write(bytes.subarray(0, length), () => {
              resolve();
            });
          });
          socket.resetAndDestroy();
          await once(socket, 'close');
        }
      }
      expect(responseIn(await ask(port, get('/alive', CLOSE))).body).toBe('/alive');
    });
    expect(faults).toEqual([]);
  });
});

/** Runs with a demultiplexer that listens; it is closed at the end. */
async function listening(
  options: ConstructorParameters<typeof PortDemultiplexer>[0],
  use: (port: number, demultiplexer: PortDemultiplexer) => Promise<void>,
): Promise<void> {
  await using demultiplexer = new PortDemultiplexer(options);
  const { port } = await demultiplexer.listen();
  await use(port, demultiplexer);
}

describe('a peer that is not trusted', () => {
  it('a peer that is not trusted is refused with a PROXY header, and served without', async () => {
    const served = new Acceptor(echoPath);
    const refused: unknown[] = [];
    const options = {
      http: served,
      fallback: echo,
      proxyProtocol: { trusted: ['192.0.2.0/24'] },
      onRefused: (error: HTTPSessionError, addresses: ConnectionAddresses) => {
        refused.push([error.code, addresses.remote?.address]);
      },
    };
    await listening(options, async (port, demultiplexer) => {
      expect(await ask(port, LINE, get('/forged', CLOSE))).toBe('');
      expect(await ask(port, BLOCK, get('/forged', CLOSE))).toBe('');
      expect(responseIn(await ask(port, get('/direct', CLOSE))).body).toBe('/direct');
      expect(refused).toEqual(Array(2).fill(['ERR_HTTP_SESSION_BAD_PROXY_HEADER', HOST]));
      expect([demultiplexer.refusedConnections, served.told]).toEqual([2, [undefined]]);
    });
  });

  it('an untrusted peer is recognised by its own address also on a dual-stack port', async () => {
    const served = new Acceptor(echoPath);
    await using demultiplexer = new PortDemultiplexer({ http: served, proxyProtocol: { trusted: [HOST] } });
    const { port } = await demultiplexer.listen({ port: 0, host: '::' });
    expect(responseIn(await ask(port, LINE, get('/', CLOSE))).body).toBe('/');
    expect(served.told).toMatchObject([{ remote: CLIENT }]);
  });

  it('a peer over a Unix domain socket is trusted where those are', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    const path = join(folder, 'port.sock');
    try {
      for (const trusted of [['unix'], ['127.0.0.1', '::1']]) {
        const served = new Acceptor(echoPath);
        await using demultiplexer = new PortDemultiplexer({ http: served, proxyProtocol: { trusted } });
        expect(await demultiplexer.listen({ path })).toEqual({ address: path, family: 'unix', port: 0 });
        const socket = net.connect(path).on('error', () => undefined);
        socket.write(Buffer.concat([LINE, Buffer.from(get('/', CLOSE))]));
        const answer = (await readAll(socket)).toString();
        expect([trusted, answer.startsWith('HTTP/1.1 200')]).toEqual([trusted, trusted.includes('unix')]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('servers of node:http behind a demultiplexer', () => {
  it('servers of node:http behind a demultiplexer see the client of the PROXY header, and lose nothing', async () => {
    const body = countingBytes(1024 * 1024);
    const server = http.createServer((request, response) => {
      response.setHeader(
        'client',
        `${String(request.socket.remoteAddress)} ${String(request.socket.remotePort)}`,
      );
      request.pipe(response);
    });
    await listening({ http: server, proxyProtocol: { trusted: [HOST] } }, async (port) => {
      for (const header of [LINE, BLOCK]) {
        const socket = connect(port);
        await sendSlowly(socket, header);
        socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(body.length)}\r\n${CLOSE}\r\n`);
        socket.write(body);
        const answer = (await readAll(socket)).toString('latin1');
        const response = responseIn(answer.replaceAll('transfer-encoding', 'Transfer-Encoding'));
        expect(response.fields).toContain('client: 192.0.2.1 56324');
        expect(Buffer.from(response.body, 'latin1').equals(body)).toBe(true);
      }
    });
  });

  it('servers of node:http behind a demultiplexer close connections themselves when the client does, as they would with a port of their own', async () => {
    const server = net.createServer((socket) => socket.on('error', () => undefined).resume());
    const closed = new Promise((resolve) => {
      server.on('connection', (socket) => socket.on('close', resolve));
    });
    await listening({ fallback: server }, async (port) => {
      const socket = connect(port);
      socket.end('\0');
      await readAll(socket);
      await closed;
    });
  });
});

describe('TLS in front of a server of ours', () => {
  it('TLS in front of an HTTPServer keeps the addresses of the PROXY header when a function takes it off', async () => {
    await using server = new HTTPServer((request, response) => {
      response.end(`${String(request.secure)} ${String(request.clientAddress()?.address)}`);
    });
    const secureContext = tls.createSecureContext(certificate);
    const secure = (socket: Duplex, { addresses }: { addresses: ConnectionAddresses }): void => {
      server.accept(new tls.TLSSocket(socket, { isServer: true, secureContext }), addresses);
    };
    await listening({ tls: secure, proxyProtocol: { trusted: [HOST] } }, async (port) => {
      // What is no TLS after all ends that connection alone.
      await ask(port, BLOCK, Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]), 'nonsense');
      for (const header of [NO_HEADER, LINE, BLOCK]) {
        const raw = connect(port);
        raw.write(header);
        const socket = tls.connect({ socket: raw, ca: certificate.cert, servername: 'localhost' });
        socket.write(get('/', CLOSE));
        const { body } = responseIn((await readAll(socket)).toString('latin1'));
        expect(body).toBe(`true ${header === NO_HEADER ? HOST : CLIENT.address}`);
      }
    });
  });

  it('TLS in front of an HTTPServer can be looked into: HTTP/1 and HTTP/2 inside of one TLS port', async () => {
    const inner = new PortDemultiplexer({
      http: new Acceptor(echoPath),
      http2: http2.createServer((request, response) => {
        response.end(`second ${request.url}`);
      }),
    });
    const secure = tls.createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      inner.accept(socket);
    });
    await listening({ tls: secure }, async (port) => {
      const first = tls.connect({ port, host: HOST, ca: certificate.cert, ALPNProtocols: ['http/1.1'] });
      first.write(get('/a', CLOSE));
      expect(responseIn((await readAll(first)).toString('latin1')).body).toBe('/a');
      const session = http2.connect(`https://${HOST}:${String(port)}`, { ca: certificate.cert });
      const stream = session.request({ ':path': '/b' });
      expect((await readAll(stream)).toString()).toBe('second /b');
      session.close();
      await once(session, 'close');
    });
    await inner.close();
  });
});

describe('the life of a demultiplexer', () => {
  const route = { http: echo };

  it('a demultiplexer has the life of a server: idle, listening, stopped, and again', async () => {
    const demultiplexer = new PortDemultiplexer(route);
    expect([demultiplexer.state, demultiplexer.address]).toEqual(['idle', null]);
    const address = await demultiplexer.listen();
    expect(address).toEqual({ address: HOST, family: 'IPv4', port: expect.any(Number) });
    expect([demultiplexer.state, demultiplexer.address]).toEqual(['listening', address]);
    expect(await rejection(demultiplexer.listen())).toBeInstanceOf(InvalidStateError);
    await demultiplexer.close();
    expect([demultiplexer.state, demultiplexer.address]).toEqual(['stopped', null]);
    await demultiplexer.listen({ port: address.port });
    await demultiplexer.close();
    await demultiplexer.close();
  });

  it('a demultiplexer keeps to the loopback also when the host is explicitly undefined', async () => {
    await using demultiplexer = new PortDemultiplexer(route);
    expect(await demultiplexer.listen({ port: 0, host: undefined })).toMatchObject({ address: HOST });
  });

  it('a demultiplexer fails to listen on a port in use, and can listen on another', async () => {
    await listening(route, async (port) => {
      await using second = new PortDemultiplexer(route);
      expect(await rejection(second.listen({ port }))).toMatchObject({ code: 'EADDRINUSE' });
      expect(second.state).toBe('stopped');
      await second.listen();
      expect(second.state).toBe('listening');
    });
  });

  it('a demultiplexer that is closed while its port opens leaves no port open', async () => {
    const demultiplexer = new PortDemultiplexer(route);
    const failure = rejection(demultiplexer.listen());
    await demultiplexer.close();
    expect(await failure).toMatchObject({ name: 'AbortedError' });
    expect([demultiplexer.state, demultiplexer.address]).toEqual(['stopped', null]);
  });

  it('closing a demultiplexer ends connections under recognition; routed ones continue', async () => {
    await listening({ fallback: echo }, async (port, demultiplexer) => {
      const handedOn = connect(port);
      handedOn.write('\0');
      await once(handedOn, 'data');
      const lookedAt = connect(port);
      lookedAt.write('GE');
      const ended = readAll(lookedAt);
      while (demultiplexer.pendingConnections === 0) await new Promise(setImmediate);
      await demultiplexer.close();
      expect([(await ended).length, demultiplexer.pendingConnections]).toEqual([0, 0]);
      handedOn.end('still there');
      expect((await readAll(handedOn)).toString()).toBe('still there');
      expect(await rejection(once(connect(port), 'connect'))).toMatchObject({ code: 'ECONNREFUSED' });
    });
  });

  it('a closed demultiplexer destroys the sockets it is given', async () => {
    const demultiplexer = new PortDemultiplexer(route);
    await demultiplexer.close();
    const socket = new net.Socket();
    expect([demultiplexer.accept(socket), socket.destroyed]).toEqual([false, true]);
    expect(thrown(() => demultiplexer.attach(net.createServer()))).toBeInstanceOf(InvalidStateError);
  });
});

describe('a demultiplexer that is attached to another server', () => {
  it('an attached demultiplexer takes the connections of the server until it is closed', async () => {
    const source = net.createServer();
    const others: net.Socket[] = [];
    const demultiplexer = new PortDemultiplexer({ fallback: echo });
    demultiplexer.attach(source);
    demultiplexer.attach(source);
    expect([demultiplexer.state, source.listenerCount('connection')]).toEqual(['idle', 1]);
    await once(source.listen(0, HOST), 'listening');
    const { port } = source.address() as net.AddressInfo;
    const socket = connect(port);
    socket.end('\0whatever');
    expect((await readAll(socket)).toString()).toBe('\0whatever');
    await demultiplexer.close();
    expect(source.listenerCount('connection')).toBe(0);
    source.on('connection', (other) => others.push(other.end()));
    await readAll(connect(port));
    expect(others).toHaveLength(1);
    source.close();
    await once(source, 'close');
  });

  it('an attached demultiplexer destroys sockets it cannot take, without a throw in the server', async () => {
    const source = net.createServer((socket) => socket.setEncoding('utf8'));
    await using demultiplexer = new PortDemultiplexer({ fallback: echo });
    demultiplexer.attach(source);
    await once(source.listen(0, HOST), 'listening');
    const faults = await faultsDuring(async () => {
      await readAll(connect((source.address() as net.AddressInfo).port));
    });
    expect(faults).toMatchObject([{ where: 'implementation', error: { name: 'TypeError' } }]);
    source.close();
    await once(source, 'close');
  });

  it('a demultiplexer refuses to attach to one of its own routes, which would be a loop', () => {
    const server = net.createServer();
    const demultiplexer = new PortDemultiplexer({ fallback: server });
    expect(thrown(() => demultiplexer.attach(server))).toBeInstanceOf(TypeError);
    expect(server.listenerCount('connection')).toBe(0);
  });
});

describe('maxPending', () => {
  it('maxPending closes one connection too many, reports it, and makes room when one is recognised or leaves', async () => {
    using published = new Published();
    const routed: Duplex[] = [];
    const refused: unknown[] = [];
    const demultiplexer = new PortDemultiplexer({
      fallback: (socket) => {
        routed.push(socket.on('error', () => undefined));
      },
      maxPending: 2,
      onRefused: ({ code }) => refused.push(code),
    });
    const pairs = Array.from({ length: 5 }, () => createMemoryPair());
    for (const { client } of pairs) client.on('error', () => undefined);
    const [first, second, third, fourth, fifth] = pairs as [
      MemoryPair,
      MemoryPair,
      MemoryPair,
      MemoryPair,
      MemoryPair,
    ];
    expect([first, second, third].map(({ server }) => demultiplexer.accept(server))).toEqual([
      true,
      true,
      false,
    ]);
    expect([third.server.destroyed, demultiplexer.refusedConnections]).toEqual([true, 1]);
    first.client.write('not HTTP\r\n');
    await until(() => routed.length === 1);
    expect(demultiplexer.accept(fourth.server)).toBe(true);
    second.client.destroy();
    await until(() => demultiplexer.pendingConnections === 1);
    expect(demultiplexer.accept(fifth.server)).toBe(true);
    expect(refused).toEqual(['ERR_HTTP_SESSION_TOO_MANY_CONNECTIONS']);
    expect(published.errors).toMatchObject([{ sessionId: 0, address: { address: HOST } }]);
    await demultiplexer.close();
  });

  it('maxPending is 1024 by default, and any number when it is 0', async () => {
    for (const [options, taken] of [
      [{}, 1_024],
      [{ maxPending: 0 }, 1_100],
    ] as const) {
      const demultiplexer = new PortDemultiplexer({ fallback: (socket) => socket.destroy(), ...options });
      let accepted = 0;
      for (let at = 0; at < 1_100; at++) {
        const { client, server } = createMemoryPair();
        client.on('error', () => undefined);
        if (demultiplexer.accept(server)) accepted++;
      }
      expect(accepted).toBe(taken);
      await demultiplexer.close();
    }
  });
});
