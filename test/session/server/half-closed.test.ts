import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { AbortedError, HTTPSessionError, NetworkError, TimeoutError } from '../../../src/errors/index.js';
import type { HTTPServerParams } from '../../../src/server/index.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../../src/session/index.js';
import { responsesIn, statusesIn } from '../../support/http/messages.js';
import { get, post, Served } from '../../support/http/served.js';
import { settled } from '../../support/transport/sockets.js';

/*
 * A client that has finished sending while its request is handled: it waits, or it is gone. In memory as in TCP, bytes
 * that reach an end which has left come back as a reset, and nothing else tells.
 */

const FIRST = TIMEOUTS.firstProbe.value;
const TICK = TIMEOUTS.timerGranularity.value;
const GET10 = 'GET / HTTP/1.0\r\n\r\n';

/** A server whose handler does no more than it is told. */
class Waiting extends Served {
  readonly requests: HTTPServerRequest[];
  readonly responses: HTTPServerResponse[];

  constructor(
    params: HTTPServerParams = {},
    begin: (response: HTTPServerResponse) => unknown = () => undefined,
    reads = true,
  ) {
    const requests: HTTPServerRequest[] = [];
    const responses: HTTPServerResponse[] = [];
    super(
      (request, response) => {
        expect(request.signal.aborted).toBe(false);
        requests.push(request);
        responses.push(response);
        return Promise.resolve(begin(response)).then(() => undefined);
      },
      params,
      { reads },
    );
    this.requests = requests;
    this.responses = responses;
  }

  /** That of the last request. */
  get signal(): AbortSignal {
    return (this.requests.at(-1) as HTTPServerRequest).signal;
  }

  get response(): HTTPServerResponse {
    return this.responses.at(-1) as HTTPServerResponse;
  }

  /** The client goes, as an aborted fetch or a killed process does: its kernel sends FIN, and answers bytes with RST. */
  async leave(): Promise<void> {
    this.socket.destroy();
    await settled();
  }

  /** What has come, without interim responses. */
  get finals(): string[] {
    return responsesIn(this.text)
      .filter(({ status }) => status >= 200)
      .map(({ body }) => body);
  }
}

describe('a client that has left, probed', () => {
  it('a client that left before its response is found by an interim response within a second', async () => {
    const served = new Waiting();
    await served.send(get('/order'));
    await served.leave();
    expect(served.session.state).toBe('connected.halfClosed');
    expect(served.signal.aborted).toBe(false);
    await served.pass(1_000);
    expect(served.signal.aborted).toBe(true);
    expect(served.signal.reason).toMatchObject({
      code: 'ERR_HTTP_SESSION_RESET',
      testimony: { endedBy: 'rst', request: { target: '/order' } },
    });
    expect(served.server.currentConnections).toBe(0);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a client that left in the middle of a chunked response is found by a zero of the next chunk size', async () => {
    const served = new Waiting({}, (response) => response.write('data: 1\n\n'));
    await served.send(get());
    await served.leave();
    await served.pass(1_000);
    expect(served.writes.at(-1)).toBe('0');
    expect(served.signal.reason).toBeInstanceOf(NetworkError);
    expect(served.server.currentConnections).toBe(0);
  });

  it('a client that half-closes in the middle of a chunked response is probed at once', async () => {
    const served = new Waiting({}, (response) => response.write('data: 1\n\n'));
    await served.send(get());
    await served.leave();
    await served.pass(TICK + 1);
    expect(served.writes.at(-1)).toBe('0');
  });

  it('a client that waits for a while and then leaves is found by a later probe', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.fin();
    await served.pass(2_500);
    expect(served.signal.aborted).toBe(false);
    await served.leave();
    await served.pass(1_200);
    expect(served.signal.aborted).toBe(true);
  });

  it('the second of two pipelined requests is found out like the first', async () => {
    const served = new Waiting();
    await served.send(get('/1') + get('/2'));
    await served.fin();
    await served.pass(200);
    served.response.end('one');
    await settled();
    expect(served.requests.map(({ path }) => path)).toEqual(['/1', '/2']);
    await served.leave();
    await served.pass(1_200);
    expect(served.requests.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });
});

