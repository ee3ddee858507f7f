import { describe, expect, it, jest } from '@jest/globals';
import { createActor } from 'xstate';

import type { HTTPSessionOptions } from '../../../src/session/index.js';
import { faultsOf } from '../../support/http/faults.js';
import { ENGINES, STOCK, Subject } from '../../support/session/subject.js';

/** XState rethrows from a timer what nobody took from it, which ends the process. */
async function withoutRethrowing(run: () => Promise<void>): Promise<void> {
  const later = jest.spyOn(globalThis, 'setTimeout');
  try {
    await run();
    expect(later).not.toHaveBeenCalled();
  } finally {
    later.mockRestore();
  }
}

describe.each(ENGINES)('the actor of a session under the $name', ({ options }) => {
  it('a session actor can be subscribed to with callbacks that are left out', async () => {
    const { session } = await Subject.in('connected.open', options);
    const told: unknown[] = [];
    session.actor.subscribe(() => told.push(session.state), undefined, undefined);
    session.actor.subscribe(undefined as never, undefined, () => told.push('complete'));
    session.close();
    session.dispose();
    expect(told).toContain('closed');
    expect(told.at(-1)).toBe('complete');
    expect(faultsOf(session)).toEqual([]);
  });

  it('a session actor cannot be subscribed to with nothing', async () => {
    const { session } = await Subject.in('connected.open', options);
    expect(() => session.actor.subscribe(null as never)).toThrow(TypeError);
    session.abort();
  });
});

describe('the interned engine', () => {
  it('the interned engine reports a fault when it is sent something that is not an event', () =>
    withoutRethrowing(async () => {
      const { session } = await Subject.in('connected.open');
      session.actor.send(null as never);
      expect(faultsOf(session)).toMatchObject([
        { where: 'implementation', error: expect.objectContaining({ name: 'TypeError' }) },
      ]);
    }));
});

describe('the stock interpreter', () => {
  it('the stock interpreter makes no transition for an event that the chart ignores', () =>
    withoutRethrowing(async () => {
      const { session } = await Subject.in('connected.open', STOCK.options);
      const before = session.history;
      session.core.notify({ type: 'session.connect' });
      expect(session.history).toEqual(before);
      session.abort();
      expect(session.history.at(-1)).toMatchObject({ event: 'session.abort', state: 'closed' });
    }));

  it('the stock interpreter reports what an action of the user throws as a fault', () =>
    withoutRethrowing(async () => {
      const broken = new Error('broken');
      const engine: HTTPSessionOptions['engine'] = (machine) =>
        createActor(
          machine.provide({
            actions: {
              detachSocket: () => {
                throw broken;
              },
            },
          }),
        ).start();
      const { session } = await Subject.in('connected.open', { engine });
      session.core.notify({ type: 'socket.detach' });
      expect(faultsOf(session)).toEqual([{ where: 'implementation', error: broken, sessionId: session.id }]);
    }));
});
