import { describe, expect, it } from '@jest/globals';

import { InvalidStateError, TimeoutError } from '../../../src/errors/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { rejection } from '../../support/transport/promises.js';
import { responseIn, statusesIn } from '../../support/http/messages.js';
import { echoBody, get, Served } from '../../support/http/served.js';

function thrown(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

const head = (length: number, fields = ''): string =>
  `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${String(length)}\r\n${fields}\r\n`;

describe('an exception that is stored and cleared while a request is served', () => {
  it('a cleared exception lets no further request begin before the response', async () => {
    const seen: string[] = [];
    let answer: () => void = () => undefined;
    const served = new Served(
      (request, response) =>
        new Promise((resolve) => {
          seen.push(request.path);
          answer = () => {
            response.end(request.path);
            resolve();
          };
        }),
    );
    await served.send(get('/first'));
    served.session.setException(new Error('for a moment'));
    served.session.clearException();
    await served.send(get('/second'));
    expect(seen).toEqual(['/first']);
    answer();
    await served.pass(0);
    expect(seen).toEqual(['/first', '/second']);
  });
});

describe('a body that breaks the rules under a response that has begun', () => {
  it('a malformed body under a started response lets it become complete, and then ends the connection', async () => {
    let finish: () => void = () => undefined;
    const served = new Served(async (request, response) => {
      await response.write('begun, ');
      await rejection(request.bytes());
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      response.end('ended');
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n');
    expect(served.ended).toBe(false);
    finish();
    await served.pass(0);
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'begun, ended' });
    expect(served.ended).toBe(true);
  });
});

describe('the timeout of a whole message', () => {
  it('the message timeout counts from the first byte of the head, also when it comes in pieces', async () => {
    const served = new Served(
      async (request) => {
        await request.bytes();
      },
      {
        timers: { message: 5_000, bodyProgress: 0 },
      },
    );
    await served.send('POST / HTTP/1.1\r\nHost: test\r\n');
    await served.pass(3_000);
    await served.send('Content-Length: 10\r\n\r\n01234');
    await served.pass(2_200);
    expect(statusesIn(served.text)).toEqual([408]);
  });

  it('the message timeout under a started response abandons the request and not the response', async () => {
    let finish: () => void = () => undefined;
    const served = new Served(
      async (_request, response) => {
        await response.write('begun, ');
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        response.end('ended');
      },
      { timers: { message: 5_000 } },
    );
    await served.send(`${head(10)}01234`);
    await served.pass(5_200);
    expect(served.ended).toBe(false);
    expect(served.session.networkException()).toBeNull();
    finish();
    await served.pass(0);
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'begun, ended' });
    expect(served.ended).toBe(true);
  });
});

describe('a request that takes too long as a whole', () => {
  it('a request that takes too long is refused, and its handler is notified although it does not read', async () => {
    let signal: AbortSignal | undefined;
    const served = new Served(
      (request) => {
        signal = request.signal;
        return new Promise(() => undefined);
      },
      { timers: { message: 5_000 } },
    );
    await served.send(`${head(10)}01234`);
    await served.pass(5_200);
    expect(statusesIn(served.text)).toEqual([408]);
    expect(signal?.aborted).toBe(true);
  });
});

describe('the first bytes of a body, as the chart sees them', () => {
  const stream = async (fields: string): Promise<readonly string[]> => {
    const served = new Served(echoBody);
    await served.send(head(4, fields));
    for (const byte of 'body') await served.send(byte);
    expect(served.text.endsWith('\r\n\r\nbody')).toBe(true);
    return served.session.history
      .map(({ event }) => event)
      .filter((event) => /^re(?:quest|sponse)\./u.test(event));
  };

  it('the first bytes of a body end the continue timeout', async () => {
    expect(await stream('Expect: 100-continue\r\n')).toEqual([
      'request.head',
      'request.expect',
      'response.continue',
      'request.stream',
      'request.end',
      'response.head',
      'response.end',
    ]);
  });

  it('the first bytes of a body are not an event where they were not held back', async () => {
    expect(await stream('')).toEqual(['request.head', 'request.end', 'response.head', 'response.end']);
  });
});

