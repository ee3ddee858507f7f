import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { HTTPServer } from '../../src/server/index.js';
import type { HTTPServerSession, RequestHandler } from '../../src/session/index.js';
import { createMemoryPair, deadlinesOf, VirtualClock } from '../../src/transport/index.js';
import { get } from '../support/http/served.js';
import { certificate, settled } from '../support/transport/sockets.js';

const uncaught: unknown[] = [];
const note = (error: unknown): void => {
  uncaught.push(error);
};

beforeAll(() => {
  process.on('uncaughtException', note).on('unhandledRejection', note);
});

afterAll(() => {
  process.off('uncaughtException', note).off('unhandledRejection', note);
  expect(uncaught).toEqual([]);
});

const UPGRADE = get('/', 'Connection: Upgrade\r\nUpgrade: test\r\n');

const TAKING: readonly [string, (session: HTTPServerSession, upgrade: () => Duplex) => Duplex][] = [
  ['response.upgrade()', (_session, upgrade) => upgrade()],
  ['session.detachSocket()', (session) => session.detachSocket().socket],
];

/** A client over TCP or TLS, and the socket on which it can be reset: that of a relay, since TLS owns its own. */
async function connected(
  kind: 'TCP' | 'TLS',
  port: number,
): Promise<{ client: Duplex; relayed: net.Socket }> {
  const relay = net.createServer();
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  const tcp = net.connect((relay.address() as net.AddressInfo).port, '127.0.0.1');
  const [inner] = (await once(relay, 'connection')) as [net.Socket];
  relay.close();
  const relayed = net.connect(port, '127.0.0.1').on('error', () => undefined);
  inner.pipe(relayed).pipe(inner);
  relayed.on('close', () => tcp.destroy());
  if (kind === 'TCP') return { client: tcp, relayed };
  const client = tls.connect({ socket: tcp, ca: certificate.cert, servername: 'localhost' });
  await once(
    client.on('error', () => undefined),
    'secureConnect',
  );
  return { client, relayed };
}

describe.each(['TCP', 'TLS'] as const)(
  'a reset between the hand-over of a socket and its adoption, over %s',
  (kind) => {
    it.each(TAKING)(
      'a reset before the socket is adopted through %s does not crash the process',
      async (_how, take) => {
        let taken: ((socket: Duplex) => void) | undefined;
        const given = new Promise<Duplex>((resolve) => (taken = resolve));
        const handler: RequestHandler = (request, response) => {
          const session = [...server.sessions].find(
            ({ id }) => id === request.sessionId,
          ) as HTTPServerSession;
          taken?.(take(session, () => response.upgrade().socket));
        };
        const server = new HTTPServer(handler);
        const { port } = await server.listen({ port: 0, ...(kind === 'TLS' && { tls: certificate }) });
        const { client, relayed } = await connected(kind, port);
        client.write(UPGRADE);
        const socket = await given;
        // During the very read that brought the request, a reset is an end to TLSSocket, in servers of node:tls too.
        await nextLoopTurn();
        relayed.resetAndDestroy();
        // The new owner is still looking the user up.
        await new Promise((resolve) => socket.on('close', resolve));
        expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
        expect(server.currentConnections).toBe(0);
        await server.stop();
        expect(uncaught).toEqual([]);
      },
    );
  },
);

type Step = 'reset' | 'fin' | 'data' | 'timeout' | 'detach' | 'adopt' | 'abandon';

const STEPS: readonly Step[] = ['reset', 'fin', 'data', 'timeout', 'detach', 'adopt', 'abandon'];

/** One connection that offers to switch, and everything that can happen to it in any order. */
class Window {
  readonly clock = new VirtualClock();
  readonly #pair = createMemoryPair({ clock: this.clock });
  readonly server: HTTPServer;
  readonly session: HTTPServerSession;
  #upgrade: (() => { socket: Duplex; head: Buffer }) | null = null;
  #taken: { socket: Duplex; head: Buffer } | null = null;
  sent = '';
  received = '';
  adopted = false;
  broken = false;

  constructor() {
    const handler: RequestHandler = (_request, response) => {
      this.#upgrade = () => response.upgrade();
    };
    this.server = new HTTPServer(handler, { clock: this.clock });
    this.session = this.server.serve(this.#pair.server);
    this.#pair.client.on('error', () => undefined).resume();
    this.#pair.client.write(UPGRADE, 'latin1');
  }

  async step(step: Step): Promise<void> {
    const { client } = this.#pair;
    if (step === 'reset') {
      this.broken ||= !client.destroyed;
      client.reset();
    } else if (step === 'fin') client.end();
    else if (step === 'data' && client.writable) {
      const piece = `<${String(this.sent.length)}>`;
      this.sent += piece;
      client.write(piece, 'latin1');
    } else if (step === 'timeout') await this.clock.advance(600_000);
    else if (step === 'detach') this.#detach();
    else if (step === 'adopt') this.#adopt();
    else if (step === 'abandon') this.#taken?.socket.destroy();
    await settled();
  }

  #detach(): void {
    if (this.#taken !== null) return;
    try {
      this.#taken = this.#upgrade?.() ?? null;
    } catch {
      // The connection is gone already, and the call says so.
    }
  }

  #adopt(): void {
    if (this.#taken === null || this.adopted) return;
    this.adopted = true;
    const { socket, head } = this.#taken;
    this.received += head.toString('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
  }

  get isTaken(): boolean {
    return this.#taken !== null;
  }

  get destroyed(): boolean {
    return this.#taken?.socket.destroyed ?? false;
  }

  async end(): Promise<void> {
    this.#taken?.socket.destroy();
    await this.server.stop();
    await settled();
  }
}

describe('any interleaving of reset, FIN, data, timeout, detach, adopt and abandon', () => {
  it('any interleaving never crashes the process, loses no byte and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { maxLength: 10 }), async (steps) => {
        const window = new Window();
        await settled();
        for (const step of steps) await window.step(step);
        if (window.isTaken) expect(window.session.state).toBe('detached');
        // What was sent and not destroyed on the way has arrived, in order; nothing arrives twice.
        if (window.adopted && !window.broken && !window.destroyed) expect(window.received).toBe(window.sent);
        else expect(window.sent.startsWith(window.received)).toBe(true);
        await window.end();
        expect(window.server.currentConnections).toBe(0);
        expect(deadlinesOf(window.clock).armedCount).toBe(0);
        await nextLoopTurn();
        expect(uncaught).toEqual([]);
      }),
      { numRuns: 400, seed: 4 },
    );
  });
});

describe('a socket that is never adopted', () => {
  it('a socket that is never adopted is destroyed with its server', async () => {
    let socket: Duplex | undefined;
    const server = new HTTPServer((_request, response) => {
      ({ socket } = response.upgrade());
    });
    const { port } = await server.listen();
    const client = net.connect(port, '127.0.0.1').on('error', () => undefined);
    client.write(UPGRADE);
    while (socket === undefined) await nextLoopTurn();
    const closed = once(client.resume(), 'close');
    await server.drain({ grace: 0, deadline: 50 });
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
