import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { Source } from '../../support/http/source.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

/* A response that is too late would be taken for the answer to the next request: its connection is closed. */

/** Whether a session works: its next request goes out on a new connection and is answered. */
async function recovers(asking: Asking): Promise<boolean> {
  const before = asking.connections.length;
  const next = asking.session.request('/next');
  await asking.answer(ok('next'));
  return (await (await next).text()) === 'next' && asking.connections.length === before + 1;
}

describe('a client session whose request has timed out', () => {
  it('a client session whose request has timed out closes its connection, and the next request opens another one', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const failure = rejection(asking.session.request());
    await settled();
    const { server } = asking;
    await asking.pass(5_100);
    expect(await failure).toMatchObject({
      ...{ name: 'TimeoutError', timer: 'receive' },
      testimony: { state: 'connected.open', endedBy: 'timeout', request: { number: 1 } },
    });
    expect([asking.session.state, asking.session.socket(), asking.armedDeadlines]).toEqual([
      'errored.fatal',
      null,
      0,
    ]);
    expect(server.ended || server.wasReset).toBe(true);
    expect(await recovers(asking)).toBe(true);
  });

  it('a client session closes its connection when a read of a body times out, and later reads say why', async () => {
    for (const read of ['text', 'read'] as const) {
      const asking = new Asking({ receiveTimeout: 5_000 });
      const response = asking.session.request();
      await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
      const { body } = await response;
      const failure = rejection(body[read]());
      await asking.pass(5_100);
      const error = await failure;
      expect(error).toMatchObject({ name: 'TimeoutError', timer: 'receive' });
      expect(await rejection(body.read())).toBe(error);
      expect([asking.session.state, asking.armedDeadlines]).toEqual(['errored.fatal', 0]);
      expect(await recovers(asking)).toBe(true);
    }
  });

  it('a client session closes its connection when the server takes nothing of an upload', async () => {
    const asking = new Asking({ sendTimeout: 5_000 }, 16_384);
    const body = Array.from({ length: 100 }, () => Buffer.alloc(10_000));
    const failure = rejection(asking.session.request({ method: 'POST', body }));
    await settled();
    await asking.pass(5_100);
    expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'send' });
    expect([asking.session.state, asking.armedDeadlines]).toEqual(['errored.fatal', 0]);
  });

  it('a client session whose step by step response has timed out works again without reset()', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const first = asking.session.request();
    await asking.answer(ok('first'));
    await (await first).text();
    const failure = rejection(asking.session.request());
    await settled();
    await asking.pass(5_100);
    expect(await failure).toMatchObject({ name: 'TimeoutError' });
    expect(await recovers(asking)).toBe(true);
  });

  it('no socket of a client session is left after a timeout', async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const asked = Array.from({ length: 10 }, () =>
      rejection(new HTTPClientSession('127.0.0.1', port, { receiveTimeout: 50 }).request()),
    );
    await Promise.all(asked);
    // A server that reads nothing does not see the end; one that reads does.
    const open = sockets.filter((socket) => !socket.resume().closed);
    await Promise.all(open.map((socket) => once(socket, 'close')));
    expect(sockets).toHaveLength(10);
    server.close();
    await once(server, 'close');
  });
});

