import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import {
  InvalidStateError,
  NetworkError,
  RemoteProtocolError,
  TimeoutError,
} from '../../../src/errors/index.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\n\r\n';

describe('a response that is asked for at the wrong time', () => {
  it('receiveResponse() without a connection is refused, with an error that names it', async () => {
    const error = await rejection(new Asking().session.receiveResponse());
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ call: 'receiveResponse()' });
  });

  it('a second receiveResponse() is refused, with an error that names it', async () => {
    const { session } = new Asking();
    await session.sendRequest(new HTTPRequest('GET', '/'));
    void rejection(session.receiveResponse());
    const error = await rejection(session.receiveResponse());
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ call: 'receiveResponse()' });
  });
});

describe('what a server may not do', () => {
  it.each([
    ['send garbage', 'garbage\r\n\r\n'],
    ['break off the rules in a body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n'],
  ])('a server that breaks the rules ends the connection with endedBy "parse": %s', async (_what, bytes) => {
    const asking = new Asking();
    const failing = rejection(asking.session.request().then((response) => response.bytes()));
    await asking.answer(bytes);
    expect(await failing).toBeInstanceOf(RemoteProtocolError);
    expect(await failing).toMatchObject({ testimony: { endedBy: 'parse' } });
  });

  it('a server that sends unsolicited bytes ends the connection with endedBy "parse"', async () => {
    const asking = await Asking.reused();
    await asking.server.send('unasked');
    expect(asking.session.networkException()?.testimony).toMatchObject({ endedBy: 'parse' });
  });

  it('a server that sends endless 1xx responses is cut off with RemoteProtocolError', async () => {
    const most = LIMITS.maxInterimResponses.value;
    const asking = new Asking();
    const served = asking.session.request();
    await asking.answer(HINTS.repeat(most) + ok('patience'));
    expect(await (await served).text()).toBe('patience');
    const failing = rejection(asking.session.request());
    await asking.answer(HINTS.repeat(most + 1) + ok('none'));
    expect(await failing).toMatchObject({
      code: 'ERR_HTTP_SESSION_BAD_STATUS',
      testimony: { endedBy: 'parse' },
    });
  });
});

describe('interim responses, as the chart sees them', () => {
  it('interim responses in the chart are 100 Continue, or any other', async () => {
    const asking = new Asking();
    const response = asking.session.request();
    await asking.answer(HINTS + CONTINUE + ok());
    await response;
    const events = asking.session.history.map(({ event }) => event);
    expect(events.filter((event) => /^response\.(interim|continue)$/u.test(event))).toEqual([
      'response.interim',
      'response.continue',
    ]);
  });
});

describe('the receive timeout', () => {
  it('the receive timeout restarts with each piece of a body', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const whole = asking.session.request().then((response) => response.text());
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    for (const byte of 'abcd') {
      await asking.pass(4_000);
      await asking.server.send(byte);
    }
    expect(await whole).toBe('abcd');
  });

  it('the receive timeout is reported as the end of the connection', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const failing = rejection(asking.session.request());
    await settled();
    await asking.pass(5_200);
    expect(await failing).toBeInstanceOf(TimeoutError);
    expect(await failing).toMatchObject({ testimony: { endedBy: 'timeout' } });
  });
});

describe('a keep-alive connection that was idle for too long', () => {
  it('an idle connection that expired reports endedBy "timeout"', async () => {
    const asking = await Asking.reused({ keepAliveTimeout: 5_000 });
    await asking.pass(5_050);
    const error = await rejection(asking.session.receiveResponse());
    expect(error).toMatchObject({ testimony: { endedBy: 'timeout' } });
  });
});

describe('a body that is produced only once', () => {
  it('a request whose body can be produced only once is never retried', async () => {
    const asking = await Asking.reused();
    const silent: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    };
    const failing = rejection(asking.session.request({ method: 'PUT', body: silent }));
    await settled();
    await asking.server.reset();
    expect(await failing).toBeInstanceOf(NetworkError);
    expect(asking.connections).toHaveLength(1);
  });
});

describe('an offer to switch protocols', () => {
  const offering = async (answer: string): Promise<Asking> => {
    const asking = new Asking();
    const response = asking.session.request({ headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
    await asking.answer(answer);
    await (await response).bytes();
    return asking;
  };

  it('an offer to switch protocols that is accepted leaves the connection to another protocol, and open', async () => {
    const { session } = await offering(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    expect(session.exchangeState).toBe('switched');
    expect(session.state).toBe('connected.open');
  });

  it('an offer to switch protocols that is declined leaves an ordinary connection', async () => {
    const { session } = await offering(ok('no'));
    expect(session.exchangeState).toBe('idle.reused');
  });
});

describe('a session that is given another socket while a response is read', () => {
  it('an old response takes no bytes from a newly attached socket', async () => {
    const asking = new Asking();
    const response = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234');
    const { body } = await response;
    asking.session.attachSocket(createMemoryPair({ clock: asking.clock }).client);
    expect(await rejection(body.bytes())).toBeInstanceOf(InvalidStateError);
  });
});