describe('a client that waits, probed', () => {
  it('a client that waits reads interim responses and then its answer', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.fin();
    expect(served.text).toBe('');
    await served.pass(FIRST + TICK);
    expect(statusesIn(served.text)).toEqual([102]);
    await served.pass(2_000);
    served.response.end('the answer');
    await settled();
    expect(statusesIn(served.text)).toEqual([102, 102, 102, 200]);
    expect(served.finals).toEqual(['the answer']);
    expect(served.signal.aborted).toBe(false);
    expect(served.isClosed).toBe(true);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a client that is answered at once reads no interim response', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.fin();
    await served.pass(FIRST - 1);
    served.response.end('at once');
    await served.pass(5_000);
    expect(statusesIn(served.text)).toEqual([200]);
  });

  it('a client that waits for an hour reads fewer interim responses than clients accept', async () => {
    const served = new Waiting({ slowHandler: 0 });
    await served.send(get());
    await served.fin();
    await served.pass(3_600_000);
    served.response.end('at last');
    await settled();
    const interims = statusesIn(served.text).length - 1;
    expect(interims).toBeGreaterThan(10);
    expect(interims).toBeLessThan(40);
    expect(served.finals).toEqual(['at last']);
  });

  it('a client that reads an event stream gets every event whole, and a chunk size of at most 13 digits', async () => {
    const served = new Waiting({}, (response) => response.write('one,'));
    await served.send(get());
    await served.fin();
    for (const piece of ['two,', 'x'.repeat(70_000)]) {
      await served.pass(40_000);
      await served.response.write(piece);
    }
    await served.pass(40_000);
    served.response.end();
    await settled();
    const [stream] = served.finals;
    expect(stream).toBe(`one,two,${'x'.repeat(70_000)}`);
    const sizes = served.text.match(/(?<=\r\n)[0-9a-f]+(?=\r\n)/g) ?? [];
    expect(sizes.some((size) => size.startsWith('00'))).toBe(true);
    expect(Math.max(...sizes.map((size) => size.length))).toBeLessThanOrEqual(13);
    expect(served.signal.aborted).toBe(false);
  });

  it('no probe is sent behind the head of a response whose length is declared', async () => {
    const served = new Waiting({}, (response) => {
      response.setContentLength(4);
      return response.write('ab');
    });
    await served.send(get());
    await served.fin();
    await served.pass(5_000);
    await served.response.write('cd');
    served.response.end();
    await settled();
    expect(served.finals).toEqual(['abcd']);
    expect(served.text).not.toContain(' 102 ');
  });

  it('no probe is sent to a client that does not take what was written', async () => {
    const much = (response: HTTPServerResponse): void => {
      for (let piece = 0; piece < 10; piece++) response.write('x'.repeat(70_000)).catch(() => undefined);
    };
    const served = new Waiting({}, much, false);
    await served.send(get());
    await served.fin();
    const { length } = served.writes;
    await served.pass(5_000);
    expect(served.session.core.isBlocked).toBe(true);
    expect(served.writes).toHaveLength(length);
  });
});

describe('a client that cannot be probed', () => {
  it('a client of HTTP/1.0 that waits gets its answer within the time of halfClosed', async () => {
    const served = new Waiting();
    await served.send(GET10);
    await served.fin();
    await served.pass(TIMEOUTS.halfClosedTimeout.value - 100);
    served.response.end('answered');
    await settled();
    expect(served.text).not.toContain(' 102 ');
    expect(served.finals).toEqual(['answered']);
  });

  it.each([
    ['of HTTP/1.0', {}, GET10],
    ['under serve', { halfClosed: 'serve' }, get()],
  ] as const)(
    'a client %s is given up after the time of halfClosed: 503, and the signal aborts',
    async (_name, policy, request) => {
      const served = new Waiting({ ...policy, timers: { halfClosed: 5_000 } });
      await served.send(request);
      await served.fin();
      await served.pass(4_900);
      expect(served.signal.aborted).toBe(false);
      await served.pass(200);
      expect(statusesIn(served.text)).toEqual([503]);
      expect(served.signal.reason).toBeInstanceOf(TimeoutError);
      expect(served.signal.reason).toMatchObject({ timer: 'halfClosed', timeout: 5_000 });
      expect(served.server.currentConnections).toBe(0);
    },
  );

  it('each piece of a response gives a half-closed client time again under serve', async () => {
    const served = new Waiting({ halfClosed: 'serve', timers: { halfClosed: 5_000 } });
    await served.send(get());
    await served.fin();
    for (let piece = 0; piece < 4; piece++) {
      await served.pass(4_000);
      await served.response.write('piece,');
    }
    expect(served.signal.aborted).toBe(false);
    await served.pass(6_500);
    expect(served.signal.reason).toMatchObject({ timer: 'halfClosed' });
    expect(served.wasReset).toBe(true);
  });

  it('a client that leaves under serve is found by the next piece of its response', async () => {
    const served = new Waiting({ halfClosed: 'serve' });
    await served.send(get());
    await served.leave();
    await served.pass(10_000);
    expect(served.signal.aborted).toBe(false);
    served.response.write('piece').catch(() => undefined);
    await settled();
    expect(served.signal.reason).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });
});

