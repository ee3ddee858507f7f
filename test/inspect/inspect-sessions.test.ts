import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';

import { exchangeMachine, serverMachine, sessionMachine } from '../../machines/index.js';
import { supervise } from '../../src/adapters/node/index.js';
import { transitions } from '../../src/diagnostics.js';
import {
  inspectSessions,
  type InspectSessionsOptions,
  type SessionsInspection,
} from '../../src/inspect/index.js';
import { HTTPClientSession } from '../../src/session/index.js';
import { echoBody, get, post, Served } from '../support/http/served.js';
import { faultsDuring } from '../support/server/faults.js';
import { createMemoryPair } from '../../src/transport/index.js';
import { settled } from '../support/transport/sockets.js';
import { until } from '../support/transport/until.js';
import { Told } from '../support/inspect/told.js';

const inspections: SessionsInspection[] = [];

afterEach(() => {
  for (const inspection of inspections.splice(0)) inspection.close();
  expect(transitions.hasSubscribers).toBe(false);
});

function inspecting(options: InspectSessionsOptions = {}): { told: Told; inspection: SessionsInspection } {
  const told = new Told();
  const inspection = inspectSessions({ inspector: told, ...options });
  inspections.push(inspection);
  return { told, inspection };
}

describe('a session that opens while it is inspected', () => {
  it('an inspected session is an actor with its chart, its message cycle and its buffer service', async () => {
    const { told } = inspecting();
    const served = new Served(echoBody);
    await served.send(get());
    const name = `server session ${String(served.session.id)}`;
    expect(new Set(told.names)).toEqual(
      new Set([`process ${String(process.pid)}`, name, 'exchange', 'bufferService']),
    );
    const [root, ...others] = told.actors.map(({ actor }) => actor);
    const session = others.find(({ id }) => id === name);
    expect(session?._parent).toBe(root);
    expect(session?.logic.config).toBe(sessionMachine.config);
    for (const child of others.filter((other) => other !== session)) expect(child._parent).toBe(session);
    expect(others.find(({ id }) => id === 'exchange')?.logic.config).toBe(exchangeMachine.config);
  });

  it('an inspected session reports every transition, in order, with its event and new state', async () => {
    const { told } = inspecting();
    const served = new Served(echoBody);
    await served.send(post('hello'));
    await served.fin();
    const cycle = told.snapshots.filter(({ of }) => of === 'exchange');
    const inHistory = served.session.history.filter(({ chart }) => chart === 'exchange');
    // The first transition is told with the actor itself.
    expect(cycle.slice(0, -1).map(({ event }) => event)).toEqual(
      inHistory.slice(1).map(({ event }) => event),
    );
    const lifecycle = told.snapshots.filter(({ of }) => of.startsWith('server session'));
    expect(lifecycle.map(({ event, state }) => [event, state.value, state.status])).toEqual([
      ['socket.attach', { connected: 'open' }, 'active'],
      ['socket.ended', { connected: 'halfClosed' }, 'active'],
      ['session.close', 'closed', 'active'],
      [undefined, 'closed', 'done'],
    ]);
    expect(told.snapshots.find(({ of }) => of === 'bufferService')?.state.status).toBe('stopped');
  });

  it.each([
    ['closed', 'done', (served: Served): Promise<unknown> => served.fin()],
    ['errored', 'error', (served: Served): Promise<unknown> => served.reset()],
    [
      'detached',
      'done',
      async (served: Served): Promise<unknown> => served.session.detachSocket().socket.destroy(),
    ],
  ] as const)('an inspected session is forgotten once it is %s, and %s', async (state, status, end) => {
    const { told, inspection } = inspecting();
    const served = new Served(echoBody);
    await settled();
    expect(inspection.size).toBe(1);
    await end(served);
    expect(served.session.state).toContain(state);
    expect(inspection.size).toBe(0);
    expect(told.snapshots.at(-1)?.state.status).toBe(status);
  });
});

