import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import { errors as errorChannel, type ErrorMessage } from '../../src/diagnostics.js';
import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import type { HTTPServerResponse, HTTPServerSession, RequestHandler } from '../../src/session/index.js';
import { createMemoryPair, deadlinesOf, VirtualClock } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { responseIn } from '../support/http/messages.js';
import { get } from '../support/http/served.js';
import { heardOn } from '../support/session/heard-on.js';
import { settled } from '../support/transport/sockets.js';
import { until } from '../support/transport/until.js';
import { sized } from '../support/thoroughness.js';

/*
 * A thousand clients ask and do not read. What is queued for them is bounded, for each and for all of them, and they are
 * given up; clients that read are served meanwhile.
 */

const TICK = TIMEOUTS.timerGranularity.value;
const KIB = 1_024;
const READERS = sized(1_000, 400);
const SEND_PROGRESS = 5_000;

/** A server with clients that have asked, and that read only when they are told to. */
class Stalled {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly server: HTTPServer;
  readonly readers: FarEnd[] = [];
  /** Every session there was. */
  readonly sessions: HTTPServerSession[] = [];
  /** The most that was queued at any moment at which something was written. */
  mostQueued = 0;

  constructor(handler: RequestHandler, params: HTTPServerParams) {
    this.server = new HTTPServer(handler, { clock: this.clock, ...params });
  }

  async connect(request = get(), reads = false): Promise<FarEnd> {
    const { client, server } = createMemoryPair({ clock: this.clock, highWaterMark: KIB });
    // In memory a piece is taken in one, of whatever size.
    server.segment([KIB]);
    this.sessions.push(this.server.serve(server));
    const far = new FarEnd(client, reads);
    this.readers.push(far);
    far.socket.write(request);
    await settled();
    return far;
  }

  async connectAll(): Promise<void> {
    for (let reader = 0; reader < READERS; reader++) await this.connect();
  }

  /** Notes what is queued; to be called whenever something was written. */
  readonly measure = (): void => {
    this.mostQueued = Math.max(this.mostQueued, this.server.queuedOutput);
  };

  /** What waits in the sockets themselves, counted without the product. */
  get waiting(): number {
    return [...this.server.sessions].reduce(
      (sum, session) => sum + (session.socket()?.writableLength ?? 0),
      0,
    );
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
  }
}

/** Writes without a care for back-pressure. */
function push(response: HTTPServerResponse, bytes: number): void {
  response.write(Buffer.alloc(bytes)).catch(() => undefined);
}

