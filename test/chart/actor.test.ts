import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { waitFor, type EventObject, type InspectionEvent } from 'xstate';

import { SESSION_EVENTS, sessionMachine } from '../../machines/index.js';
import { nameOf, sharedSystem, type AnySnapshot } from '../../src/chart/actors.js';
import type { ChartActor, Implementation } from '../../src/chart/index.js';
import { compiled } from '../support/chart/compiled.js';
import { session, type Recorder } from '../support/chart/recorder.js';
import { endChartActor, startChartActor } from '../support/chart/test-walk.js';

type RecordingImplementation = Implementation<Recorder, EventObject>;

const chart = compiled<string>(sessionMachine, SESSION_EVENTS);
const started: ChartActor[] = [];

function start(changes: Partial<RecordingImplementation> = {}): { actor: ChartActor; log: string[] } {
  const owner: Recorder = { log: [] };
  const actor = startChartActor(chart, { ...session.implementation, ...changes }, owner);
  started.push(actor);
  return { actor, log: owner.log };
}

const stateOf = (actor: ChartActor): string => nameOf(actor.getSnapshot() as unknown as AnySnapshot);

function send(actor: ChartActor, ...types: readonly string[]): void {
  for (const type of types) actor.send({ type });
}

afterEach(() => {
  for (const actor of started.splice(0)) endChartActor(actor);
});

describe('what an owner throws', () => {
  const broken = (): never => {
    throw new Error('broken');
  };
  const { actions, services } = session.implementation;

  it.each([
    ['an action', { actions: { ...actions, attachSocket: broken } }],
    [
      'the start of a service',
      { services: { ...services, bufferService: { start: broken, stop: () => undefined } } },
    ],
    ['the observer of transitions', { transitioned: broken }],
  ] as const)(
    'an owner that throws in %s gets the report, and the transition still happens',
    (_where, changes) => {
      const later = jest.spyOn(globalThis, 'setTimeout');
      try {
        const { actor, log } = start(changes);
        const neighbour = start();
        send(actor, 'socket.attach');
        expect(log.filter((line) => line === 'failed: Error: broken')).toHaveLength(1);
        expect(log).toContain('clearException(socket.attach)');
        expect(actor.getSnapshot()).toMatchObject({ value: { connected: 'open' }, status: 'active' });
        send(neighbour.actor, 'socket.attach', 'session.close');
        expect(stateOf(neighbour.actor)).toBe('closed');
        expect(neighbour.log.join()).not.toContain('failed');
        // XState throws what nobody handles from a timer, into the process.
        expect(later).not.toHaveBeenCalled();
      } finally {
        later.mockRestore();
      }
    },
  );

  it('an owner that throws in the stop of a service gets the report, and the actions after it still run', () => {
    const { actor, log } = start({
      services: { ...services, bufferService: { start: () => undefined, stop: broken } },
    });
    send(actor, 'socket.attach', 'session.close');
    expect(log.slice(-2)).toEqual(['failed: Error: broken', 'closeSocket(session.close)']);
    expect(stateOf(actor)).toBe('closed');
  });
});

describe('effects', () => {
  it('effects get the event and the owner; transitioned sees the edge, ignored events are not reported', () => {
    const edges: string[] = [];
    const { actor, log } = start({
      transitioned: (owner, edge) => {
        edges.push(`${edge.event} -> ${edge.target.name}, ${owner.log.length} done`);
      },
    });
    send(actor, 'exception.set', 'socket.detach', 'no.such.event', 'exception.clear');
    expect(log).toEqual(['setException(exception.set)', 'clearException(exception.clear)']);
    expect(edges).toEqual([
      'exception.set -> errored.fatal, 1 done',
      'exception.clear -> unconnected.idle, 2 done',
    ]);
  });

  it('effects that send to their own actor are queued until the transition is complete', () => {
    const seen: string[] = [];
    const { actor } = start({
      actions: {
        attachSocket: () => {
          send(actor, 'session.close');
          seen.push('attachSocket has ended');
        },
        closeSocket: () => void seen.push('closeSocket'),
      },
      transitioned: (_owner, edge) => void seen.push(edge.target.name),
    });
    send(actor, 'socket.attach');
    expect(seen).toEqual(['attachSocket has ended', 'connected.open', 'closeSocket', 'closed']);
    expect(stateOf(actor)).toBe('closed');
  });

  it('effects see the snapshot of the state that is being left', () => {
    const seen: string[] = [];
    const { actor } = start({
      actions: { setException: () => void seen.push(stateOf(actor)) },
      transitioned: () => void seen.push(stateOf(actor)),
    });
    send(actor, 'exception.set');
    expect(seen).toEqual(['unconnected.idle', 'unconnected.idle']);
  });

  it('effects without an implementation are passed over', () => {
    const { actor } = start({ actions: {}, services: {} });
    send(actor, 'socket.attach', 'session.close');
    expect(stateOf(actor)).toBe('closed');
  });
});

