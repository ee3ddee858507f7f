import { describe, expect, it } from '@jest/globals';

import { type HTTPSessionError, NetworkError } from '../../../src/errors/index.js';
import type { HTTPServerResponse } from '../../../src/session/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { rejection } from '../../support/transport/promises.js';
import { echoBody, echoPath, get, post, Served } from '../../support/http/served.js';

describe('a client that has finished sending', () => {
  it('a client that has finished sending gets its full answer', async () => {
    const served = new Served(echoBody);
    await served.sendLast(post('hello'));
    expect(responseIn(served.text).body).toBe('hello');
    expect(served.isClosed).toBe(true);
  });

  it('a client that has finished sending gets the answers to all requests that it had pipelined', async () => {
    for (const handler of [echoPath, echoBody]) {
      const served = new Served(handler);
      await served.sendLast(get('/1') + post('two', '', '/2') + get('/3'));
      expect(responsesIn(served.text)).toHaveLength(3);
      expect(served.isClosed).toBe(true);
    }
  });

  it('a client that has finished sending gets an answer that takes its time', async () => {
    const served = new Served(async (request, response) => {
      await new Promise<void>((resolve) => served.clock.setTimeout(resolve, 30_000));
      await response.write(request.path);
      await new Promise<void>((resolve) => served.clock.setTimeout(resolve, 30_000));
      response.end(', at last');
    });
    await served.sendLast(get('/slow') + get('/next'));
    expect(served.session.state).toBe('connected.halfClosed');
    await served.pass(120_000);
    const finals = responsesIn(served.text).filter(({ status }) => status >= 200);
    expect(finals.map(({ body }) => body)).toEqual(['/slow, at last', '/next, at last']);
    expect(served.isClosed).toBe(true);
  });

  it('a client that has finished sending gets an answer larger than what the connection holds', async () => {
    const served = new Served((_request, response) => {
      response.end(Buffer.alloc(1_000_000, 'x'));
    });
    await served.sendLast(get());
    await served.pass(0);
    expect(responseIn(served.text).body).toHaveLength(1_000_000);
    expect(served.isClosed).toBe(true);
  });

  it('a client that finishes before any request, or between two, closes the connection', async () => {
    const silent = new Served(echoPath);
    await silent.fin();
    expect(silent.isClosed).toBe(true);
    expect(silent.text).toBe('');
    const idle = new Served(echoPath);
    await idle.send(get());
    await idle.fin();
    expect(idle.isClosed).toBe(true);
    expect(responseIn(idle.text).body).toBe('/');
    expect(idle.armedDeadlines).toBe(0);
  });
});

describe('a client that resets the connection', () => {
  it('a client that resets while it is idle leaves nothing behind', async () => {
    const served = new Served(echoPath);
    await served.send(get());
    await served.reset();
    expect(served.server.sessions.size).toBe(0);
    expect(served.armedDeadlines).toBe(0);
    expect(served.faults).toEqual([]);
  });

  it('a client that resets while a handler runs makes its later writes fail with an error that has its context', async () => {
    const failures: HTTPSessionError[] = [];
    let response: HTTPServerResponse | undefined;
    const served = new Served((_request, given) => {
      response = given;
    });
    await served.send(get('/reset-me'));
    await served.reset();
    expect(served.server.sessions.size).toBe(0);
    expect(response?.finished).toBe(true);
    // These have no promise to tell by, and are called from timers and callbacks: to throw there would end the process.
    response?.set('X', 'late').sendInterim(103);
    response?.end('late');
    failures.push(await rejection(response?.write('late') as Promise<void>));
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(NetworkError);
      expect(failure.code).toBe('ERR_HTTP_SESSION_RESET');
      expect(failure.testimony).toMatchObject({
        endedBy: 'rst',
        request: { number: 1, method: 'GET', target: '/reset-me' },
        headSent: false,
        responseBegun: false,
        replay: 'unknown',
      });
      expect(failure.testimony?.history.at(-1)).toBeDefined();
    }
  });

  it('a client that resets in the middle of an answer leaves an exception that says so', async () => {
    const served = new Served(async (_request, response) => {
      await response.write('begun');
    });
    await served.send(get());
    await served.reset();
    expect(served.session.networkException()?.testimony).toMatchObject({
      headSent: true,
      responseBegun: true,
      replay: 'unknown',
    });
  });

  it('a client that resets while a handler awaits its body rejects the wait, which is not a fault of the handler', async () => {
    let failure: unknown;
    const served = new Served(async (request, response) => {
      failure = await rejection(request.bytes());
      response.end('never');
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
    await served.reset();
    expect(failure).toBeInstanceOf(NetworkError);
    expect(served.faults).toEqual([]);
  });

  it('a client that resets while a handler waits for its answer to be taken rejects the wait', async () => {
    let failure: unknown;
    const served = new Served(
      async (_request, response) => {
        for (;;) {
          await response.write(Buffer.alloc(65_536)).catch((error: unknown) => {
            failure = error;
            throw error;
          });
        }
      },
      {},
      { reads: false },
    );
    await served.send(get());
    expect(failure).toBeUndefined();
    await served.reset();
    expect(failure).toBeInstanceOf(NetworkError);
    expect(served.faults).toEqual([]);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a client that resets while the session lingers ends it', async () => {
    const served = new Served(echoPath);
    await served.send('BAD\r\n\r\n');
    await served.reset();
    expect(served.server.sessions.size).toBe(0);
    expect(served.armedDeadlines).toBe(0);
    expect(served.faults).toEqual([]);
  });
});

describe('a server session that is aborted or closed under its handler', () => {
  it.each(['abort', 'close'] as const)(
    'a session ended by %s() under its handler makes what it awaits fail',
    async (call) => {
      const failures: HTTPSessionError[] = [];
      const served = new Served(async (request, response) => {
        const body = request.bytes();
        served.session[call]();
        failures.push(await rejection(body), await rejection(response.write('late')));
        response.end('late');
      });
      await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234');
      expect(failures.map(({ name }) => name)).toEqual(['AbortedError', 'InvalidStateError']);
      expect(served.text).toBe('');
      expect(served.server.sessions.size).toBe(0);
      expect(served.faults).toEqual([]);
    },
  );
});
