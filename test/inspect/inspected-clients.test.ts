import { afterEach, describe, expect, it } from '@jest/globals';

import { callMachine } from '../../machines/client/call.machine.js';
import { originMachine } from '../../machines/client/origin.machine.js';
import { placeMachine } from '../../machines/client/place.machine.js';
import { hasClientWatchers } from '../../src/client/diagnostics.js';
import { SessionInspection, type SessionSelection } from '../../src/inspect/session-inspection.js';
import { InspectionModel } from '../../src/inspector/model/inspection-model.js';
import { ModelSink } from '../../src/inspector/page-server/model-sink.js';
import { HTTPServer } from '../../src/server/index.js';
import { VirtualClock } from '../../src/transport/index.js';
import { memoryPool } from '../support/client/memory-pool.js';
import { PublishedPool } from '../support/client/published-pool.js';
import { faultsDuring } from '../support/server/faults.js';
import { Told } from '../support/inspect/told.js';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
  expect(hasClientWatchers()).toBe(false);
});

function inspecting(selection: SessionSelection = {}): { told: Told; inspection: SessionInspection } {
  const told = new Told();
  const inspection = new SessionInspection(told, selection);
  closing.push(() => {
    inspection.close();
  });
  return { told, inspection };
}

/** A pool with a place and a call. */
function usedPool(clientId = 1): PublishedPool {
  const pool = new PublishedPool(clientId);
  pool.send('pool.wanted');
  pool.place().send('session.opened', 'place.reserve');
  pool.call('call.queue');
  return pool;
}

describe('a client that is inspected', () => {
  it('a pool is an actor with its chart, and its places and calls are below it', () => {
    const { told } = inspecting();
    usedPool();
    const [root, pool, place, call] = told.actors.map(({ actor }) => actor);
    expect(told.names.slice(1)).toEqual(['pool of https://api.example', 'place 1', 'call 2: GET /orders']);
    expect([pool?._parent, place?._parent, call?._parent]).toEqual([root, pool, pool]);
    expect([pool, place, call].map((actor) => actor?.logic.config)).toEqual([
      originMachine.config,
      placeMachine.config,
      callMachine.config,
    ]);
    expect(told.snapshots).toMatchObject([
      { of: 'pool of https://api.example', event: 'pool.wanted' },
      { of: 'place 1', event: 'session.opened', state: { value: 'idle' } },
      { of: 'place 1', event: 'place.reserve', state: { value: 'reserved' } },
      { of: 'call 2: GET /orders', event: 'call.queue', state: { value: 'queued' } },
    ]);
  });

  it('what is over is done; a pool that is used again appears again', () => {
    const { told } = inspecting();
    const pool = new PublishedPool(1);
    pool.send('pool.wanted', 'pool.unused', 'pool.wanted');
    expect(told.snapshots.map(({ state }) => state.status)).toEqual(['active', 'done', 'active']);
    expect(told.names.slice(1)).toEqual(['pool of https://api.example', 'pool of https://api.example']);
  });

  it('with a selection only the clients that were added are shown, until they are removed', () => {
    const { told, inspection } = inspecting({ of: [] });
    usedPool(1);
    expect(told.actors).toHaveLength(1);
    inspection.add({ clientId: 2 });
    usedPool(2);
    usedPool(3);
    expect(told.actors).toHaveLength(4);
    inspection.remove({ clientId: 2 });
    expect(told.snapshots.slice(-3).map(({ state }) => state.status)).toEqual(['done', 'done', 'done']);
    usedPool(2);
    expect(told.actors).toHaveLength(4);
  });

  it('everything is announced again to a relay that connects late', () => {
    const { told, inspection } = inspecting();
    usedPool();
    const known = told.names;
    told.actors.length = 0;
    expect([...inspection.announcements()]).toHaveLength(3);
    expect(told.names).toEqual(known);
  });

  it('an inspector that throws is a fault, and harms no pool', async () => {
    const { told } = inspecting();
    told.actor = () => {
      throw new Error('no');
    };
    const faults = await faultsDuring(() => {
      usedPool();
      return Promise.resolve();
    });
    expect(faults.length).toBeGreaterThan(0);
  });
});

describe('a pool on the page', () => {
  it('a pool has the numbers of its own places and calls by their states', () => {
    const model = new InspectionModel({ now: () => 0 });
    const sink = new ModelSink(model);
    const inspection = new SessionInspection(sink, {});
    closing.push(() => {
      inspection.close();
      sink.close();
    });
    const pool = usedPool();
    pool.place().send('session.opened');
    pool.place().send('session.opened');
    for (let count = 0; count < 4; count++) pool.call('call.queue');
    usedPool(2);
    const [first] = model.list({ search: 'pool of', order: 'age' }).actors;
    expect(model.actor(first?.id ?? '')?.childCounts).toMatchObject([
      { name: 'place', live: 3, states: { reserved: 1, idle: 2 } },
      { name: 'call', live: 5, states: { queued: 5 } },
    ]);
  });

  it('the places of a real pool have its sessions below them', async () => {
    const clock = new VirtualClock();
    const server = new HTTPServer((_request, response) => response.end('hello'), { clock });
    const pool = memoryPool(server, clock);
    const { told } = inspecting({ of: [pool] });
    await (await pool.request('/orders?token=secret')).text();
    const parents = told.actors.map(({ actor }) => [
      actor.id.replace(/\d+/g, 'N'),
      actor._parent?.id.replace(/\d+/g, 'N'),
    ]);
    expect(parents).toEqual(
      expect.arrayContaining([
        ['pool of http://server.test', 'process N'],
        ['place N', 'pool of http://server.test'],
        ['call N: GET /orders', 'pool of http://server.test'],
        ['client session N', 'place N'],
      ]),
    );
    await pool.drain();
    await server.stop();
  });
});