describe('a FIN that is taken for the end', () => {
  it('a FIN under gone aborts the signal at once, and closes the connection', async () => {
    const served = new Waiting({ halfClosed: 'gone' });
    await served.send(get());
    await served.fin();
    expect(served.signal.reason).toBeInstanceOf(NetworkError);
    expect(served.signal.reason).toMatchObject({ testimony: { endedBy: 'fin' } });
    expect(served.server.currentConnections).toBe(0);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a FIN under gone in the middle of a response is answered with a reset, never with a seeming end', async () => {
    const served = new Waiting({ halfClosed: 'gone' }, (response) => response.write('until close'));
    await served.send(GET10);
    await served.fin();
    expect(served.wasReset).toBe(true);
    expect(served.ended).toBe(false);
  });

  it('a FIN under gone between two requests is an orderly end', async () => {
    const served = new Waiting({ halfClosed: 'gone' }, (response) => {
      response.end('done');
    });
    await served.send(get());
    await served.fin();
    expect(served.finals).toEqual(['done']);
    expect(served.isClosed).toBe(true);
    expect(served.session.networkException()).toBeNull();
  });

  it('a handler that rejects with the reason of the signal under gone is no fault', async () => {
    const served = new Served(
      (request) =>
        new Promise<void>((_resolve, reject) => {
          request.signal.addEventListener('abort', () => {
            reject(request.signal.reason as Error);
          });
        }),
      { halfClosed: 'gone' },
    );
    await served.send(get());
    await served.fin();
    expect(served.faults).toEqual([]);
  });
});

describe('what crosses a probe', () => {
  it('a drain meanwhile lets a half-closed client have its last answer', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.fin();
    await served.pass(300);
    const report = served.server.drain({ grace: 100, deadline: 20_000 });
    await served.pass(3_000);
    served.response.end('the last');
    await served.pass(200);
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
    expect(served.finals).toEqual(['the last']);
  });

  it('a drain meanwhile does not wait for a client that has left', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.leave();
    const report = served.server.drain({ grace: 100, deadline: 20_000 });
    await served.pass(2_000);
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ outcome: 'failed' }] });
  });

  it('an upgrade meanwhile hands the socket over, and nothing is sent into the new protocol', async () => {
    const served = new Waiting();
    await served.send(get('/', 'Connection: Upgrade\r\nUpgrade: other\r\n'));
    await served.fin();
    await served.pass(300);
    served.response.switchProtocol();
    await settled();
    const { length } = served.text;
    await served.pass(60_000);
    expect(served.text).toHaveLength(length);
    expect(served.armedDeadlines).toBe(0);
  });

  it('a FIN in the middle of a body that is read refuses the request, without a probe', async () => {
    const served = new Served(async (request, response) => {
      response.end(await request.bytes());
    });
    await served.send(post('body').slice(0, -1));
    await served.fin();
    await served.pass(1_000);
    expect(statusesIn(served.text)).toEqual([400]);
  });

  it('a FIN in the middle of a head refuses it, without a probe', async () => {
    const served = new Waiting();
    await served.send('GET / HTTP/1.1\r\nHo');
    await served.fin();
    await served.pass(1_000);
    expect(statusesIn(served.text)).toEqual([400]);
  });

  it('an exception that is stored meanwhile does not end the search for the client', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.leave();
    served.session.setException(new HTTPSessionError('stored by the test'));
    await served.pass(1_000);
    expect(served.session.state).toBe('errored.fatal');
    expect(served.signal.aborted).toBe(true);
  });

  it('an abort meanwhile leaves no timer', async () => {
    const served = new Waiting();
    await served.send(get());
    await served.fin();
    served.session.abort();
    await settled();
    expect(served.signal.reason).toBeInstanceOf(AbortedError);
    expect(served.armedDeadlines).toBe(0);
  });
});
