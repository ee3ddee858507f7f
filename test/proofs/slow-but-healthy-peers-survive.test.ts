import net from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import { HTTPServer } from '../../src/server/index.js';
import type { HTTPServerSession } from '../../src/session/index.js';
import { responseIn, responsesIn, statusesIn } from '../support/http/messages.js';
import { echoBody, echoPath, get, Served } from '../support/http/served.js';
import { until } from '../support/transport/until.js';

/*
 * Healthy peers are kept, and stalled ones are cut off. What counts as progress is what the peer does, in both
 * directions; what this side does is none.
 */

const TICK = TIMEOUTS.timerGranularity.value;
const MIB = 1_048_576;

describe('a steady upload', () => {
  it('a steady upload is never cut off without a limit for the message, however short the other timers are', async () => {
    const short = 1_000;
    const served = new Served(echoBody, {
      timers: {
        ...{ firstByte: short, head: short, bodyProgress: short, continue: short, keepAlive: short },
        message: 0,
      },
    });
    const bytes = 5_000;
    await served.send(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(bytes)}\r\n\r\n`);
    for (let byte = 0; byte < bytes; byte++) {
      await served.pass(short - 1);
      await served.send('x');
    }
    expect(served.clock.now()).toBeGreaterThan(4_000_000);
    expect(responseIn(served.text).body).toHaveLength(bytes);
  });

  it('a handler that pauses between two pieces does not cut a steady upload off', async () => {
    const served = new Served(
      async (request, response) => {
        let pieces = 0;
        for await (const piece of request) {
          pieces += piece.length;
          await new Promise<void>((resume) => served.clock.setTimeout(resume, 60_000));
        }
        response.end(String(pieces));
      },
      { timers: { bodyProgress: 1_000 } },
    );
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\n');
    for (let byte = 0; byte < 3; byte++) {
      await served.send('x');
      await served.pass(60_000);
    }
    expect(responseIn(served.text).body).toBe('3');
  });

  it('an upload whose response is complete has one deadline for the rest of it', async () => {
    const served = new Served(echoPath, { timers: { bodyProgress: 5_000 } });
    await served.send('POST /early HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n');
    for (let second = 0; second < 5; second++) {
      await served.pass(1_000);
      await served.send('x');
    }
    await served.pass(TICK);
    expect(responseIn(served.text).body).toBe('/early');
    expect(served.ended).toBe(true);
  });
});

describe('a client that takes nothing', () => {
  it('a client that reads nothing is cut off although the handler keeps writing events', async () => {
    const served = new Served(
      (_request, response) => {
        const write = (): void => {
          if (response.finished) return;
          response.write(`event: ${'tick'.repeat(25)}\n\n`).catch(() => undefined);
          served.clock.setTimeout(write, 100);
        };
        write();
      },
      { timers: { sendProgress: 5_000 } },
      { reads: false, highWaterMark: 256 },
    );
    await served.send(get());
    await served.pass(2_000 + 5_000 + 2 * TICK);
    expect(served.session.networkException()).toMatchObject({ timer: 'sendProgress' });
    expect(served.wasReset).toBe(true);
    expect(served.armedDeadlines).toBe(0);
  });
});

describe('progress within one large write, over TCP', () => {
  /** Reads so much in one go, and so often. */
  const AT_ONCE = MIB / 2;
  const EVERY = 25;
  const VALUE = 1_000;
  const BODY = 64 * MIB;

  interface Reading {
    readonly server: HTTPServer;
    readonly session: HTTPServerSession;
    readonly client: net.Socket;
    readonly stop: () => void;
    received: number;
  }

  /** A client that takes a response of one write slowly but steadily. */
  async function reading(server: HTTPServer): Promise<Reading> {
    const { port } = await server.listen();
    const client = net.connect({ port, host: '127.0.0.1' });
    client.on('error', () => undefined);
    client.write(get());
    let inOneGo = 0;
    client.on('data', (chunk: Buffer) => {
      found.received += chunk.length;
      inOneGo += chunk.length;
      if (inOneGo >= AT_ONCE) client.pause();
    });
    const pace = setInterval(() => {
      inOneGo = 0;
      client.resume();
    }, EVERY);
    await until(() => server.sessions.size > 0);
    const found: Reading = {
      server,
      session: [...server.sessions][0] as HTTPServerSession,
      client,
      stop: () => {
        clearInterval(pace);
        client.pause();
      },
      received: 0,
    };
    return found;
  }

  function oneLargeWrite(): HTTPServer {
    return new HTTPServer(
      (_request, response) => {
        response.end(Buffer.alloc(BODY));
      },
      { timers: { sendProgress: VALUE } },
    );
  }

  it('a slow reader that takes longer than sendProgress for one write is kept', async () => {
    await using server = oneLargeWrite();
    const begun = performance.now();
    const slow = await reading(server);
    await until(() => slow.received > BODY || slow.client.destroyed);
    slow.stop();
    expect(slow.received).toBeGreaterThan(BODY);
    expect(performance.now() - begun).toBeGreaterThan(2 * VALUE);
    expect(slow.session.state).toBe('connected.open');
    slow.client.destroy();
  });

  it('a reader that stops in the middle of one write is cut off', async () => {
    await using server = oneLargeWrite();
    const slow = await reading(server);
    await until(() => slow.received > BODY / 4 || slow.client.destroyed);
    slow.stop();
    const stoppedAt = performance.now();
    await slow.session.waitFor('errored');
    expect(performance.now() - stoppedAt).toBeGreaterThan(VALUE / 2);
    expect(slow.session.networkException()).toMatchObject({ timer: 'sendProgress', timeout: VALUE });
    slow.client.destroy();
  });
});

describe('the keep-alive time that clients are told', () => {
  it('the advertised keep-alive time is below the real one, so that clients close first', async () => {
    const served = new Served(echoPath, { timers: { keepAlive: 65_000 }, advertisedKeepAlive: 60_000 });
    await served.send(get('/first'));
    await served.pass(64_999);
    await served.send(get('/second'));
    await served.send(get('/last', 'Connection: close\r\n'));
    const fields = responsesIn(served.text).map((response) => response.fields);
    expect(fields[0]).toEqual(expect.arrayContaining(['Connection: keep-alive', 'Keep-Alive: timeout=60']));
    expect(fields[1]).toContain('Keep-Alive: timeout=60');
    expect(fields[2]).toContain('Connection: close');
    expect(fields[2]?.join()).not.toContain('Keep-Alive');
  });

  it('no keep-alive time is advertised by default, and the real one holds all the same', async () => {
    const served = new Served(echoPath, { timers: { keepAlive: 3_000 } });
    await served.send(get());
    expect(served.text).not.toContain('Keep-Alive');
    await served.pass(2_999);
    expect(served.ended).toBe(false);
    await served.pass(1 + TICK);
    expect(served.ended).toBe(true);
    expect(statusesIn(served.text)).toEqual([200]);
  });
});
