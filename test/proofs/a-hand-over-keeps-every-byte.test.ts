import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WebSocketServer } from 'ws';

import { asIncomingMessage } from '../../src/adapters/node/index.js';
import { HTTPServer } from '../../src/server/index.js';
import { HTTPServerSession } from '../../src/session/index.js';
import { createMemoryPair } from '../../src/transport/index.js';
import { get, post } from '../support/http/served.js';
import { certificate, settled } from '../support/transport/sockets.js';

/** A duplex that this package knows nothing of, over one end of a memory pair. */
function plainDuplex(inner: Duplex): Duplex {
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => inner.resume(),
    write: (chunk, encoding, done) => inner.write(chunk, encoding, done),
    final: (done) => inner.end(done),
    destroy: (error, done) => {
      inner.destroy();
      done(error);
    },
  });
  inner.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) inner.pause();
  });
  inner.on('end', () => duplex.push(null));
  return duplex;
}

/** Reads messages off a session until it detaches, and then everything that is left. */
async function conserve(
  far: Duplex,
  near: Duplex,
  pieces: readonly string[],
  requests: number,
): Promise<void> {
  const sent = pieces.join('');
  let parsed = '';
  let rest = '';
  let detached = false;
  const session = new HTTPServerSession(near);
  const detach = (): void => {
    detached = true;
    const { socket, head } = session.detachSocket();
    rest += head.toString('latin1');
    socket.on('data', (chunk: Buffer) => (rest += chunk.toString('latin1')));
  };
  if (requests === 0) detach();
  else {
    session.serve(async (request, response) => {
      const body = await request.text();
      const text = request.method === 'GET' ? get(request.uri) : post(body, '', request.uri);
      parsed += text;
      if (session.answered + 1 === requests) detach();
      else response.end();
    });
  }
  for (const piece of pieces) {
    far.write(piece, 'latin1');
    await settled();
  }
  far.resume();
  for (let turn = 0; turn < 20_000 && (!detached || (parsed + rest).length < sent.length); turn++)
    await settled();
  expect(parsed + rest).toBe(sent);
  far.destroy();
  near.destroy();
}

const STREAM = get('/1') + post('hello', '', '/2') + get('/3') + 'what follows is no HTTP: \x00\x01\xff';

const plan = fc.record({
  cuts: fc.array(fc.integer({ min: 1, max: STREAM.length - 1 }), { maxLength: 6 }),
  requests: fc.integer({ min: 0, max: 3 }),
});

function cutAt(cuts: readonly number[]): string[] {
  const places = [0, ...new Set([...cuts].sort((a, b) => a - b)), STREAM.length];
  return places.slice(1).map((end, index) => STREAM.slice(places[index], end));
}

describe('bytes parsed, handed over and left in the socket are the bytes sent, in order', () => {
  it.each([
    ['a memory pair', (near: Duplex) => near],
    ['a Duplex from elsewhere', plainDuplex],
  ])('a hand-over over %s keeps every byte in order, for any split and any moment', async (_name, wrap) => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ cuts, requests }) => {
        const pair = createMemoryPair();
        await conserve(pair.client, wrap(pair.server), cutAt(cuts), requests);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  it.each(['TCP', 'TLS'])('a hand-over over %s keeps every byte in order', async (kind) => {
    const server = kind === 'TCP' ? net.createServer({ allowHalfOpen: true }) : tls.createServer(certificate);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    await fc.assert(
      fc.asyncProperty(plan, async ({ cuts, requests }) => {
        const accepted = once(server, kind === 'TCP' ? 'connection' : 'secureConnection');
        const client =
          kind === 'TCP'
            ? net.connect({ port, host: '127.0.0.1', noDelay: true })
            : tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
        const [near] = (await accepted) as [net.Socket];
        await conserve(client, near, cutAt(cuts), requests);
      }),
      { numRuns: 25, seed: 6 },
    );
    server.close();
  });
});

describe('frames that come together with the request to upgrade', () => {
  /** A text frame of a client, masked with zeros (RFC 6455 section 5.2). */
  const frame = (text: string): Buffer =>
    Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

  it('frames that come with the upgrade request all reach `ws`, wherever they are cut', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const received: string[] = [];
    const server = new HTTPServer((request, response) => {
      const { socket, head } = response.upgrade();
      sockets.handleUpgrade(asIncomingMessage(request), socket, head, (accepted) => {
        accepted.on('message', (message: Buffer) => received.push(String(message)));
      });
    });
    const fields = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n`;
    const stream = Buffer.concat([Buffer.from(get('/', fields)), frame('one'), frame('two')]);
    for (let cut = 1; cut <= stream.length; cut++) {
      received.length = 0;
      const pair = createMemoryPair();
      server.serve(pair.server);
      pair.client.on('error', () => undefined).resume();
      pair.client.write(stream.subarray(0, cut));
      await settled();
      if (cut < stream.length) pair.client.write(stream.subarray(cut));
      for (let turn = 0; turn < 20 && received.length < 2; turn++) await settled();
      expect(received).toEqual(['one', 'two']);
      pair.client.destroy();
    }
    await server.stop();
  });
});

describe('a tunnel by CONNECT', () => {
  it('a CONNECT tunnel passes bytes both ways, those that came with the request first', async () => {
    const server = new HTTPServer((_request, response) => {
      const { socket, head } = response.switchProtocol();
      socket.unshift(head);
      socket.pipe(socket);
    });
    const pair = createMemoryPair();
    server.serve(pair.server);
    let text = '';
    pair.client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    pair.client.write('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly, ', 'latin1');
    await settled();
    pair.client.write('late');
    await settled();
    expect(text).toBe('HTTP/1.1 200 OK\r\n\r\nearly, late');
    await server.stop();
  });
});
