import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';
import { AbortedError, HTTPSessionError } from '../../../src/errors/index.js';
import { settled } from '../../support/transport/sockets.js';
import { ENGINES, isPending, rejection, Subject, text } from '../../support/session/subject.js';

const boom = (): never => {
  throw new Error('a listener that throws');
};

describe.each(ENGINES)('listeners under the $name', ({ options }) => {
  const faults: FaultMessage[] = [];
  const hear = (message: unknown): void => {
    faults.push(message as FaultMessage);
  };

  beforeEach(() => {
    faults.length = 0;
    subscribe(FAULT_CHANNEL, hear);
  });
  afterEach(() => {
    unsubscribe(FAULT_CHANNEL, hear);
  });

  it('listeners are notified of every change of state, and of nothing else', async () => {
    const subject = new Subject(options);
    const { session } = subject;
    const told: string[] = [];
    session.subscribe(({ from, to, exception }) => told.push(`${from} -> ${to} ${exception?.message ?? ''}`));
    subject.attach();
    session.clearException();
    session.setException(new HTTPSessionError('one'));
    session.setException(new HTTPSessionError('two'));
    session.close();
    session.close();
    expect(told).toEqual([
      'unconnected.idle -> connected.open ',
      'connected.open -> errored.recoverable.open one',
      'errored.recoverable.open -> closed two',
    ]);
  });

  it('listeners of one state are notified when it is entered, not of changes within it', async () => {
    const subject = new Subject(options);
    const told: string[] = [];
    for (const state of ['unconnected', 'connected', 'detached', 'errored', 'closed'] as const) {
      subject.session.on(state, ({ to }) => told.push(`${state}: ${to}`));
    }
    subject.attach();
    subject.peer.end();
    await settled();
    subject.session.detachSocket();
    expect(told).toEqual(['connected: connected.open', 'detached: detached']);
  });

  it('listeners are not notified once they have unsubscribed', async () => {
    const { session } = await Subject.in('connected.open', options);
    let calls = 0;
    const offs = [session.subscribe(() => calls++), session.on('closed', () => calls++)];
    const subscription = session.actor.subscribe(() => calls++);
    for (const off of offs) off();
    subscription.unsubscribe();
    session.close();
    expect(calls).toBe(0);
  });

  it('listeners may call the session back, and find the effect at once', async () => {
    const { session } = await Subject.in('connected.open', options);
    const states: string[] = [];
    session.on('errored', () => {
      states.push(session.state);
      session.clearException();
      states.push(session.state);
    });
    const order: string[] = [];
    session.subscribe(({ to }) => order.push(to));
    session.setException(new Error('any'));
    expect(states).toEqual(['errored.recoverable.open', 'connected.open']);
    expect(order).toEqual(['errored.recoverable.open', 'connected.open']);
    session.abort();
  });

  it('listeners that throw do not stop others, and are reported as faults', async () => {
    const subject = new Subject(options);
    const other = new Subject(options);
    const told: string[] = [];
    subject.session.subscribe(boom);
    subject.session.on('connected', boom);
    subject.session.actor.subscribe(boom);
    subject.session.actor.subscribe({ next: boom });
    subject.session.subscribe(({ to }) => told.push(to));
    other.session.subscribe(({ to }) => told.push(`other ${to}`));
    subject.attach();
    other.attach();
    await settled();
    expect(told).toEqual(['connected.open', 'other connected.open']);
    expect(faults).toHaveLength(4);
    for (const fault of faults) {
      expect(fault).toMatchObject({ where: 'listener', sessionId: subject.session.id });
    }
    await subject.send('x');
    expect(await text(subject.session.read(1))).toBe('x');
    subject.session.abort();
    other.session.abort();
  });

  it('listeners that are async functions and reject are reported as well', async () => {
    const subject = new Subject(options);
    // TypeScript takes an async function for a listener where its type is not known to be one.
    const rejecting = (() => Promise.reject(new Error('later'))) as () => void;
    subject.session.subscribe(rejecting);
    subject.session.actor.subscribe(rejecting);
    subject.attach();
    await settled();
    expect(faults.map(({ where }) => where)).toEqual(['listener', 'listener']);
    subject.session.abort();
  });

  it('waitFor() resolves at once, when the state is entered, or when a sub-state is', async () => {
    const subject = new Subject(options);
    const { session } = subject;
    await session.waitFor('unconnected');
    const waiting = session.waitFor('connected');
    const closing = session.waitFor('closed');
    subject.attach();
    await waiting;
    expect(await isPending(closing)).toBe(true);
    session.close();
    await closing;
  });

  it('waitFor() ends with the signal, and with the session', async () => {
    const { session } = await Subject.in('connected.open', options);
    const controller = new AbortController();
    const waiting = rejection(session.waitFor('detached', { signal: controller.signal }));
    const lasting = rejection(session.waitFor('detached'));
    controller.abort('enough');
    const error = await waiting;
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.cause).toBe('enough');
    session.dispose();
    expect(await lasting).toBeInstanceOf(AbortedError);
    expect(await rejection(session.waitFor('detached'))).toBeInstanceOf(AbortedError);
    const aborted = AbortSignal.abort('before');
    expect((await rejection(session.waitFor('detached', { signal: aborted }))).cause).toBe('before');
  });

  it('listeners of the package are removed from the socket after close(), abort() and a failure', async () => {
    for (const end of ['close', 'abort', 'reset'] as const) {
      const subject = await Subject.in('connected.open', options);
      if (end === 'reset') subject.peer.reset();
      else subject.session[end]();
      await settled();
      expect([subject.session.socket(), subject.near.destroyed, subject.armedDeadlines]).toEqual([
        null,
        true,
        0,
      ]);
    }
  });

  it('listeners get real snapshots from the actor: matches, hasTag, can', async () => {
    const { session } = await Subject.in('connected.halfClosed', options);
    const snapshot = session.actor.getSnapshot() as never as {
      value: unknown;
      hasTag(tag: string): boolean;
      can(event: { type: string }): boolean;
    };
    expect(snapshot.value).toEqual({ connected: 'halfClosed' });
    expect([snapshot.hasTag('writable'), snapshot.hasTag('readable')]).toEqual([true, false]);
    expect([snapshot.can({ type: 'socket.detach' }), snapshot.can({ type: 'session.connect' })]).toEqual([
      true,
      false,
    ]);
    session.abort();
  });
});
