import { describe, expect, it } from '@jest/globals';

import { Alone } from '../../support/http/alone.js';
import { HTTPClientSession, type HTTPSession } from '../../../src/session/index.js';
import { NOWHERE, rejection, Subject } from '../../support/session/subject.js';
import { freePort, settled, withServer } from '../../support/transport/sockets.js';
import { until } from '../../support/transport/until.js';

/*
 * Jest fails a test in which a promise is rejected that nobody handles: that alone is what most of these show.
 */

/** The calls whose promise a peer can break, each as a user writes it who does not wait for it. */
const CALLS: Readonly<Record<string, (session: HTTPSession) => Promise<unknown>>> = {
  'write()': (session) => session.write('more than the socket takes'),
  'get()': (session) => session.get(),
  'peek()': (session) => session.peek(),
  'read()': (session) => session.read(5),
  'readInto()': (session) => session.readInto(Buffer.alloc(5)),
  'receive()': (session) => session.receive(5),
  'refill()': (session) => session.refill(),
  'waitFor()': (session) => session.waitFor('detached'),
};

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  it(`a ${name} that is not awaited ends no process when the peer resets`, async () => {
    const subject = new Subject().attach(undefined, 4);
    subject.near.stall();
    void call(subject.session);
    subject.peer.reset();
    await settled();
    subject.session.dispose();
    await settled();
    expect(subject.session.state).toBe('closed');
  });

  it(`a ${name} that is not awaited ends no process when the connection is lost already`, async () => {
    const { session } = await Subject.in('errored.fatal');
    void call(session);
    session.dispose();
    await settled();
    expect(session.state).toBe('closed');
  });

  it(`a ${name} that is awaited rejects when the peer resets`, async () => {
    const subject = new Subject().attach(undefined, 4);
    subject.near.stall();
    const awaited = rejection(call(subject.session));
    subject.peer.reset();
    await settled();
    subject.session.dispose();
    expect(await awaited).toBeInstanceOf(Error);
  });
});

describe('connect()', () => {
  it('a connect() that is not awaited ends no process, and its failure is the exception of the session', async () => {
    const port = await freePort();
    for (const address of [NOWHERE, { host: '127.0.0.1', port }]) {
      const session = new HTTPClientSession();
      void session.connect(address);
      await session.waitFor('errored');
      await settled();
      expect(session.networkException()).toMatchObject({ name: 'NetworkError' });
    }
  });
});

describe('pulled requests', () => {
  it('a nextRequest() that is not awaited ends no process when the client sends nonsense', async () => {
    const alone = new Alone();
    void alone.session.nextRequest();
    await alone.send('nonsense\r\n\r\n');
    await settled();
    expect(alone.text).toContain('400 Bad Request');
  });
});

describe('writes in a loop', () => {
  it('writes that are not awaited survive a client that resets, and the next client is served', () =>
    withServer(async ({ target, accepted }) => {
      const session = new HTTPClientSession();
      await session.connect(target);
      const far = await accepted();
      far.resetAndDestroy();
      await until(() => {
        void session.write('x');
        return !session.connected();
      });
      void session.write('after');
      await settled();
      expect(session.state).toBe('errored.fatal');
    }));
});
