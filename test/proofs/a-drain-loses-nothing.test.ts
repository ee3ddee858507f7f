import { describe, expect, it } from '@jest/globals';
import net from 'node:net';
import { once } from 'node:events';

import { HTTPServer } from '../../src/server/index.js';
import type { RequestHandler } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../src/transport/index.js';
import { sized } from '../support/thoroughness.js';

/*
 * A shutdown neither hangs nor cuts off a live request. Simulated servers are drained at a random instant, while clients
 * keep sending POSTs, each with its own number, over connections with a latency.
 */

const SERVERS = sized(250, 25);
const CLIENTS = 400;
/** How many servers one test takes, so that none runs for long on a busy machine. */
const PORTION = 25;
const GRACE = 1_000;
/** Milliseconds a client thinks between two requests at the most: less than the grace, less two latencies. */
const THINKING = 400;
const LATENCY = 5;

/** A generator of pseudo-random numbers, so that a seed reproduces a failure (Lehmer, 2^31 - 1). */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What all clients of all servers have seen. */
const tally = { runs: 0, sent: 0, answered: 0, crossed: 0, lost: [] as string[] };

/** A client that sends POSTs, one after another, until the server says that the connection closes. */
class LoopingClient {
  readonly #socket: MemorySocket;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #name: string;
  #count = 0;
  #text = '';
  #isWaiting = false;
  #isOver = false;

  constructor(socket: MemorySocket, clock: VirtualClock, random: () => number, name: string) {
    this.#socket = socket;
    this.#clock = clock;
    this.#random = random;
    this.#name = name;
    socket.on('data', (chunk: Buffer) => {
      this.#heard(chunk.toString('latin1'));
    });
    socket.on('end', () => {
      this.#ended();
    });
    socket.on('error', (error: Error) => {
      tally.lost.push(`${name}: ${error.message}`);
    });
    this.#think();
  }

  #think(): void {
    this.#clock.setTimeout(
      () => {
        this.#send();
      },
      Math.floor(this.#random() * THINKING),
    );
  }

  #send(): void {
    // A client that has seen the end of its connection would go to another server: not a failure.
    if (this.#isOver) return;
    const id = `${this.#name}.${String(this.#count++)}`;
    this.#isWaiting = true;
    tally.sent++;
    this.#socket.write(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(id.length)}\r\n\r\n${id}`,
      'latin1',
    );
  }

  #heard(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf('\r\n\r\n');
    if (end === -1) return;
    if (!this.#text.startsWith('HTTP/1.1 204 ') || !this.#isWaiting)
      tally.lost.push(`${this.#name}: ${text}`);
    const isLast = this.#text.includes('\r\nConnection: close\r\n');
    this.#text = '';
    this.#isWaiting = false;
    tally.answered++;
    if (isLast) {
      tally.crossed++;
      this.#isOver = true;
      this.#socket.end();
    } else this.#think();
  }

  #ended(): void {
    if (this.#isWaiting) tally.lost.push(`${this.#name}: closed before the answer`);
    this.#isOver = true;
    this.#socket.end();
  }
}

/** One server with its clients, from before the drain to the end of both. */
async function simulate(seed: number): Promise<{ duration: number; processed: Map<string, number> }> {
  const random = randomness(seed);
  const clock = new VirtualClock();
  const processed = new Map<string, number>();
  const handler: RequestHandler = async (request, response) => {
    const id = await request.text();
    processed.set(id, (processed.get(id) ?? 0) + 1);
    response.status = 204;
    response.end();
  };
  const server = new HTTPServer(handler, { clock });
  for (let client = 0; client < CLIENTS; client++) {
    const pair = createMemoryPair({ clock });
    pair.client.delay(LATENCY);
    pair.server.delay(LATENCY);
    server.serve(pair.server);
    new LoopingClient(pair.client, clock, random, `${String(seed)}/${String(client)}`);
    tally.runs++;
  }
  await clock.advance(Math.floor(random() * THINKING));
  const report = server.drain({ grace: GRACE });
  await clock.advance(GRACE + 1_000);
  const { duration } = await report;
  return { duration, processed };
}

const seeds = Array.from({ length: SERVERS }, (_, index) => index + 1);
const portions = Array.from({ length: SERVERS / PORTION }, (_, index) =>
  seeds.slice(index * PORTION, (index + 1) * PORTION),
);

describe(`a drain at a random instant, with ${String(SERVERS * CLIENTS)} clients`, () => {
  it.each(portions.map((portion) => [portion[0], portion.at(-1), portion] as const))(
    'a drain at a random instant loses and repeats no request to servers %i to %i, and ends in time',
    async (_first, _last, portion) => {
      const repeated: string[] = [];
      const before = tally.sent;
      let processedInAll = 0;
      for (const seed of portion) {
        const { duration, processed } = await simulate(seed);
        expect(duration).toBeLessThanOrEqual(GRACE + 1_000);
        processedInAll += processed.size;
        for (const [id, times] of processed) if (times > 1) repeated.push(id);
      }
      expect(repeated).toEqual([]);
      expect(tally.lost).toEqual([]);
      expect(tally.answered).toBe(tally.sent);
      expect(processedInAll).toBe(tally.sent - before);
    },
    60_000,
  );

  it('a drain at a random instant meets a request of more than 90% of the clients', () => {
    expect(tally.runs).toBe(SERVERS * CLIENTS);
    expect(tally.crossed).toBeGreaterThan(SERVERS * CLIENTS * 0.9);
  });
});

describe('a silent connection', () => {
  it('a connection that sends nothing does not delay the drain of a real server', async () => {
    const server = new HTTPServer((_request, response) => {
      response.end();
    });
    const { port } = await server.listen();
    const silent = net.connect(port, '127.0.0.1');
    await once(silent, 'connect');
    const { duration } = await server.drain({ grace: 100 });
    expect(duration).toBeLessThan(1_100);
    await once(silent.resume(), 'close');
  });
});
