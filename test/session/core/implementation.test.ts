import { describe, expect, it } from '@jest/globals';

import { AbortedError } from '../../../src/errors/index.js';
import { faultsOf } from '../../support/http/faults.js';
import { quietPair, rejection, Subject, ENGINES } from '../../support/session/subject.js';

/*
 * What the names in the session chart do, as far as it can be told from outside.
 */

describe.each(ENGINES)('under the $name', ({ options }) => {
  const ends: readonly [string, (subject: Subject) => unknown, string][] = [
    ['close()', ({ session }) => session.close(), 'the session was closed'],
    ['abort()', ({ session }) => session.abort(), 'the session was aborted'],
    ['attachSocket()', (subject) => subject.attach(), 'the connection was closed'],
  ];

  it.each(ends)('a pending read rejects with %s', async (_call, end, why) => {
    const subject = await Subject.in('connected.open', options);
    const waiting = rejection(subject.session.read(1));
    end(subject);
    const error = await waiting;
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.message).toBe(why);
    subject.session.dispose();
  });

  it.each(['close', 'abort'] as const)('%s() ends the connection locally', async (call) => {
    const { session } = await Subject.in('connected.open', options);
    session[call]();
    expect(await rejection(session.read(1))).toMatchObject({ testimony: { endedBy: 'local' } });
  });

  it('close() after the peer has finished sending ends the connection locally, too', async () => {
    const { session } = await Subject.in('connected.halfClosed', options);
    session.close();
    expect(await rejection(session.write('x'))).toMatchObject({ testimony: { endedBy: 'local' } });
  });

  it('a socket that throws is reported as a fault, and the session continues', () => {
    const subject = new Subject(options);
    const { server } = quietPair();
    const broken = new Error('a socket that cannot be read');
    server.resume = () => {
      throw broken;
    };
    subject.session.attachSocket(server);
    expect(faultsOf(subject.session)).toEqual([
      { where: 'implementation', error: broken, sessionId: subject.session.id },
    ]);
    expect(subject.session.state).toBe('connected.open');
    subject.session.dispose();
    expect(subject.session.state).toBe('closed');
  });

  it('an actor that must connect without a target waits for another event', () => {
    const { session } = new Subject(options);
    session.actor.send({ type: 'session.connect' });
    expect(session.state).toBe('unconnected.connecting');
    session.close();
    expect(session.state).toBe('closed');
    expect(faultsOf(session)).toEqual([]);
  });
});
