import { describe, expect, it } from '@jest/globals';

import { LIMITS, TIMEOUTS } from '../../src/constants.js';
import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import {
  createMemoryPair,
  deadlinesOf,
  VirtualClock,
  type SocketAddress,
} from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { get } from '../support/http/served.js';
import { settled } from '../support/transport/sockets.js';
import { sized } from '../support/thoroughness.js';

/*
 * Clients that hold connections with as little as they can, as slowhttptest does: silence, heads and bodies byte by byte,
 * answers that are not read. Caps hold at every moment, and honest clients are served meanwhile.
 */

const TICK = TIMEOUTS.timerGranularity.value;
const STEP = 250;
const MAX = 100;
/** How long an attack lasts, in milliseconds. */
const LASTS = sized(60_000, 15_000);

const UNCAPPED = sized(2_000, 400);

const TIMERS = {
  firstByte: 5_000,
  head: 5_000,
  bodyProgress: 5_000,
  sendProgress: 5_000,
  keepAlive: 5_000,
  linger: 1_000,
};

/** What a client does whose connection is open; called with each step of time. */
type Manner = (attacker: FarEnd, age: number) => void;

const CRLF_HEAD = 'GET /slow HTTP/1.1\r\nHost: test\r\n';
const POST_HEAD = 'POST /body HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n';

/** The kinds of slowhttptest, and plain silence. */
const MANNERS: Readonly<Record<string, Manner>> = {
  'silent connections': () => undefined,
  'slow heads': (attacker, age) => {
    const text = age === 0 ? CRLF_HEAD : `X-${String(age)}: y\r\n`;
    attacker.socket.write(text);
  },
  'slow bodies': (attacker, age) => {
    if (age === 0) attacker.socket.write(POST_HEAD);
    // One byte, and then nothing for longer than anybody waits.
    if (age === STEP) attacker.socket.write('x');
  },
  'slow reads': (attacker, age) => {
    if (age === 0) attacker.socket.write(get('/large'));
  },
};

/** A server under attack, in virtual time. */
class Siege {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly server: HTTPServer;
  /** Honest requests: how long each took from its connection to its answer. */
  readonly latencies: number[] = [];
  readonly refused: number[] = [];
  refusedAttackers = 0;
  readonly #manner: Manner;
  readonly #attackers = new Map<FarEnd, number>();
  readonly #sources: number;
  #attempts = 0;

  /** @param sources - addresses that the attackers have. */
  constructor(manner: Manner, params: HTTPServerParams, sources = 4) {
    this.#manner = manner;
    this.#sources = sources;
    this.server = new HTTPServer(
      async (request, response) => {
        if (request.path === '/body') await request.bytes();
        if (request.path === '/large') {
          for (let piece = 0; piece < 64; piece++) await response.write(Buffer.alloc(16_384));
        }
        response.end(request.path);
      },
      { clock: this.clock, timers: TIMERS, maxConnections: MAX, ...params },
    );
  }

  async begin(): Promise<this> {
    await this.server.listen();
    return this;
  }

  #connect(address: string, reads: boolean): FarEnd {
    const { client, server } = createMemoryPair({ clock: this.clock, highWaterMark: 4_096 });
    server.segment([4_096]);
    const remote: SocketAddress = { address, family: 'IPv4', port: 50_000 };
    this.server.accept(server, { remote });
    return new FarEnd(client, reads);
  }

  /** That many further attackers connect. */
  attack(count: number): void {
    for (let at = 0; at < count; at++) {
      const source = this.#attempts++ % this.#sources;
      const isReader = this.#manner === MANNERS['slow reads'];
      this.#attackers.set(this.#connect(`198.51.100.${String(source)}`, !isReader), -STEP);
    }
  }

  /** One honest client asks for something; it waits for its answer for as long as it takes. */
  async ask(address: string): Promise<void> {
    const far = this.#connect(address, true);
    far.socket.write(get('/honest', 'Connection: close\r\n'));
    const begun = this.clock.now();
    for (let waited = 0; waited < 100 && !far.ended && !far.wasReset; waited++) {
      await settled();
      if (far.ended) break;
      await this.step();
    }
    if (far.text.endsWith('/honest')) this.latencies.push(this.clock.now() - begun);
    else this.refused.push(Number(/ (\d{3}) /.exec(far.text)?.[1] ?? 0));
    far.socket.destroy();
  }

  /** Time passes, and every attacker that is left acts. The caps hold at every step. */
  async step(): Promise<void> {
    for (const [attacker, age] of this.#attackers) {
      if (attacker.ended || attacker.wasReset || attacker.socket.destroyed) {
        if (attacker.text.includes(' 503 ')) this.refusedAttackers++;
        attacker.socket.destroy();
        this.#attackers.delete(attacker);
        continue;
      }
      this.#attackers.set(attacker, age + STEP);
      this.#manner(attacker, age + STEP);
    }
    await this.clock.advance(STEP);
    await settled();
    this.#checkCeilings();
  }

  #checkCeilings(): void {
    const { server } = this;
    expect(server.currentConnections).toBeLessThanOrEqual(MAX);
    expect(server.maxConcurrentConnections).toBeLessThanOrEqual(MAX);
    expect(server.queuedOutput).toBeLessThanOrEqual(MAX * 32_768);
    // One for what a session waits for, one for its output, one for the request as a whole; and the refusals.
    expect(deadlinesOf(this.clock).armedCount).toBeLessThanOrEqual(3 * MAX + LIMITS.maxRefusals.value);
    const { activities } = server.counts();
    expect(Object.values(activities).reduce((sum, count) => sum + count, 0)).toBe(server.currentConnections);
  }

  async end(): Promise<void> {
    for (const [attacker] of this.#attackers) attacker.socket.destroy();
    this.#attackers.clear();
    for (let at = 0; at < 40; at++) await this.step();
    expect(this.server.currentConnections).toBe(0);
    expect(deadlinesOf(this.clock).armedCount).toBe(0);
    await this.server.stop();
  }
}

