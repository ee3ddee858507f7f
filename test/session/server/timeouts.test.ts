import { describe, expect, it } from '@jest/globals';

import { TimeoutError } from '../../../src/errors/index.js';
import { LIMITS, TIMEOUTS } from '../../../src/constants.js';
import { responseIn, statusesIn } from '../../support/http/messages.js';
import { rejection } from '../../support/transport/promises.js';
import { echoBody, echoPath, get, post, Served } from '../../support/http/served.js';

const TICK = TIMEOUTS.timerGranularity.value;

describe('a head that does not become complete', () => {
  it('an incomplete head is answered with 408, and the connection closes', async () => {
    const served = new Served(echoPath, { timeout: 5_000 });
    await served.send('GET / HTTP/1.1\r\nHost:');
    await served.pass(5_000 + TICK);
    expect(responseIn(served.text)).toMatchObject({ status: 408, body: '408 Request Timeout\n' });
    expect(responseIn(served.text).fields).toContain('Connection: close');
    expect(served.ended).toBe(true);
  });

  it('an incomplete head gains no time by coming byte by byte', async () => {
    const served = new Served(echoPath, { timeout: 5_000, keepAliveTimeout: 60_000 });
    const head = get('/', `X: ${'x'.repeat(100)}\r\n`);
    for (let at = 0; at < 6; at++) {
      await served.send(head.charAt(at));
      await served.pass(1_000);
    }
    expect(statusesIn(served.text)).toEqual([408]);
    expect(served.ended).toBe(true);
  });

  it('an incomplete head has the whole head timeout also as a further request', async () => {
    const served = new Served(echoPath, { timeout: 5_000, keepAliveTimeout: 3_000 });
    await served.send(get());
    await served.pass(2_900);
    await served.send('GET /late HTTP/1.1\r\n');
    await served.pass(4_900);
    await served.send('Host: test\r\n\r\n');
    expect(statusesIn(served.text)).toEqual([200, 200]);
  });
});

describe('a body that does not become complete', () => {
  it('a body without progress is answered with 408, and rejects its read with the reason', async () => {
    let failure: unknown;
    const served = new Served(
      async (request, response) => {
        failure = await rejection(request.bytes());
        throw failure;
        response.end();
      },
      { receiveTimeout: 5_000 },
    );
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    await served.pass(4_900);
    await served.send('5');
    await served.pass(4_900);
    expect(served.text).toBe('');
    await served.pass(100 + TICK);
    expect(responseIn(served.text).status).toBe(408);
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(failure).toMatchObject({ timer: 'bodyProgress', timeout: 5_000 });
    expect((failure as TimeoutError).testimony).toMatchObject({
      endedBy: 'timeout',
      request: { method: 'POST' },
    });
    expect(served.ended).toBe(true);
  });

  it('an incomplete body never adds a 408 to a complete response', async () => {
    const served = new Served(echoPath, { receiveTimeout: 5_000 });
    await served.send('POST /answered HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    await served.pass(10_000);
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: '/answered' });
    expect(served.ended).toBe(true);
  });

  it('an incomplete body resets the connection of a started response, so it cannot be read as complete', async () => {
    const served = new Served(
      async (request, response) => {
        for await (const piece of request) await response.write(piece);
        response.end();
      },
      { receiveTimeout: 5_000 },
    );
    await served.send('POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\n01234');
    expect(served.text).toContain('01234');
    await served.pass(5_100);
    expect(served.wasReset).toBe(true);
    expect(served.server.sessions.size).toBe(0);
  });

  it('an incomplete body never limits a handler that does not read', async () => {
    const served = new Served(
      (_request, response) =>
        new Promise((resolve) => {
          served.clock.setTimeout(() => {
            response.end('slow');
            resolve();
          }, 600_000);
        }),
      { timeout: 1_000, keepAliveTimeout: 1_000, receiveTimeout: 1_000, sendTimeout: 1_000 },
    );
    await served.send(get());
    await served.pass(600_000);
    expect(responseIn(served.text).body).toBe('slow');
  });
});

describe('a client that does not take its response', () => {
  it('a client that does not read its response is reset after the send timeout; the write rejects with the reason', async () => {
    let failure: unknown;
    const served = new Served(
      async (_request, response) => {
        for (;;)
          await response.write(Buffer.alloc(65_536)).catch((error: unknown) => {
            failure = error;
            throw error;
          });
      },
      { sendTimeout: 5_000 },
      { reads: false },
    );
    await served.send(get());
    await served.pass(5_100);
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(failure).toMatchObject({ timer: 'sendProgress', testimony: { endedBy: 'timeout' } });
    expect(served.server.sessions.size).toBe(0);
    expect(served.armedDeadlines).toBe(0);
  });
});

describe('lingering after the last response', () => {
  it('lingering after the last response ends when the client has finished sending', async () => {
    const served = new Served(echoBody);
    await served.send('BAD\r\n\r\n');
    expect(served.ended).toBe(true);
    expect(served.session.state).toBe('errored.recoverable.lingering');
    await served.fin();
    expect(served.session.state).toBe('closed');
    expect(served.armedDeadlines).toBe(0);
  });

  it('lingering after the last response ends after two seconds, however much still comes', async () => {
    const served = new Served(echoBody);
    await served.send('BAD\r\n\r\n');
    for (let second = 0; second < 4 && !served.socket.destroyed; second++) {
      await served.pass(TIMEOUTS.lingerTimeout.value / 4);
      await served.send(post('more'));
    }
    await served.pass(TICK);
    expect(served.session.state).toBe('closed');
    expect(responseIn(served.text).status).toBe(400);
    expect(served.armedDeadlines).toBe(0);
  });

  it('lingering after the last response neither gains nor loses time by a drain', async () => {
    const served = new Served(echoBody);
    await served.send(get('/', 'Connection: close\r\n') + get('/too-late'));
    expect(served.session.state).toBe('connected.lingering');
    await served.pass(TIMEOUTS.lingerTimeout.value / 2);
    served.session.drain();
    await served.pass(TIMEOUTS.lingerTimeout.value / 2 - TICK);
    expect(served.session.state).toBe('connected.lingering');
    await served.pass(2 * TICK);
    expect(served.session.state).toBe('closed');
  });

  it('lingering after the last response ends after a bound of bytes', async () => {
    const served = new Served(echoBody);
    await served.send('BAD\r\n\r\n');
    const much = Buffer.alloc(LIMITS.maxLingerBytes.value / 16);
    for (let at = 0; at < 16; at++) await served.send(much);
    expect(served.session.state).toBe('errored.recoverable.lingering');
    await served.send('x');
    expect(served.session.state).toBe('closed');
  });
});