describe('a session that is given another socket while a request is read', () => {
  it('a session with a new socket takes nothing for the old request from it', async () => {
    let failure: Promise<unknown> = Promise.resolve();
    let read: () => void = () => undefined;
    const served = new Served((request) => {
      read = () => {
        failure = rejection(request.bytes());
      };
      return new Promise(() => undefined);
    });
    await served.send(`${head(10)}01234`);
    served.session.attachSocket(createMemoryPair({ clock: served.clock }).server);
    read();
    expect(await failure).toBeInstanceOf(InvalidStateError);
  });
});

describe('what still comes after the last request', () => {
  it('a session lingers for unread bytes after the last request', async () => {
    let answer: () => void = () => undefined;
    const served = new Served((_request, response) => {
      answer = () => response.end();
      return Promise.resolve();
    });
    await served.send(get('/', 'Connection: close\r\n'));
    await served.send(get('/more'));
    answer();
    await served.pass(0);
    expect(served.session.state).toBe('connected.lingering');
    await served.pass(60_000);
    expect(served.session.state).toBe('closed');
    expect(served.session.history.at(-1)).toMatchObject({ chart: 'session', event: 'deadline.expired' });
  });
});

describe('the time of a body', () => {
  it('the time of a body starts again with each read of a handler that has not answered yet', async () => {
    const served = new Served(
      async (request, response) => {
        for await (const piece of request) await response.write(piece);
        response.end();
      },
      { receiveTimeout: 5_000 },
    );
    await served.send(head(4));
    for (const byte of 'abcd') {
      await served.pass(4_000);
      await served.send(byte);
    }
    expect(responseIn(served.text)).toMatchObject({ status: 200, body: 'abcd' });
  });

  it('the time of a body covers all that a handler reads after its response', async () => {
    let failure: unknown;
    const served = new Served(
      async (request, response) => {
        const failing = rejection(request.bytes());
        response.end('answered');
        failure = await failing;
      },
      { receiveTimeout: 5_000 },
    );
    await served.send(head(10));
    for (const byte of 'abcd') {
      await served.pass(2_000);
      await served.send(byte);
    }
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(statusesIn(served.text)).toEqual([200]);
    expect(served.ended).toBe(true);
  });

  it('the time of a body after 100 Continue is that of any body once it has begun', async () => {
    let failure: unknown;
    const served = new Served(
      async (request) => {
        failure = await rejection(request.bytes());
        throw failure;
      },
      { receiveTimeout: 5_000 },
    );
    await served.send(head(10, 'Expect: 100-continue\r\n'));
    await served.send('01234');
    await served.pass(5_200);
    expect(failure).toMatchObject({ timer: 'bodyProgress' });
  });
});

describe('a keep-alive connection that is not used', () => {
  it('an unused keep-alive connection closes without an exception', async () => {
    const served = new Served((_request, response) => response.end(), { keepAliveTimeout: 5_000 });
    await served.send(get());
    await served.pass(5_200);
    expect(served.session.state).toBe('closed');
    expect(served.session.networkException()).toBeNull();
    const refusal = thrown(() => served.session.detachSocket());
    expect(refusal).toMatchObject({ testimony: { endedBy: 'timeout' } });
  });
});

describe('a head that comes whole', () => {
  it('a whole head is one step of the exchange, also when the next request comes with it', async () => {
    const served = new Served(echoBody);
    await served.send(get('/1') + get('/2') + get('/3').slice(0, 10));
    const events = served.session.history.map(({ event }) => event);
    expect(events.filter((event) => event === 'request.head')).toHaveLength(2);
    expect(events.filter((event) => event === 'request.begin')).toHaveLength(1);
    expect(served.session.exchangeState).toBe('idle.receiving.reused');
  });
});
