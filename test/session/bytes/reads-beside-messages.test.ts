import { describe, expect, it } from '@jest/globals';

import { InvalidStateError, type HTTPSessionError } from '../../../src/errors/index.js';
import type { HTTPSession } from '../../../src/session/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { responseIn } from '../../support/http/messages.js';
import { echoBody, echoPath, get, post, Served } from '../../support/http/served.js';
import { rejection } from '../../support/transport/promises.js';

const TAKEN = { state: 'connected.open', reason: 'a message is being read' };

/** All ways to read the bytes of a session, by name. */
const READS: Readonly<Record<string, (session: HTTPSession) => Promise<unknown>>> = {
  'get()': (session) => session.get(),
  'peek()': (session) => session.peek(),
  'read()': (session) => session.read(1),
  'readInto()': (session) => session.readInto(Buffer.alloc(1)),
  'receive()': (session) => session.receive(1),
  'refill()': (session) => session.refill(),
};

describe.each(Object.entries(READS))('%s', (call, read) => {
  it('%s is refused while a handler waits for its body, even if a part of it is buffered', async () => {
    const served = new Served(echoBody);
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1');
    const error = await rejection(read(served.session));
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ call, ...TAKEN, testimony: { sessionId: served.session.id } });
    await served.send('\r\nx\r\n0\r\n\r\n');
    expect(responseIn(served.text).body).toBe('x');
  });
});

describe('a read of bytes', () => {
  it('a read of bytes is refused while a client waits for its response', async () => {
    const asking = new Asking();
    const response = asking.session.request();
    await asking.pass(0);
    expect(await rejection(asking.session.get())).toMatchObject({ call: 'get()', ...TAKEN });
    await asking.answer(ok('whole'));
    expect(await (await response).text()).toBe('whole');
  });

  it('a read of bytes is refused in a handler that an exception kept waiting', async () => {
    const refused: Promise<HTTPSessionError>[] = [];
    const served = new Served((request, response) => {
      void request.bytes().then((bytes) => response.end(bytes));
      refused.push(rejection(served.session.get()));
    });
    served.session.setException(new Error('for a moment'));
    await served.send(post('body').slice(0, -1));
    served.session.clearException();
    expect(await refused[0]).toMatchObject({ call: 'get()' });
    await served.send('y');
    expect(responseIn(served.text).body).toBe('body');
  });

  it('a read of bytes gets what arrives between two requests, and the next request is served', async () => {
    const served = new Served(echoPath);
    await served.send(get('/1'));
    served.take();
    const got = served.session.get();
    await served.send('!');
    expect(await got).toBe(33);
    await served.send(get('/2'));
    expect(responseIn(served.take()).body).toBe('/2');
  });

  it('a read of bytes gets what arrives on a keep-alive connection whose exception was cleared', async () => {
    const { session, server } = await Asking.reused();
    session.setException(new Error('for a moment'));
    session.clearException();
    const got = session.get();
    await server.send('!');
    expect(await got).toBe(33);
    session.abort();
  });

  it('a read of bytes that is withdrawn takes nothing from a body whose reader has displaced it', async () => {
    const controller = new AbortController();
    let refused: Promise<HTTPSessionError> | undefined;
    const served = new Served(async (request, response) => {
      refused = rejection(served.session.get({ signal: controller.signal }));
      response.end(await request.bytes());
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n');
    controller.abort();
    expect(await refused).toMatchObject({ name: 'InvalidStateError' });
    await served.send('body');
    expect(responseIn(served.text).body).toBe('body');
  });
});
