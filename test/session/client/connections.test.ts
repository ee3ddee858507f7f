import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError } from '../../../src/errors/index.js';
import { HTTPRequest } from '../../../src/protocol/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { FarEnd } from '../../support/http/far-end.js';

const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf';

describe('a session without a connection', () => {
  it('a session without a connection has no addresses and no trailer fields', () => {
    const session = new HTTPClientSession('test');
    expect([session.clientAddress(), session.serverAddress(), session.responseTrailer()]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('a session without a connection stays as it is when it is reset', async () => {
    const { session } = new Asking();
    session.reset();
    expect(session.state).toBe('unconnected.idle');
    const lost = await Asking.reused();
    await lost.server.reset();
    lost.session.reset();
    expect(lost.session.state).toBe('unconnected.idle');
    session.dispose();
    const before = session.history;
    session.reset();
    expect(session.history).toEqual(before);
  });

  it('a session without a connection connects without closing anything', async () => {
    const asking = new Asking();
    const response = asking.session.request();
    await asking.answer(ok());
    await response;
    expect(asking.session.history.map(({ event }) => event)).not.toContain('session.close');
  });
});

describe('a request that waits for its connection', () => {
  it('a request that waits for its connection is never sent when the session was closed and aborted meanwhile', async () => {
    const asking = await Asking.reused();
    const failure = rejection(asking.session.request({ method: 'POST', body: 'body' }));
    asking.session.close();
    asking.session.abort();
    expect(await failure).toMatchObject({ name: 'AbortedError' });
    await settled();
    expect(asking.writes).toEqual([]);
    expect(asking.connections).toHaveLength(1);
  });
});

describe('a connection that was attached together with bytes', () => {
  it('a connection attached with leftover bytes is not used: they would be read as the response', async () => {
    const asking = new Asking();
    asking.session.attachSocket(createMemoryPair().client, Buffer.from(ok('poison')));
    const response = asking.session.request();
    await asking.answer(ok('wanted'));
    expect(await (await response).text()).toBe('wanted');
  });
});

describe('a client that writes bytes of its own', () => {
  async function written(): Promise<{ session: HTTPClientSession; server: FarEnd }> {
    const pair = createMemoryPair();
    const session = new HTTPClientSession(pair.client);
    await session.write('raw');
    return { session, server: new FarEnd(pair.server) };
  }

  it('a client may continue to write raw bytes when the peer has finished', async () => {
    const { session, server } = await written();
    await server.fin();
    expect(session.state).toBe('connected.halfClosed');
    await session.write(' and more');
    await settled();
    expect(server.text).toBe('raw and more');
    session.dispose();
  });

  it('raw bytes of the user do not count as the head of a request', async () => {
    const { session, server } = await written();
    await server.reset();
    expect(session.networkException()?.testimony).toMatchObject({ headSent: false, bytesOut: 3 });
  });
});

describe('a response that is not read yet', () => {
  it('a response that is not read yet can be read when an exception was stored and cleared in between', async () => {
    const asking = new Asking();
    const response = asking.session.request();
    await asking.answer(HALF);
    const { body } = await response;
    asking.session.setException(new HTTPSessionError('stored by the test'));
    asking.session.clearException();
    await asking.server.send('done');
    expect((await body.bytes()).toString()).toBe('halfdone');
  });

  it('a response that is not read yet cannot be read from the next connection', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined).write(HALF);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const session = new HTTPClientSession('127.0.0.1', port);
    const { body } = await session.request();
    session.close();
    await session.connect({ host: '127.0.0.1', port });
    expect(await rejection(body.bytes())).toMatchObject({ name: 'InvalidStateError' });
    session.dispose();
    server.close();
  });
});

describe('a request to open a tunnel', () => {
  it('a tunnel that is granted leaves the connection to its own bytes', async () => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'CONNECT', path: 'example.com:443' });
    await asking.answer('HTTP/1.1 200 OK\r\n\r\n');
    expect((await response).status).toBe(200);
    expect(asking.session.exchangeState).toBe('switched');
    expect(asking.session.state).toBe('connected.open');
  });
});

describe('a request of a session that keeps no connection', () => {
  it('a request of a session that keeps no connection sends Connection: close unless the request has a Connection field', async () => {
    const asking = new Asking({ keepAlive: false });
    void rejection(asking.session.request({ headers: { Connection: 'keep-alive' } }));
    await settled();
    expect(asking.server.text).toBe('GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: test\r\n\r\n');
    asking.session.dispose();
  });
});

describe('sendRequest()', () => {
  it('sendRequest() expects nothing of a message without a body', async () => {
    for (const headers of [{ Expect: '100-continue' }, { Expect: '100-continue', 'Content-Length': '0' }]) {
      const asking = new Asking();
      await asking.session.sendRequest(new HTTPRequest('POST', '/', { headers }));
      await settled();
      expect(asking.server.text).toMatch(/^POST \/ HTTP/u);
      expect(asking.server.text).not.toContain('Expect');
    }
  });

  it('sendRequest() on a keep-alive connection first checks whether the server has closed it', async () => {
    const asking = await Asking.reused();
    asking.server.socket.fin();
    await asking.session.sendRequest(new HTTPRequest('GET', '/'));
    expect(asking.connections).toHaveLength(2);
    await asking.answer(ok('new'));
    expect(await (await asking.session.receiveResponse()).text()).toBe('new');
  });

  it('sendRequest() on a fresh connection sends at once: no server leaves one that it has just taken', async () => {
    const asking = new Asking();
    await asking.session.connect('test:80');
    let isLater = false;
    setImmediate(() => {
      isLater = true;
    });
    await asking.session.sendRequest(new HTTPRequest('GET', '/'));
    expect(isLater).toBe(false);
    expect(asking.writes).toHaveLength(1);
  });

  it('sendRequest() refuses a request() that came earlier, with an error that names that call', async () => {
    const asking = new Asking();
    const refusal = rejection(asking.session.request({ path: '/second' }));
    for (let turn = 0; turn < 100 && !asking.isReady; turn++) await Promise.resolve();
    const response = asking.session.request({ path: '/first' });
    expect(await refusal).toMatchObject({ name: 'InvalidStateError', call: 'request()' });
    await asking.answer(ok());
    expect((await response).status).toBe(200);
  });

  it('sendRequest() is refused, with an error that names it, when another request came first', async () => {
    const asking = new Asking();
    const failure = rejection(asking.session.sendRequest(new HTTPRequest('GET', '/first')));
    const refusal = rejection(asking.session.sendRequest(new HTTPRequest()));
    for (let turn = 0; turn < 100 && !asking.isReady; turn++) await Promise.resolve();
    const response = asking.session.request({ path: '/second' });
    expect(await failure).toMatchObject({ name: 'InvalidStateError', call: 'sendRequest()' });
    expect(await refusal).toMatchObject({ name: 'InvalidStateError', call: 'sendRequest()' });
    await asking.answer(ok());
    expect((await response).status).toBe(200);
  });

  it('sendRequest() begins a request that can be retried, as long as its body has not begun', async () => {
    const asking = await Asking.reused();
    const body = await asking.session.sendRequest(
      new HTTPRequest('PUT', '/', { headers: { 'Content-Length': '4' } }),
    );
    expect(asking.session.exchangeState).toContain('replay.possible');
    await body.write('bo');
    expect(asking.session.exchangeState).toContain('replay.impossible');
  });
});
