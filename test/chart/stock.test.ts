import { describe, expect, it, jest } from '@jest/globals';
import { createActor, setup, type EventObject } from 'xstate';

import { sessionMachine } from '../../machines/index.js';
import { provideChart } from '../../src/chart/actors.js';
import type { Implementation } from '../../src/chart/index.js';
import { session, type Recorder } from '../support/chart/recorder.js';

const broken = (): never => {
  throw new Error('broken');
};

function start(changes: Partial<Implementation<Recorder, EventObject>> = {}) {
  const owner: Recorder = { log: [] };
  const machine = provideChart(sessionMachine, { ...session.implementation, ...changes }, owner);
  return { actor: createActor(machine).start(), log: owner.log };
}

describe('a chart under the stock interpreter', () => {
  it('the stock interpreter leaves the machine itself inert', () => {
    const { log } = start();
    const bare = createActor(sessionMachine).start();
    bare.send({ type: 'session.connect' });
    expect(log).toEqual([]);
    bare.stop();
  });

  it('a stock chart reports what an action or a service throws to the owner, and continues', () => {
    const later = jest.spyOn(globalThis, 'setTimeout');
    try {
      const { actions } = session.implementation;
      const { actor, log } = start({
        actions: { ...actions, clearException: broken },
        services: {
          connector: { start: broken, stop: broken },
          bufferService: { start: broken, stop: broken },
        },
      });
      actor.send({ type: 'session.connect' });
      actor.send({ type: 'session.close' });
      expect(log).toEqual([
        'failed: Error: broken',
        'clearBuffer(session.connect)',
        'failed: Error: broken',
        'failed: Error: broken',
      ]);
      expect(actor.getSnapshot()).toMatchObject({ value: 'closed', status: 'active' });
      expect(later).not.toHaveBeenCalled();
      actor.stop();
    } finally {
      later.mockRestore();
    }
  });

  it('a stock chart stops its service once, when the actor is stopped', () => {
    const { actor, log } = start();
    actor.send({ type: 'session.connect' });
    log.length = 0;
    actor.stop();
    expect(log).toEqual(['-connector']);
  });

  it('a stock chart keeps the services of two owners apart', () => {
    const [one, other] = [start(), start()];
    one.actor.send({ type: 'session.connect' });
    other.actor.send({ type: 'session.connect' });
    one.actor.send({ type: 'session.close' });
    expect(one.log.at(-1)).toBe('-connector');
    expect(other.log.at(-1)).toBe('+connector');
    one.actor.stop();
    other.actor.stop();
  });

  it('a stock chart can be invoked by another machine, and is stopped with its state', () => {
    const owner: Recorder = { log: [] };
    const child = provideChart(sessionMachine, session.implementation, owner);
    const parent = createActor(
      setup({ actors: { child } }).createMachine({
        initial: 'serving',
        states: {
          serving: { invoke: { src: 'child', id: 'child' }, on: { leave: 'left' } },
          left: {},
        },
      }),
    ).start();
    parent.getSnapshot().children['child']?.send({ type: 'session.connect' });
    expect(owner.log).toEqual([
      'clearException(session.connect)',
      'clearBuffer(session.connect)',
      '+connector',
    ]);
    parent.send({ type: 'leave' });
    expect(owner.log.at(-1)).toBe('-connector');
    parent.stop();
  });
});
