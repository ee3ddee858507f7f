import { getEventListeners } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import {
  AbortedError,
  type HTTPSessionError,
  InvalidStateError,
  TimeoutError,
} from '../../../src/errors/index.js';
import { ReadQueue, type PendingRead } from '../../../src/session/bytes/read-queue.js';
import { isPending, rejection, Subject, text } from '../../support/session/subject.js';

const GRANULARITY = TIMEOUTS.timerGranularity.value;

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a read that is pending behind another one', () => {
  it('a read pending behind another one does not delay the timeout of that', async () => {
    const subject = await Subject.in('connected.open', { receiveTimeout: 1_000 });
    const first = rejection(subject.session.get());
    await subject.clock.advance(900);
    const second = rejection(subject.session.get());
    await subject.clock.advance(100 + GRANULARITY);
    expect(await first).toBeInstanceOf(TimeoutError);
    expect(await second).toBe(await first);
  });

  it('a read pending behind another one can be withdrawn, and the first stays pending', async () => {
    const subject = await Subject.in('connected.open', { receiveTimeout: 1_000 });
    const controller = new AbortController();
    const first = rejection(subject.session.get());
    const second = rejection(subject.session.get({ signal: controller.signal }));
    await subject.clock.advance(900);
    controller.abort();
    expect(await second).toBeInstanceOf(AbortedError);
    expect(subject.session.state).toBe('connected.open');
    await subject.clock.advance(100 + GRANULARITY);
    expect(await first).toBeInstanceOf(TimeoutError);
  });

  it('a refill() or receive() behind another read takes no bytes that were buffered before its turn', async () => {
    for (const call of ['refill', 'receive'] as const) {
      const subject = await Subject.receiving('ab');
      await subject.session.refill();
      const first = text(subject.session.receive(1));
      const second = call === 'refill' ? subject.session.refill() : subject.session.receive(10);
      await subject.send('x');
      expect(await first).toBe('x');
      expect(await isPending(second)).toBe(true);
      await subject.send('y');
      expect(String(await second)).toBe(call === 'refill' ? '3' : 'y');
      subject.session.abort();
    }
  });
});

describe('reading', () => {
  it('reading continues after reads have failed and the exception was cleared', async () => {
    const subject = await Subject.in('connected.open');
    const failing = rejection(subject.session.get());
    subject.session.setException(new Error('for a moment'));
    await failing;
    subject.session.clearException();
    const got = subject.session.get();
    await subject.send('a');
    expect(await got).toBe(97);
  });

  it('reading a closed session is refused for its state, whatever exception it keeps', async () => {
    const { session } = await Subject.in('connected.open');
    session.setException(new Error('kept'));
    session.close();
    const error = await rejection(session.read(1));
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error).toMatchObject({ call: 'read()', state: 'closed' });
  });

  it('reading accepts options without a signal', async () => {
    const subject = await Subject.receiving('ab');
    expect([await subject.session.peek({}), await subject.session.get({})]).toEqual([97, 97]);
    expect(await text(subject.session.read(1, { signal: undefined }))).toBe('b');
  });

  it('reading leaves no listener on its signal, whether it is served, fails or is aborted', async () => {
    for (const end of ['served', 'failed', 'aborted'] as const) {
      const subject = await Subject.in('connected.open');
      const controller = new AbortController();
      const { signal } = controller;
      const reading = subject.session.get({ signal }).catch((error: unknown) => error);
      expect(listenersOf(signal)).toBe(1);
      if (end === 'served') await subject.send('a');
      if (end === 'failed') subject.session.abort();
      if (end === 'aborted') controller.abort();
      if (end === 'served') expect(await reading).toBe(97);
      else expect(await reading).toBeInstanceOf(AbortedError);
      expect(listenersOf(signal)).toBe(0);
    }
  });
});

describe('a queue of reads', () => {
  /** A read that nothing satisfies, and that writes down how it ends. */
  function endless(): PendingRead & { readonly errors: HTTPSessionError[] } {
    const errors: HTTPSessionError[] = [];
    return {
      errors,
      begin: () => undefined,
      attempt: () => false,
      reject: (error) => {
        errors.push(error);
      },
    };
  }

  it('a queue of reads leaves a read alone that is not pending in it', async () => {
    const { session } = await Subject.in('connected.open');
    const queue = new ReadQueue(session.core);
    const [waiting, other] = [endless(), endless()];
    queue.push(waiting);
    queue.withdraw(other, 'of no interest');
    expect([other.errors, waiting.errors, queue.isWaiting]).toEqual([[], [], true]);
    queue.withdraw(waiting, 'enough');
    expect(waiting.errors).toMatchObject([{ name: 'AbortedError', cause: 'enough' }]);
    expect(queue.isWaiting).toBe(false);
  });
});