describe('an inspection that starts later', () => {
  it('an inspection shows the open sessions of a server, and later ones', async () => {
    const served = new Served(echoBody);
    await served.send(get());
    const { told, inspection } = inspecting({ of: [served.server] });
    expect(inspection.size).toBe(1);
    const server = told.actors.find(
      ({ actor }) => actor.id.startsWith('server ') && actor.logic.config === serverMachine.config,
    );
    expect(server).toMatchObject({ state: { value: 'idle' } });
    const session = told.actors.find(({ actor }) => actor.logic.config === sessionMachine.config);
    expect(session).toMatchObject({ state: { value: { connected: 'open' } } });
    expect(session?.actor._parent).toBe(server?.actor);

    const other = new Served(echoBody);
    await other.send(get());
    expect(inspection.size).toBe(1);
    await served.server.stop();
    expect(told.snapshots.at(-1)).toMatchObject({ of: server?.actor.id, state: { value: 'stopped' } });
  });

  it('an inspection shows a single session, and shows it again when it is reopened', async () => {
    const served = new Served(echoBody);
    const { told, inspection } = inspecting({ of: [served.session] });
    expect(inspection.size).toBe(1);
    inspection.remove(served.session);
    expect(inspection.size).toBe(0);
    expect(told.snapshots.at(-1)?.state.status).toBe('done');
    await served.send(get());
    expect(inspection.size).toBe(0);
    inspection.add(served.session);
    expect(inspection.size).toBe(1);
    const before = told.snapshots.length;
    await served.send(get());
    expect(told.snapshots.length).toBeGreaterThan(before);
  });

  it('an inspection of the whole process shows a session from its next transition on', async () => {
    const served = new Served(echoBody);
    await served.send(get());
    const { told } = inspecting();
    await served.send(get());
    const session = told.actors.find(({ actor }) => actor.logic.config === sessionMachine.config);
    expect(session?.state).toEqual({ status: 'active' });
    expect(told.names).not.toContain('bufferService');
  });
});

describe('a server with many sessions', () => {
  it('an inspection shows a new session without looking at those that are there', async () => {
    const { server } = new Served(echoBody);
    const { inspection } = inspecting({ of: [server] });
    Object.defineProperty(server.sessions, Symbol.iterator, {
      value: () => {
        throw new Error('the sessions are walked');
      },
      configurable: true,
    });
    const faults = await faultsDuring(async () => {
      for (let count = 2; count < 5; count++) {
        const pair = createMemoryPair();
        pair.client.on('error', () => undefined);
        server.serve(pair.server);
        await settled();
        expect(inspection.size).toBe(count);
      }
    });
    expect(faults).toEqual([]);
    Reflect.deleteProperty(server.sessions, Symbol.iterator);
  });

  it('an inspection finds the new sessions of a server that keeps them in a list of its own', async () => {
    const served = new Served(echoBody);
    const sessions: Served['session'][] = [];
    const { inspection } = inspecting({ of: [{ sessions, actor: served.server.actor }] });
    expect(inspection.size).toBe(0);
    sessions.push(served.session);
    await served.send(get());
    await settled();
    expect(inspection.size).toBe(1);
    const other = new Served(echoBody);
    await other.send(get());
    await settled();
    expect(inspection.size).toBe(1);
  });

  it('an inspection hears nothing of a server that was removed', async () => {
    const { server } = new Served(echoBody);
    const { inspection } = inspecting({ of: [server] });
    inspection.remove(server);
    const pair = createMemoryPair();
    server.serve(pair.server);
    await settled();
    expect(inspection.size).toBe(0);
    pair.client.destroy();
  });
});

describe('sessions of others', () => {
  it('an inspection shows the sessions of a supervised node:http server', async () => {
    const http = createServer((_request, response) => response.end('hello'));
    const supervisor = supervise(http);
    const { told, inspection } = inspecting({ of: [supervisor] });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const client = new HTTPClientSession('127.0.0.1', (http.address() as AddressInfo).port);
    inspection.add(client);
    expect(await (await client.request()).text()).toBe('hello');
    await until(() => inspection.size === 2);
    expect(told.names).toEqual(expect.arrayContaining([`client session ${String(client.id)}`]));
    const [{ id } = { id: 0 }] = supervisor.sessions;
    expect(told.names).toContain(`server session ${String(id)}`);
    client.close();
    await until(() => inspection.size === 0);
    await supervisor.drain({ grace: 0 });
  });
});

describe('sessions that are not to be shown', () => {
  it('an inspection looks for a hidden session once, not at each of its transitions', async () => {
    const shown = new Served(echoBody);
    let looks = 0;
    const target = {
      get sessions() {
        looks++;
        return shown.server.sessions;
      },
      actor: shown.server.actor,
    };
    const { inspection } = inspecting({ of: [target] });
    const other = new Served(echoBody);
    await other.send(get());
    const before = looks;
    for (let count = 0; count < 5; count++) await other.send(get());
    expect([looks, inspection.size]).toEqual([before, 1]);
    inspection.add(other.session);
    expect(inspection.size).toBe(2);
  });
});