describe('a stored exception of a client session', () => {
  it('a raw read that times out leaves the connection open, as in POCO, until it has been idle for too long', async () => {
    const asking = new Asking({ receiveTimeout: 5_000, keepAliveTimeout: 8_000 });
    await asking.session.connect('test:80');
    const failure = rejection(asking.session.read(1));
    await asking.pass(5_100);
    expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'receive' });
    expect(asking.session.state).toBe('errored.recoverable.open');
    await asking.pass(7_800);
    expect(asking.session.state).toBe('errored.recoverable.open');
    await asking.pass(300);
    expect([asking.session.state, asking.armedDeadlines]).toEqual(['closed', 0]);
    expect(asking.session.networkException()).toMatchObject({ timer: 'receive' });
  });

  it('a raw read that has timed out can be repeated once the exception is cleared, and no timer is left', async () => {
    const asking = new Asking({ receiveTimeout: 5_000, keepAliveTimeout: 8_000 });
    await asking.session.connect('test:80');
    const failure = rejection(asking.session.read(1));
    await asking.pass(5_100);
    await failure;
    asking.session.clearException();
    await asking.pass(60_000);
    expect(asking.session.state).toBe('connected.open');
    await asking.server.send('x');
    expect(String(await asking.session.read(1))).toBe('x');
  });

  it('an exception that is stored and cleared between two requests leaves the connection watched', async () => {
    for (const end of ['FIN', 'time'] as const) {
      const asking = await Asking.reused({ keepAliveTimeout: 8_000 });
      asking.session.setException(new Error('for a moment'));
      asking.session.clearException();
      expect(asking.session.state).toBe('connected.open');
      if (end === 'FIN') await asking.server.fin();
      else await asking.pass(8_100);
      expect([asking.session.state, asking.armedDeadlines]).toEqual(['closed', 0]);
    }
  });

  it('an exception that interrupts request() costs the connection when it is cleared, and the next request works', async () => {
    const asking = new Asking();
    const exception = new Error('for a moment');
    const failure = rejection(asking.session.request('/lost'));
    await settled();
    asking.session.setException(exception);
    expect((await failure).cause).toBe(exception);
    asking.session.clearException();
    expect([asking.session.state, asking.armedDeadlines]).toEqual(['closed', 0]);
    expect(await recovers(asking)).toBe(true);
  });

  it('an exception that interrupts receiveResponse() leaves the response to the next call of it, as in POCO', async () => {
    const asking = new Asking();
    await asking.session.sendRequest(new HTTPRequest('GET', '/'));
    const failure = rejection(asking.session.receiveResponse());
    asking.session.setException(new Error('for a moment'));
    await failure;
    asking.session.clearException();
    expect(await rejection(asking.session.request())).toMatchObject({
      reason: 'the response to the request before was not received',
    });
    const response = asking.session.receiveResponse();
    await asking.answer(ok('late'));
    expect(await (await response).text()).toBe('late');
  });
});

describe('the deadline of a response head', () => {
  const HINTS = 'HTTP/1.1 103 Early Hints\r\n\r\n';

  it.each([
    ['interim responses', () => HINTS],
    ['slow bytes', (at: number) => (at === 0 ? 'HTTP/1.1 200 OK\r\nX: ' : 'x')],
  ])('the deadline of a response head is not moved by %s', async (_what, piece) => {
    const asking = new Asking({ headTimeout: 300_000 });
    const failure = rejection(asking.session.request());
    await settled();
    await asking.pass(50_000);
    for (let at = 0; at < 6; at++) {
      expect(asking.session.state).toBe('connected.open');
      await asking.server.send(piece(at));
      await asking.pass(50_000);
    }
    expect(await failure).toMatchObject({
      ...{ name: 'TimeoutError', timer: 'head', timeout: 300_000 },
      message: 'head timed out after 300000 ms',
    });
    expect([asking.session.state, asking.armedDeadlines]).toEqual(['errored.fatal', 0]);
    expect(await recovers(asking)).toBe(true);
  });

  it('the deadline of a response head ends with the head, and the next one has its own', async () => {
    const asking = new Asking({ headTimeout: 10_000, receiveTimeout: 0, keepAliveTimeout: 0 });
    for (let round = 0; round < 2; round++) {
      const response = asking.session.request();
      await settled();
      await asking.pass(60_000);
      await asking.server.send(HINTS);
      await asking.pass(9_000);
      await asking.server.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
      await asking.pass(60_000);
      await asking.server.send('body');
      expect(await (await response).text()).toBe('body');
    }
  });

  it('the deadline of a response head does not run while the request is being sent', async () => {
    const asking = new Asking({ headTimeout: 10_000 });
    const source = new Source();
    const response = asking.session.request({ method: 'POST', body: source });
    await asking.answer(HINTS);
    await asking.pass(60_000);
    await source.end();
    await asking.server.send(HINTS);
    await asking.pass(9_000);
    await asking.server.send(ok('done'));
    expect(await (await response).text()).toBe('done');
  });
});