describe.each(Object.entries(MANNERS))('under %s', (_name, manner) => {
  it('every connection of the attack is given up in time, with all of its resources', async () => {
    const siege = await new Siege(manner, {}).begin();
    siege.attack(MAX);
    await siege.step();
    expect(siege.server.currentConnections).toBe(MAX);
    expect(siege.server.overloaded).toBe(true);
    // The time of one state, of lingering after it, and of what had come before.
    for (let waited = 0; waited < 8_000; waited += STEP) await siege.step();
    expect(siege.server.currentConnections).toBe(0);
    expect(siege.server.queuedOutput).toBe(0);
    await siege.end();
  });

  it('a client beyond the cap gets 503, and connections free up with time', async () => {
    const siege = await new Siege(manner, { overload: 'refuse' }).begin();
    siege.attack(3 * MAX);
    await siege.ask('203.0.113.1');
    expect(siege.refused).toEqual([503]);
    for (let waited = 0; waited < 8_000; waited += STEP) await siege.step();
    // Who does not read has no answer, and is let go all the same.
    expect(siege.refusedAttackers).toBe(manner === MANNERS['slow reads'] ? 0 : 2 * MAX);
    expect(siege.server.refusedConnections).toBe(2 * MAX + 1);
    await siege.ask('203.0.113.1');
    expect(siege.latencies).toEqual([0]);
    await siege.end();
  });

  it('with maxConnectionsPerAddress honest clients are answered at once while the attack lasts', async () => {
    const siege = await new Siege(manner, { maxConnectionsPerAddress: 20 }).begin();
    for (let passed = 0; passed < LASTS; passed += STEP) {
      siege.attack(20);
      await siege.step();
      if (passed % 1_000 === 0) await siege.ask(`203.0.113.${String(passed % 7)}`);
    }
    expect(siege.latencies).toHaveLength(LASTS / 1_000);
    expect(Math.max(...siege.latencies)).toBe(0);
    expect(siege.refused).toEqual([]);
    expect(siege.server.refusedConnections).toBeGreaterThan(LASTS / 60);
    await siege.end();
  });
});

describe('shedIdle', () => {
  it('shedIdle serves every honest client while silent ones keep coming', async () => {
    const silent = MANNERS['silent connections'] as Manner;
    const siege = await new Siege(silent, { overload: 'shedIdle' }).begin();
    for (let passed = 0; passed < LASTS; passed += STEP) {
      siege.attack(2 * MAX);
      await siege.ask('203.0.113.1');
      await siege.step();
    }
    expect(siege.refused).toEqual([]);
    expect(siege.latencies).toHaveLength(LASTS / STEP);
    expect(Math.max(...siege.latencies)).toBe(0);
    expect(siege.server.refusedConnections).toBe(0);
    await siege.end();
  });

  it('shedIdle refuses while every connection is busy, until their timers pass', async () => {
    const siege = await new Siege(MANNERS['slow heads'] as Manner, { overload: 'shedIdle' }).begin();
    siege.attack(MAX);
    await siege.step();
    await siege.ask('203.0.113.1');
    expect(siege.refused).toEqual([503]);
    for (let waited = 0; waited <= TIMERS.head + TIMERS.linger + STEP; waited += STEP) await siege.step();
    await siege.ask('203.0.113.1');
    expect(siege.latencies).toEqual([0]);
    await siege.end();
  });
});

describe('an attack without caps', () => {
  it('an attack without caps holds no connection for longer than its timer, however many there are', async () => {
    const clock = new VirtualClock();
    const server = new HTTPServer(() => undefined, { clock, timers: TIMERS });
    const ends: FarEnd[] = [];
    for (let at = 0; at < UNCAPPED; at++) {
      const { client, server: near } = createMemoryPair();
      server.accept(near);
      const far = new FarEnd(client);
      far.socket.write('G');
      ends.push(far);
    }
    await settled();
    expect(server.counts().activities.active).toBe(UNCAPPED);
    await clock.advance(TIMERS.head + TICK);
    await settled();
    expect(ends.every(({ text }) => text.includes(' 408 '))).toBe(true);
    await clock.advance(TIMERS.linger + TICK);
    expect(server.currentConnections).toBe(0);
    expect(deadlinesOf(clock).armedCount).toBe(0);
  });
});
