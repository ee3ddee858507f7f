import { describe, expect, it } from '@jest/globals';

import { InvalidStateError } from '../../../src/errors/index.js';
import type { HTTPClientSession, SessionHolder } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

/** Records what a holder is notified of. */
class Recorder implements SessionHolder {
  readonly heard: string[] = [];
  readonly #session: HTTPClientSession;

  constructor(session: HTTPClientSession) {
    this.#session = session;
    session.setHolder(this);
  }

  #note(notice: string, session: HTTPClientSession): void {
    if (session !== this.#session) throw new Error('another session');
    if (session.core.isSending) throw new Error('in the middle of a transition');
    this.heard.push(notice);
  }

  sessionAvailable(session: HTTPClientSession): void {
    this.#note('available', session);
  }

  responseUnread(session: HTTPClientSession): void {
    this.#note('unread', session);
  }

  bodyRead(session: HTTPClientSession): void {
    this.#note('read', session);
  }

  sessionEnded(session: HTTPClientSession): void {
    this.#note('ended', session);
  }
}

/** A client that has connected and has sent nothing yet. */
async function fresh(): Promise<Asking> {
  const asking = new Asking();
  await asking.session.connect('test:80');
  return asking;
}

/** What a reservation settles with, as often as it does. */
function reserving({ session }: Asking): boolean[] {
  const outcomes: boolean[] = [];
  session.reserve((isReserved) => outcomes.push(isReserved));
  return outcomes;
}

const ENDS: readonly (readonly [string, (asking: Asking) => unknown])[] = [
  ['a FIN', ({ server }) => server.fin()],
  ['a reset', ({ server }) => server.reset()],
  ['stray bytes', ({ server }) => server.send('x')],
  ['close()', ({ session }) => session.close()],
  ['abort()', ({ session }) => session.abort()],
  ['dispose()', ({ session }) => session.dispose()],
  ['detachSocket()', ({ session }) => session.detachSocket()],
  ['setException()', ({ session }) => session.setException(new Error('of the user'))],
  ['another socket', ({ session }) => session.attachSocket(createMemoryPair().client)],
];

describe('a reservation', () => {
  it('a fresh connection is reserved at once', async () => {
    const asking = await fresh();
    expect(asking.session.available).toBe(true);
    expect(reserving(asking)).toEqual([true]);
    expect(asking.session.available).toBe(false);
    expect(asking.session.exchangeState).toBe('reserved.fresh');
  });

  it('a connection that was used is reserved after a turn of listening', async () => {
    const asking = await Asking.reused();
    const outcomes = reserving(asking);
    expect(outcomes).toEqual([]);
    expect(asking.session.available).toBe(false);
    await settled();
    expect(outcomes).toEqual([true]);
    expect(asking.session.exchangeState).toBe('reserved.reused');
  });

  it('the next request on a reserved session is sent in the same turn', async () => {
    const asking = await Asking.reused();
    expect(await asking.session.reserve()).toBe(true);
    const asked = asking.session.request('/next');
    expect(asking.writes.join('')).toMatch(/^GET \/next /u);
    await asking.answer(ok('next'));
    expect(await (await asked).text()).toBe('next');
  });

  it('a request that is made while a reservation listens is refused', async () => {
    const asking = await Asking.reused();
    const outcomes = reserving(asking);
    expect(await rejection(asking.session.request())).toBeInstanceOf(InvalidStateError);
    await settled();
    expect(outcomes).toEqual([true]);
  });

  it('a session is reserved once at a time, until it is released', async () => {
    for (const asking of [await fresh(), await Asking.reused()]) {
      expect(await asking.session.reserve()).toBe(true);
      expect(await asking.session.reserve()).toBe(false);
      asking.session.release();
      expect(asking.session.available).toBe(true);
      expect(await asking.session.reserve()).toBe(true);
    }
  });

  it('a reservation that is released while it listens settles with false, and the next one listens for itself', async () => {
    const asking = await Asking.reused();
    const first = reserving(asking);
    asking.session.release();
    expect(first).toEqual([false]);
    const second = reserving(asking);
    await settled();
    expect([first, second]).toEqual([[false], [true]]);
  });

  it('a session that is not connected or has an exchange is not reserved', async () => {
    const asking = new Asking();
    expect(reserving(asking)).toEqual([false]);
    void asking.session.request();
    await settled();
    expect(asking.session.available).toBe(false);
    expect(reserving(asking)).toEqual([false]);
  });

  it.each(ENDS)('%s while a reservation listens ends it with false, once', async (_name, end) => {
    const asking = await Asking.reused();
    const outcomes = reserving(asking);
    await end(asking);
    await settled();
    await settled();
    expect(outcomes).toEqual([false]);
    expect(asking.session.exchangeState).not.toMatch(/^(reserved|preparing)/u);
  });

  it.each(ENDS)('%s ends a reservation', async (_name, end) => {
    for (const asking of [await fresh(), await Asking.reused()]) {
      asking.session.setHolder(null);
      await asking.session.reserve();
      const before = asking.session.socket();
      await end(asking);
      await settled();
      const isSame = asking.session.available && asking.session.socket() === before;
      expect(isSame).toBe(false);
      if (asking.session.connected() && asking.session.socket() !== before) {
        expect(asking.session.exchangeState).toBe('idle.fresh');
      }
    }
  });
});