describe('a chart actor is an actor', () => {
  it('a chart actor notifies its subscribers of each state', () => {
    const { actor } = start();
    const seen: string[] = [];
    actor.subscribe((snapshot) => void seen.push(nameOf(snapshot as unknown as AnySnapshot)));
    send(actor, 'session.connect', 'xstate.done.actor.connector', 'session.close');
    expect(seen).toEqual(['unconnected.connecting', 'connected.open', 'closed']);
  });

  it('a chart actor queues what a subscriber sends', () => {
    const { actor } = start();
    const seen: string[] = [];
    actor.subscribe((snapshot) => {
      const name = nameOf(snapshot as unknown as AnySnapshot);
      if (name === 'connected.open') send(actor, 'session.close');
      seen.push(name);
    });
    send(actor, 'socket.attach');
    expect(seen).toEqual(['connected.open', 'closed']);
  });

  it('a chart actor can be waited for', async () => {
    const { actor } = start();
    const closed = waitFor(actor, (snapshot) => (snapshot as unknown as AnySnapshot).matches('closed'));
    send(actor, 'socket.attach', 'session.abort');
    await expect(closed).resolves.toMatchObject({ value: 'closed' });
  });

  it('a chart actor has the definition of its machine where inspectors look for it', () => {
    const { actor } = start();
    const logic = actor.logic as unknown as { readonly config: unknown; readonly id: string };
    expect(logic.config).toBe(sessionMachine.config);
    expect(logic.id).toBe('session');
    expect((actor.getSnapshot() as unknown as AnySnapshot).machine).toBe(sessionMachine);
    expect(() => JSON.stringify(logic.config)).not.toThrow();
  });

  it('a chart actor has a persisted snapshot that is plain data', () => {
    const { actor } = start();
    send(actor, 'socket.attach');
    const persisted = actor.getPersistedSnapshot();
    expect(persisted).toEqual({ value: { connected: 'open' }, status: 'active', children: {}, context: {} });
    expect(JSON.parse(JSON.stringify(persisted))).toEqual(persisted);
  });
});

describe('the end of an actor', () => {
  it('an actor that has ended leaves its last state readable, as done', () => {
    const { actor } = start();
    send(actor, 'exception.set');
    endChartActor(actor);
    const snapshot = actor.getSnapshot() as unknown as AnySnapshot;
    expect(snapshot.status).toBe('done');
    expect(snapshot.matches({ errored: 'fatal' })).toBe(true);
    expect(snapshot.hasTag('faulty')).toBe(true);
    expect(stateOf(actor)).toBe('errored.fatal');
  });

  it('an actor that ends completes earlier and later subscribers', () => {
    const { actor } = start();
    const seen: string[] = [];
    actor.subscribe({
      next: (snapshot) => void seen.push(snapshot.status),
      complete: () => void seen.push('complete'),
    });
    endChartActor(actor);
    actor.subscribe({ complete: () => void seen.push('complete, later') });
    expect(seen).toEqual(['done', 'complete', 'complete, later']);
  });

  it('an actor that has ended has no effects and no transition', () => {
    const transitioned = jest.fn();
    const { actor, log } = start({ transitioned });
    endChartActor(actor);
    expect(log).toEqual([]);
    expect(transitioned).not.toHaveBeenCalled();
  });

  it('the end of an actor is final: later events, a second end among them, change nothing', () => {
    const { actor, log } = start();
    endChartActor(actor);
    const ended = actor.getSnapshot();
    send(actor, 'session.connect');
    endChartActor(actor);
    expect(actor.getSnapshot()).toBe(ended);
    expect(log).toEqual([]);
  });

  it('the end of an actor leaves the other actors of the system alone', () => {
    const [one, other] = [start().actor, start().actor];
    endChartActor(one);
    send(other, 'socket.attach');
    expect(stateOf(other)).toBe('connected.open');
  });
});

describe('the shared system', () => {
  const inspect = (run: () => void): readonly InspectionEvent[] => {
    const seen: InspectionEvent[] = [];
    const subscription = sharedSystem().inspect((event) => void seen.push(event));
    try {
      run();
    } finally {
      subscription.unsubscribe();
    }
    return seen;
  };

  it('the shared system shows an inspector the birth, the events and the snapshots of an actor', () => {
    let actor: ChartActor | undefined;
    const seen = inspect(() => {
      actor = start().actor;
      send(actor, 'socket.attach', 'socket.detach');
    });
    const own = seen.filter((event) => event.actorRef === actor);
    expect(own.map((event) => [event.type, 'event' in event ? event.event.type : ''])).toEqual([
      ['@xstate.actor', ''],
      ['@xstate.event', 'xstate.init'],
      ['@xstate.snapshot', 'xstate.init'],
      ['@xstate.event', 'socket.attach'],
      ['@xstate.snapshot', 'socket.attach'],
      ['@xstate.event', 'socket.detach'],
      ['@xstate.snapshot', 'socket.detach'],
    ]);
    const states = own.flatMap((event) => (event.type === '@xstate.snapshot' ? [event.snapshot] : []));
    expect(states.map((snapshot) => nameOf(snapshot as unknown as AnySnapshot))).toEqual([
      'unconnected.idle',
      'connected.open',
      'detached',
    ]);
  });

  it('the shared system shows an actor that was there before', () => {
    const { actor } = start();
    const seen = inspect(() => {
      send(actor, 'session.close');
    });
    expect(seen.map((event) => event.type)).toEqual(['@xstate.event', '@xstate.snapshot']);
  });

  it('the shared system is one for all actors, under one root', () => {
    const [one, other] = [start().actor, start().actor];
    expect(one.system).toBe(other.system);
    expect(one.system).toBe(sharedSystem());
    const roots = inspect(() => {
      send(one, 'session.close');
      send(other, 'session.close');
    }).map((event) => event.rootId);
    expect(new Set(roots).size).toBe(1);
  });
});
