import { getEventListeners } from 'node:events';

import { describe, expect, it, jest } from '@jest/globals';
import { createActor, createMachine } from 'xstate';

import { looking } from '../../../src/chart/index.js';
import { AbortedError } from '../../../src/errors/index.js';
import { observersOf } from '../../../src/session/core/observers.js';
import { ENGINES, rejection, Subject } from '../../support/session/subject.js';

describe.each(ENGINES)('the listeners of a session under the $name', ({ options }) => {
  it('listeners are notified in the order of events, also of those that one of them caused', async () => {
    const { session } = await Subject.in('connected.open', options);
    session.subscribe(({ to }) => {
      if (to === 'errored.recoverable.open') session.clearException();
    });
    const told: string[] = [];
    session.subscribe(({ to }) => told.push(to));
    session.setException(new Error('for a moment'));
    expect(told).toEqual(['errored.recoverable.open', 'connected.open']);
    session.abort();
  });

  it('listeners are notified of events that are sent to the actor itself', async () => {
    const { session } = await Subject.in('connected.open', options);
    const told: string[] = [];
    session.subscribe(({ to }) => told.push(to));
    session.actor.send({ type: 'session.abort' });
    expect(told).toEqual(['closed']);
  });
});

describe('the observers of a session', () => {
  it('observers are notified of the end of a session until they unsubscribe', () => {
    const { session } = new Subject();
    const observers = observersOf(session.core);
    const ends: string[] = [];
    observers.onEnd(() => ends.push('stays'));
    const off = observers.onEnd(() => ends.push('goes'));
    off();
    session.dispose();
    expect(ends).toEqual(['stays']);
  });

  it('observers and history record nothing after the end, even where the actor continues in a system of the user', () => {
    const parent = createActor(createMachine({})).start();
    const subject = new Subject({ engine: (machine) => createActor(machine, { parent }).start() }).attach();
    const { session } = subject;
    session.dispose();
    const known = session.history;
    session.core.notify({ type: 'session.close' });
    expect([session.state, session.history]).toEqual(['closed', known]);
  });

  it('observers need no actor', async () => {
    const making = jest.spyOn(looking, 'look');
    try {
      const { session } = await Subject.in('connected.open');
      const told: string[] = [];
      session.subscribe(({ to }) => told.push(to));
      const closed = session.waitFor('closed');
      session.close();
      await closed;
      session.dispose();
      expect(told).toEqual(['closed']);
      expect(making).not.toHaveBeenCalled();
    } finally {
      making.mockRestore();
    }
  });
});

describe('the time since when a session has been in its state', () => {
  it('the time of a state is that of its entry, whatever happens within the state', async () => {
    const { session, clock } = await Subject.in('connected.open');
    await clock.advance(1_000);
    session.clearException();
    expect(session.since).toBe(1_700_000_000_000);
    session.setException(new Error('one'));
    await clock.advance(1_000);
    session.setException(new Error('two'));
    expect([session.since, session.changedAt]).toEqual([1_700_000_001_000, 1_700_000_002_000]);
    session.abort();
  });
});

describe('the actor of a session', () => {
  it('the actor of a session is the same object with the same members on each access', () => {
    const { session } = new Subject();
    const { actor } = session;
    const { subscribe } = actor;
    expect(session.actor).toBe(actor);
    expect(session.actor.subscribe).toBe(subscribe);
  });
});

describe('waitFor()', () => {
  it('waitFor() leaves no listener on its signal, whether the state is entered, unreachable, or no longer awaited', async () => {
    for (const end of ['entered', 'disposed', 'aborted'] as const) {
      const subject = new Subject();
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = subject.session.waitFor('connected', { signal });
      const listeners = (): number => getEventListeners(signal, 'abort').length;
      expect(listeners()).toBe(1);
      if (end === 'entered') subject.attach();
      if (end === 'disposed') subject.session.dispose();
      if (end === 'aborted') controller.abort();
      if (end === 'entered') await waiting;
      else expect(await rejection(waiting)).toBeInstanceOf(AbortedError);
      expect(listeners()).toBe(0);
      subject.session.dispose();
    }
  });
});