describe('the holder of a session', () => {
  it('hears how a response is read, and that the session is available', async () => {
    const asking = await fresh();
    const { heard } = new Recorder(asking.session);
    const asked = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n12');
    const response = await asked;
    expect(heard).toEqual(['unread']);
    const body = response.text();
    expect(heard).toEqual(['unread', 'read']);
    await asking.server.send('34');
    expect(await body).toBe('1234');
    expect(heard).toEqual(['unread', 'read', 'available']);
  });

  it('hears of a response without a body only that the session is available', async () => {
    const asking = await fresh();
    const { heard } = new Recorder(asking.session);
    const asked = asking.session.request();
    await asking.answer('HTTP/1.1 204 No Content\r\n\r\n');
    await asked;
    expect(heard).toEqual(['available']);
  });

  it.each(ENDS)('hears of %s once', async (_name, end) => {
    for (const asking of [await fresh(), await Asking.reused()]) {
      const { heard } = new Recorder(asking.session);
      await end(asking);
      await settled();
      asking.session.dispose();
      await settled();
      // The other socket is a connection of its own.
      const expected = _name === 'another socket' ? ['ended', 'ended'] : ['ended'];
      expect(heard).toEqual(expected);
    }
  });

  it('hears that the last response of a connection has ended it', async () => {
    const asking = await fresh();
    const { heard } = new Recorder(asking.session);
    const asked = asking.session.request();
    await asking.answer(ok('last', 'Connection: close\r\n'));
    await (await asked).text();
    expect(heard).toEqual(['unread', 'ended']);
  });

  it('hears that the connection speaks another protocol, and not again when it is taken', async () => {
    const asking = await fresh();
    const { heard } = new Recorder(asking.session);
    const asked = asking.session.request({ headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
    await asking.answer('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await asked;
    expect(heard).toEqual(['ended']);
    asking.session.detachSocket();
    expect(heard).toEqual(['ended']);
  });

  it('of a session whose server has closed before it had a holder hears so', async () => {
    const asking = await Asking.halfClosed();
    const { heard } = new Recorder(asking.session);
    await settled();
    expect(heard).toEqual(['ended']);
    expect(asking.armedDeadlines).toBe(0);
  });

  it('of a fresh connection hears when its idle time is over', async () => {
    const asking = await fresh();
    const { heard } = new Recorder(asking.session);
    await asking.pass(8_100);
    expect(heard).toEqual(['ended']);
    expect(asking.session.endedBy).toBe('timeout');
  });

  it('may use the session at once, and hears nothing once another one has it', async () => {
    const asking = await fresh();
    const outcomes: boolean[] = [];
    const recorder = new Recorder(asking.session);
    recorder.sessionAvailable = (session) => {
      session.reserve((isReserved) => outcomes.push(isReserved));
      session.setHolder(null);
    };
    const asked = asking.session.request();
    await asking.answer(ok());
    await asked;
    await settled();
    expect(outcomes).toEqual([true]);
    asking.session.close();
    expect(recorder.heard).toEqual([]);
  });

  it('hears that a response that was left unread for too long no longer holds the session', async () => {
    const asking = await fresh();
    const { heard } = new Recorder(asking.session);
    asking.session.setUnreadTimeout(1_000);
    expect(() => asking.session.setUnreadTimeout(-1)).toThrow(RangeError);
    const asked = asking.session.request();
    await asking.answer(ok('small'));
    const response = await asked;
    await asking.pass(1_100);
    expect(heard.at(-1)).toBe('available');
    expect(await rejection(response.text())).toBeInstanceOf(InvalidStateError);
  });
});
