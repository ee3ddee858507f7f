import { describe, expect, it } from '@jest/globals';

import { observersOf } from '../../../src/session/core/observers.js';
import { HTTPServerSession, HTTPSClientSession } from '../../../src/session/index.js';
import { systemClock } from '../../../src/transport/index.js';
import { ENGINES, Subject, WAYS } from '../../support/session/subject.js';

describe.each(ENGINES)('dispose() under the $name', ({ options }) => {
  it('dispose() adds nothing to the history of a session that is closed already', async () => {
    const { session } = await Subject.in('closed', options);
    const before = session.history;
    session.dispose();
    expect(session.history).toEqual(before);
  });

  it('dispose() of any other session is an abort', async () => {
    const { session } = await Subject.in('connected.open', options);
    session.dispose();
    expect(session.history.some(({ event }) => event === 'session.abort')).toBe(true);
  });

  it('dispose() notifies once that the session has ended', async () => {
    const { session } = await Subject.in('connected.open', options);
    let ends = 0;
    observersOf(session.core).onEnd(() => ends++);
    session.dispose();
    session.dispose();
    await session[Symbol.asyncDispose]();
    expect(ends).toBe(1);
  });
});

describe('`await using`', () => {
  it('`await using` closes, and does not abort', async () => {
    const { session } = await Subject.in('connected.open');
    await session[Symbol.asyncDispose]();
    expect(session.history.filter(({ chart }) => chart === 'session').map(({ event }) => event)).toEqual([
      'socket.attach',
      'session.close',
    ]);
  });

  it.each(Object.keys(WAYS))(
    '`await using` ends in %s, also where the session was disposed of',
    async (state) => {
      for (const disposeFirst of [false, true]) {
        const { session } = await Subject.in(state);
        if (disposeFirst) session.dispose();
        await session[Symbol.asyncDispose]();
        expect([session.state, session.core.isDisposed]).toEqual(['closed', true]);
      }
    },
  );
});

describe('what a session is without options', () => {
  it('a session without options uses the system clock', () => {
    expect(new HTTPServerSession().core.clock).toBe(systemClock);
  });

  it('an HTTPS session without options has no host, and the port of HTTPS', () => {
    const session = new HTTPSClientSession();
    expect([session.getHost(), session.getPort(), session.secure()]).toEqual(['', 443, true]);
    expect(session.tlsOptionsFor()).toEqual({});
  });

  it('a session has the options of TLS that it was given', () => {
    const tls = { servername: 'test' };
    expect(new HTTPSClientSession('', undefined, { tls }).tlsOptionsFor()).toBe(tls);
  });
});
