import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { sharedSystem } from '../../src/chart/actors.js';
import { guardedActor, type ChartActor } from '../../src/chart/index.js';
import type { FaultMessage } from '../../src/diagnostics.js';
import { HTTPServer } from '../../src/index.js';
import { createMemoryPair, type MemorySocket } from '../../src/transport/index.js';
import { PlayedPool } from '../support/cluster/pool.js';
import { faultsDuring } from '../support/server/faults.js';

/** XState throws from a timer what an observer throws: nothing could catch it. */
const timers = jest.spyOn(globalThis, 'setTimeout');

const boom = (): never => {
  throw new Error('mine');
};

/** The server's end of a connection whose client does not mind how it ends. */
function connection(): MemorySocket {
  const { client, server } = createMemoryPair();
  client.on('error', () => undefined);
  return server;
}

function expectFaultsOfListeners(faults: readonly FaultMessage[]): void {
  expect(faults.length).toBeGreaterThan(0);
  for (const { where, error } of faults) {
    expect([where, (error as Error).message]).toEqual(['listener', 'mine']);
  }
}

describe('observers of actors that throw', () => {
  beforeEach(() => {
    timers.mockClear();
  });
  afterAll(() => {
    timers.mockRestore();
  });

  it.each<[string, (actor: ChartActor) => unknown]>([
    ['a function', (actor) => actor.subscribe(boom)],
    ['an observer', (actor) => actor.subscribe({ next: boom })],
  ])('%s that throws at the actor of a server is a fault, and the server stops', async (_, observe) => {
    const server = new HTTPServer((_request, response) => response.end('hello'));
    const faults = await faultsDuring(async () => {
      observe(server.actor);
      await server.stop();
    });
    expect(server.state).toBe('stopped');
    expectFaultsOfListeners(faults);
    expect(timers.mock.calls.filter(([, delay]) => delay === undefined)).toEqual([]);
  });

  it('an observer that throws at the actor of a pool is a fault, and the pool starts', async () => {
    const played = new PlayedPool(1);
    const faults = await faultsDuring(async () => {
      played.pool.actor.subscribe(boom);
      const started = played.pool.start();
      played.processes.all[0]?.serves();
      await started;
    });
    expect(played.pool.state).toBe('running');
    expectFaultsOfListeners(faults);
    expect(timers.mock.calls.filter(([, delay]) => delay === undefined)).toEqual([]);
  });

  it('an actor is guarded once, however often it is asked for', () => {
    const { actor } = new HTTPServer(() => undefined);
    const { subscribe } = actor;
    expect(guardedActor(actor).subscribe).toBe(subscribe);
  });
});

describe('inspectors of all sessions', () => {
  it.each<[string, Parameters<ReturnType<typeof sharedSystem>['inspect']>[0]]>([
    ['a function', boom],
    ['an observer', { next: boom }],
  ])('%s that throws as an inspector is a fault, and no session notices', async (_, inspector) => {
    const server = new HTTPServer((_request, response) => response.end('hello'));
    const faults = await faultsDuring(async () => {
      const { unsubscribe } = sharedSystem().inspect(inspector);
      try {
        server.serve(connection());
        expect([...server.sessions]).toHaveLength(1);
      } finally {
        unsubscribe();
      }
      await server.stop();
    });
    expectFaultsOfListeners(faults);
  });

  it('an inspector that has unsubscribed hears nothing', async () => {
    const faults = await faultsDuring(() => {
      sharedSystem().inspect(boom).unsubscribe();
      new HTTPServer(() => undefined).serve(connection()).abort();
      return Promise.resolve();
    });
    expect(faults).toEqual([]);
  });

  it.each([null, undefined, 5, 'inspector'])('%p is refused as an inspector', (inspector) => {
    expect(() => sharedSystem().inspect(inspector as never)).toThrow(TypeError);
  });
});