describe('an inspection that is closed', () => {
  it('a closed inspection ends all its actors, and shows nothing that is added', async () => {
    const served = new Served(echoBody);
    const { told, inspection } = inspecting({ of: [served.server] });
    inspection.close();
    inspection.close();
    expect(told.snapshots.map(({ of, state }) => [of.replace(/ \d+$/, ''), state.status])).toEqual([
      ['bufferService', 'stopped'],
      ['exchange', 'done'],
      ['server session', 'done'],
      ['server', 'done'],
      ['process', 'done'],
    ]);
    inspection.add(served.server);
    await served.server.stop();
    expect([inspection.size, told.snapshots.length]).toEqual([0, 5]);
  });
});

describe('a part of all sessions', () => {
  it('an inspection asks its filter once for each session', async () => {
    const asked: number[] = [];
    const first = new Served(echoBody);
    const second = new Served(echoBody);
    const { inspection } = inspecting({
      filter: ({ id, role }) => {
        asked.push(id);
        return role === 'server' && id === second.session.id;
      },
    });
    for (const served of [first, second, first, second]) await served.send(get());
    expect(inspection.size).toBe(1);
    expect(asked).toEqual([first.session.id, second.session.id]);
  });

  it.each([
    [0, 0, 0],
    [0.25, 20, 30],
    [1, 100, 100],
  ])('an inspection shows a share of %d of all sessions', async (sampling, least, most) => {
    const { inspection } = inspecting({ sampling });
    const all = Array.from({ length: 100 }, () => new Served(echoBody));
    await settled();
    expect(inspection.size).toBeGreaterThanOrEqual(least);
    expect(inspection.size).toBeLessThanOrEqual(most);
    for (const served of all) await served.fin();
    expect(inspection.size).toBe(0);
  });
});

describe('an inspector that throws', () => {
  it('an inspector that throws is a fault, and disturbs no session', async () => {
    const broken = {
      actor: () => undefined,
      snapshot: () => {
        throw new Error('of the inspector');
      },
    };
    let answer = '';
    const faults = await faultsDuring(async () => {
      const inspection = inspectSessions({ inspector: broken });
      const served = new Served(echoBody);
      await served.send(post('hello'));
      answer = served.text;
      inspection.close();
    });
    expect(answer).toContain('hello');
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]).toMatchObject({ where: 'listener', error: { message: 'of the inspector' } });
  });
});

describe('a filter that throws', () => {
  const filter = (): boolean => {
    throw new Error('of the filter');
  };

  it('a filter that throws at the start ends the inspection, and leaves nothing behind', () => {
    const { server } = new Served(echoBody);
    const told = new Told();
    expect(() => inspectSessions({ inspector: told, of: [server], filter })).toThrow('of the filter');
    const before = told.snapshots.length;
    server.actor.send({ type: 'server.listen' });
    expect(told.snapshots).toHaveLength(before);
  });

  it('a filter that throws for a later session is a fault, and is asked again for the next', async () => {
    const { server } = new Served(echoBody);
    for (const session of server.sessions) session.dispose();
    const { told } = inspecting({ of: [server], filter });
    const faults = await faultsDuring(async () => {
      for (let count = 0; count < 2; count++) {
        const pair = createMemoryPair();
        pair.client.on('error', () => undefined);
        server.serve(pair.server);
        await settled();
      }
    });
    expect(faults.map(({ error }) => (error as Error).message)).toEqual(['of the filter', 'of the filter']);
    expect(told.names).toHaveLength(2);
    await server.stop();
  });
});

describe('inspectSessions()', () => {
  it.each([
    [{ maxQueued: 0 }, RangeError],
    [{ maxQueued: 1.5 }, RangeError],
    [{ sampling: -0.1 }, RangeError],
    [{ sampling: NaN }, RangeError],
    [{ url: 'nowhere' }, SyntaxError],
    [{ of: [{} as HTTPClientSession] }, TypeError],
  ])('inspectSessions() refuses %j', (options, error) => {
    expect(() => inspectSessions(options)).toThrow(error);
  });
});
