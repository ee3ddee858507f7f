import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError, InvalidStateError } from '../../../src/errors/index.js';
import { settled } from '../../support/transport/sockets.js';
import type { SessionState, SessionStatePath } from '../../../src/session/index.js';
import { ENGINES, NOWHERE, Subject, WAYS } from '../../support/session/subject.js';

/*
 * The specification of the session's methods, cell by cell and by hand: the state that a call leads to, or `illegal`.
 */

const CALLS: Readonly<Record<string, (subject: Subject) => unknown>> = {
  'connect()': ({ session }) => session.connect(NOWHERE),
  'attachSocket()': (subject) => {
    subject.attach();
  },
  'detachSocket()': ({ session }) => session.detachSocket(),
  'setException()': ({ session }) => {
    session.setException(new HTTPSessionError('another one'));
  },
  'clearException()': ({ session }) => {
    session.clearException();
  },
  'close()': ({ session }) => {
    session.close();
  },
  'abort()': ({ session }) => {
    session.abort();
  },
  'drain()': ({ session }) => {
    session.drain();
  },
};

const withoutSocket = {
  'connect()': 'unconnected.connecting',
  'attachSocket()': 'connected.open',
  'detachSocket()': 'illegal',
  'setException()': 'errored.fatal',
  'clearException()': 'stays',
  'close()': 'closed',
  'abort()': 'closed',
  'drain()': 'illegal',
};

const withSocket = {
  'connect()': 'illegal',
  'attachSocket()': 'connected.open',
  'detachSocket()': 'detached',
  'clearException()': 'stays',
  'close()': 'closed',
  'abort()': 'closed',
  // Nobody serves requests on these sessions: there is no exchange to wait for.
  'drain()': 'closed',
};

const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'unconnected.idle': withoutSocket,
  'unconnected.connecting': { ...withoutSocket, 'connect()': 'illegal' },
  'connected.open': { ...withSocket, 'setException()': 'errored.recoverable.open' },
  'connected.halfClosed': { ...withSocket, 'setException()': 'errored.recoverable.halfClosed' },
  'connected.draining': { ...withSocket, 'setException()': 'errored.recoverable.draining' },
  'connected.lingering': { ...withSocket, 'setException()': 'errored.recoverable.lingering' },
  detached: withoutSocket,
  'errored.recoverable.open': {
    ...withSocket,
    'setException()': 'stays',
    'clearException()': 'connected.open',
  },
  'errored.recoverable.halfClosed': {
    ...withSocket,
    'setException()': 'stays',
    'clearException()': 'connected.halfClosed',
  },
  'errored.recoverable.draining': {
    ...withSocket,
    'setException()': 'stays',
    'clearException()': 'connected.draining',
  },
  'errored.recoverable.lingering': {
    ...withSocket,
    'setException()': 'stays',
    'clearException()': 'connected.lingering',
  },
  'errored.fatal': { ...withoutSocket, 'setException()': 'stays', 'clearException()': 'unconnected.idle' },
  closed: { ...withoutSocket, 'close()': 'stays', 'abort()': 'stays' },
};

/** What the other side, the system and the time do, in the states that have a socket. */
const HAPPENINGS: Readonly<Record<string, (subject: Subject) => unknown>> = {
  'the peer finishes sending': ({ peer }) => peer.end(),
  'the peer resets': ({ peer }) => peer.reset(),
  'the socket is destroyed': ({ near }) => near.destroy(),
};

const happenings: Readonly<Record<string, readonly [string, string, string]>> = {
  'connected.open': ['connected.halfClosed', 'errored.fatal', 'closed'],
  'connected.halfClosed': ['stays', 'errored.fatal', 'closed'],
  'connected.draining': ['connected.halfClosed', 'errored.fatal', 'closed'],
  'connected.lingering': ['closed', 'errored.fatal', 'closed'],
  detached: ['stays', 'stays', 'stays'],
  'errored.recoverable.open': ['errored.recoverable.halfClosed', 'errored.fatal', 'errored.fatal'],
  'errored.recoverable.halfClosed': ['stays', 'errored.fatal', 'errored.fatal'],
  'errored.recoverable.draining': ['errored.recoverable.halfClosed', 'errored.fatal', 'errored.fatal'],
  'errored.recoverable.lingering': ['closed', 'errored.fatal', 'errored.fatal'],
  closed: ['stays', 'stays', 'stays'],
};

/** Everything that an illegal call must leave as it was. */
function observe({ session }: Subject): unknown {
  const { state, history } = session;
  return [state, history, session.socket(), session.networkException(), session.buffered()];
}

/** What a call throws or rejects with; `null` when it succeeds. */
async function made(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}

describe.each(ENGINES)('under the $name', ({ options }) => {
  describe.each(Object.keys(WAYS))('a session in %s', (state) => {
    it.each(Object.entries(TABLE[state] ?? {}))('a session in each state, %s: %s', async (call, expected) => {
      const subject = await Subject.in(state, options);
      const { session } = subject;
      const before = observe(subject);
      const outcome = made(() => CALLS[call]?.(subject));
      const reached = session.state;
      const error = await outcome;
      if (expected === 'illegal') {
        expect(error).toBeInstanceOf(InvalidStateError);
        expect(error).toMatchObject({ call, state, code: 'ERR_HTTP_SESSION_INVALID_STATE' });
        expect(observe(subject)).toEqual(before);
      } else {
        expect(error).not.toBeInstanceOf(InvalidStateError);
        expect(reached).toBe(expected === 'stays' ? state : expected);
      }
      session.dispose();
      await settled();
      expect(subject.armedDeadlines).toBe(0);
    });

    it('state, socket and isConnected of a session agree', async () => {
      const { session } = await Subject.in(state, options);
      expect(session.connected()).toBe(state.startsWith('connected.'));
      expect(session.socket() !== null).toBe(/^connected|recoverable/.test(state));
      expect(session.networkException() !== null).toBe(state.startsWith('errored.'));
      const path = state as SessionState;
      const top = state.split('.', 1)[0] as SessionStatePath;
      expect([session.matches(path), session.matches(top)]).toEqual([true, true]);
      session.dispose();
    });
  });

  describe.each(Object.entries(happenings))('a session in %s', (state, row) => {
    it.each(Object.keys(HAPPENINGS).map((name, column) => [name, row[column] ?? ''] as const))(
      'a session in each state, %s: %s',
      async (name, expected) => {
        const subject = await Subject.in(state, options);
        HAPPENINGS[name]?.(subject);
        await settled();
        expect(subject.session.state).toBe(expected === 'stays' ? state : expected);
        subject.session.dispose();
      },
    );
  });

  it('a disposed session refuses every command, naming that', async () => {
    for (const [call, run] of Object.entries(CALLS)) {
      const subject = await Subject.in('connected.open', options);
      subject.session.dispose();
      const error = await made(() => run(subject));
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).toMatchObject({ call, state: 'disposed' });
    }
  });
});