describe(`${String(READERS)} stalled readers`, () => {
  it('every stalled reader is given up by sendProgress, with a testimony, and leaves nothing behind', async () => {
    let told = 0;
    const stalled = new Stalled(
      async (_request, response) => {
        try {
          for (;;) await response.write(Buffer.alloc(16 * KIB));
        } catch (error) {
          told++;
          throw error;
        }
      },
      { timers: { sendProgress: SEND_PROGRESS } },
    );
    await stalled.connectAll();
    // A handler that waits has one piece on its way, and no more.
    expect(stalled.server.queuedOutput).toBeLessThanOrEqual(READERS * 17 * KIB);
    await stalled.pass(SEND_PROGRESS - 1);
    expect(stalled.server.sessions.size).toBe(READERS);
    await stalled.pass(1 + 2 * TICK);
    expect(stalled.server.sessions.size).toBe(0);
    expect(told).toBe(READERS);
    for (const session of stalled.sessions) {
      expect(session.networkException()).toMatchObject({
        name: 'TimeoutError',
        timer: 'sendProgress',
        timeout: SEND_PROGRESS,
        testimony: {
          endedBy: 'timeout',
          sessionId: session.id,
          request: { method: 'GET' },
          responseBegun: true,
        },
      });
    }
    expect(stalled.readers.every(({ wasReset }) => wasReset)).toBe(true);
    expect([stalled.server.queuedOutput, deadlinesOf(stalled.clock).armedCount]).toEqual([0, 0]);
  });

  it('a stalled reader has at most maxQueuedOutput and one piece queued, whatever its handler writes', async () => {
    const cap = 64 * KIB;
    const piece = 5 * KIB;
    let most = 0;
    const stalled = new Stalled(
      (_request, response) => {
        for (let at = 0; at < 100; at++) {
          push(response, piece);
          const session = stalled.sessions.at(-1);
          most = Math.max(most, session?.socket()?.writableLength ?? 0);
        }
      },
      { maxQueuedOutput: cap, timers: { sendProgress: SEND_PROGRESS } },
    );
    await stalled.connectAll();
    expect(most).toBeLessThanOrEqual(cap + piece + KIB);
    expect(stalled.server.sessions.size).toBe(0);
    for (const session of stalled.sessions) {
      expect(session.networkException()).toMatchObject({
        name: 'AbortedError',
        code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT',
        message: expect.stringContaining('maxQueuedOutput (65536 bytes)'),
        testimony: { endedBy: 'local', sessionId: session.id, responseBegun: true },
      });
    }
    expect([stalled.server.queuedOutput, deadlinesOf(stalled.clock).armedCount]).toEqual([0, 0]);
  });

  it('stalled readers together have at most maxServerQueuedOutput queued: the largest is given up first', async () => {
    const cap = 4_096 * KIB;
    let at = 0;
    const stalled = new Stalled(
      (_request, response) => {
        // Some ask for much, and some for little.
        push(response, (4 + ((at++ * 7) % 40)) * KIB);
        stalled.measure();
      },
      { maxServerQueuedOutput: cap, timers: { sendProgress: SEND_PROGRESS } },
    );
    const errors = (await heardOn<ErrorMessage>(errorChannel, () => stalled.connectAll())).map(
      ({ error }) => error,
    );
    expect(stalled.mostQueued).toBeGreaterThan(cap - 40 * KIB);
    expect(stalled.mostQueued).toBeLessThanOrEqual(cap);
    expect(stalled.waiting).toBeLessThanOrEqual(cap);

    const givenUp = errors.filter(({ code }) => code === 'ERR_HTTP_SESSION_OUTPUT_LIMIT');
    expect(givenUp.length).toBeGreaterThan(100);
    expect(givenUp).toHaveLength(READERS - stalled.server.sessions.size);
    expect(givenUp[0]?.message).toContain('maxServerQueuedOutput (4194304 bytes)');
    // Whoever is left has no more queued than whoever was given up had been sent.
    const left = Math.max(
      ...[...stalled.server.sessions].map((session) => session.socket()?.writableLength ?? 0),
    );
    const least = Math.min(...givenUp.map(({ testimony }) => testimony?.bytesOut ?? 0));
    expect(left).toBeLessThanOrEqual(least);

    await stalled.pass(SEND_PROGRESS + 2 * TICK);
    expect(stalled.server.sessions.size).toBe(0);
    expect([stalled.server.queuedOutput, deadlinesOf(stalled.clock).armedCount]).toEqual([0, 0]);
  });

  it('stalled readers do not delay clients that read: each is answered within the same turn', async () => {
    const stalled = new Stalled(
      async (request, response) => {
        if (request.path === '/') response.end('at once');
        else {
          for (let piece = 0; piece < 16; piece++) await response.write(Buffer.alloc(64 * KIB));
          response.end();
        }
      },
      { maxServerQueuedOutput: 4_096 * KIB, timers: { sendProgress: SEND_PROGRESS } },
    );
    for (let reader = 0; reader < READERS; reader++) {
      await stalled.connect(get('/much'));
      if (reader % 50 !== 0) continue;
      const honest = await stalled.connect(get('/'), true);
      expect(responseIn(honest.text).body).toBe('at once');
      expect(stalled.server.queuedOutput).toBeLessThanOrEqual(4_096 * KIB);
      // A large response that is read is not given up for those that are not.
      const large = await stalled.connect(get('/much'), true);
      await until(() => large.text.endsWith('0\r\n\r\n') || large.wasReset);
      expect(responseIn(large.text).body).toHaveLength(1_024 * KIB);
    }
    expect(stalled.server.sessions.size).toBeLessThan(READERS);
  });
});

describe('queuedOutput', () => {
  it('queuedOutput equals what waits in the sockets while it is taken piece by piece', async () => {
    const stalled = new Stalled(
      (_request, response) => {
        for (let at = 0; at < 20; at++) push(response, KIB);
        response.end();
      },
      { timers: { sendProgress: SEND_PROGRESS } },
    );
    for (let reader = 0; reader < 50; reader++) await stalled.connect();
    expect(stalled.server.queuedOutput).toBeGreaterThan(0);
    for (let round = 0; round < 30; round++) {
      for (const reader of stalled.readers.slice(0, 1 + round)) reader.socket.read();
      // The watch counts anew with the next tick.
      await stalled.pass(TICK);
      expect(stalled.server.queuedOutput).toBe(stalled.waiting);
    }
  });

  it('queuedOutput drops with a socket that is handed over or lost', async () => {
    const responses: HTTPServerResponse[] = [];
    const stalled = new Stalled((_request, response) => {
      responses.push(response);
      push(response, 100 * KIB);
    }, {});
    for (let reader = 0; reader < 3; reader++) await stalled.connect();
    const [first, second, third] = stalled.sessions as [
      HTTPServerSession,
      HTTPServerSession,
      HTTPServerSession,
    ];
    const each = stalled.server.queuedOutput / 3;
    const { socket } = first.detachSocket();
    expect(stalled.server.queuedOutput).toBe(2 * each);
    second.abort();
    expect(stalled.server.queuedOutput).toBe(each);
    await stalled.readers[2]?.reset();
    expect(third.state).toBe('errored.fatal');
    expect([stalled.server.queuedOutput, deadlinesOf(stalled.clock).armedCount]).toEqual([0, 0]);
    socket.destroy();
  });
});
