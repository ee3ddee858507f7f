import { describe, expect, it } from '@jest/globals';
import { assign, createActor, createMachine } from 'xstate';
import { createTestModel } from 'xstate/graph';

import { dotted } from '../../src/chart/index.js';
import { exchangeChart, sessionChart } from '../../src/session/core/charts.js';
import {
  clientModel,
  exchangeModel,
  finiteMachineOf,
  ModelGraph,
  randomOf,
  serverModel,
  sessionModel,
  testModel,
  type Model,
} from '../../src/testing/index.js';
import { eventName } from '../../src/testing/models/finite-machine.js';
import { payloadOf } from '../../src/testing/models/model.js';

const MODELS: readonly Model[] = [sessionModel, exchangeModel, serverModel, clientModel] as never;

describe.each(MODELS)('the $name model', (model) => {
  it('a model works unchanged with createTestModel of xstate/graph', () => {
    const paths = createTestModel(model.machine).getShortestPaths();
    expect(paths.length).toBeGreaterThan(5);
  });

  it('a model is finite, and uses each of its events', () => {
    const graph = new ModelGraph(model);
    const used = new Set(graph.edges.map(({ event }) => event));
    expect([...model.events].filter((event) => !used.has(event))).toEqual([]);
    expect(graph.states.every((state) => graph.edgesFrom(state).length > 0 || model === exchangeModel)).toBe(
      true,
    );
  });

  it('a model makes the same payload for the same seed, as plain data', () => {
    for (const event of model.events) {
      const payload = payloadOf(model, event, randomOf(3, 1));
      expect(payloadOf(model, event, randomOf(3, 1))).toEqual(payload);
      expect(JSON.parse(JSON.stringify(payload))).toEqual(payload);
    }
  });

  it('a model has the events that it names as faults', () => {
    const faults = Object.values(model.faults).flat();
    expect(faults.length).toBeGreaterThan(1);
    expect(faults.filter((event) => !model.events.includes(event))).toEqual([]);
  });
});

describe.each([serverModel, clientModel] as unknown as Model[])('the $name model', (model) => {
  it('a model names the section of an RFC behind each event', () => {
    const without = model.events.filter(
      (event) => !/RFC 911[02] section \d/.test(model.rules?.[event] ?? ''),
    );
    // That one can connect again is what the reset of another connection must not change.
    expect(without).toEqual(model === (serverModel as unknown as Model) ? ['connect'] : []);
  });
});

describe.each([
  ['session', sessionModel, sessionChart],
  ['exchange', exchangeModel, exchangeChart],
] as const)('the %s model', (_name, model, chart) => {
  it('a model agrees with the chart that real sessions run on', () => {
    const graph = new ModelGraph(model);
    const nodes = new Set([chart.initial]);
    const transitions: string[] = [];
    for (const node of nodes) {
      for (const [index, event] of chart.events.entries()) {
        const edge = chart.edge(node, index);
        if (edge === null) continue;
        nodes.add(edge.target);
        transitions.push(`${node.name} ${eventName(event)} ${edge.target.name}`);
      }
    }
    expect(graph.edges.map(({ from, event, to }) => `${from} ${event} ${to}`).sort()).toEqual(
      transitions.sort(),
    );
  });
});

describe('a finite machine', () => {
  it('a finite machine replaces services and delays by events', () => {
    const machine = createMachine({
      initial: 'working',
      states: {
        working: {
          invoke: { src: 'worker', onDone: 'idle', onError: 'broken' },
          after: { 50: 'slow' },
          on: { stop: 'idle' },
        },
        idle: {},
        slow: {},
        broken: {},
      },
    });
    const events = ['worker.done', 'worker.failed', 'after.50', 'stop'] as const;
    const finite: Model = {
      name: 'worker',
      machine: finiteMachineOf(machine),
      events,
      payloads: {},
      faults: {},
    };
    expect(new ModelGraph(finite).edges.map(({ event, to }) => `${event} ${to}`)).toEqual([
      'worker.done idle',
      'worker.failed broken',
      'after.50 slow',
      'stop idle',
    ]);
  });

  it.each([
    ['a guard', { on: { go: { target: 'b', guard: 'mayGo' } } }],
    ['a guard of a delay', { after: { 5: [{ target: 'b', guard: 'mayGo' }] } }],
    ['a guard of a service', { invoke: { src: 's', onDone: { target: 'b', guard: 'mayGo' } } }],
    ['a guard of a failed service', { invoke: { src: 's', onError: [{ target: 'b', guard: () => true }] } }],
    [
      'a guard of the end of a compound state',
      { initial: 'x', states: { x: { type: 'final' } }, onDone: { target: 'b', guard: 'mayGo' } },
    ],
    ['a guard further inside', { initial: 'x', states: { x: { on: { go: { guard: 'mayGo' } } } } }],
    ['a history state', { initial: 'x', states: { x: {}, was: { type: 'history' } } }],
    ['a deep history state', { initial: 'x', states: { x: {}, was: { type: 'history', history: 'deep' } } }],
    ['a guarded transient transition', { always: { target: 'b', guard: 'mayGo' } }],
  ])('neither a finite machine nor a graph is made of %s', (_what, a) => {
    const machine = createMachine({ initial: 'a', states: { a, b: {} } } as never);
    expect(() => finiteMachineOf(machine)).toThrow(TypeError);
    expect(() => new ModelGraph(modelOf(machine, ['go']))).toThrow(TypeError);
  });

  it('the error for a machine names the state, and what is wrong with it', () => {
    const machine = createMachine({
      initial: 'on',
      states: { on: { initial: 'lo', states: { lo: {}, was: { type: 'history' } } } },
    });
    expect(() => finiteMachineOf(machine)).toThrow('finiteMachineOf(): state "on.was" is a history state');
    expect(() => ModelGraph.of(modelOf(machine, []))).toThrow('the test model: state "on.was" is a history');
  });

  it('no finite machine is made of a transient transition, whose state no system is ever seen in', () => {
    const machine = createMachine({ initial: 'a', states: { a: { always: 'b' }, b: {} } });
    expect(() => finiteMachineOf(machine)).toThrow(TypeError);
  });

  it('no graph is made of a machine that cannot start without input, or that fails on the way', () => {
    const needsInput = createMachine({
      types: {} as { input: { user: { name: string } } },
      context: ({ input }) => ({ name: input.user.name }),
      initial: 'a',
      states: { a: {} },
    });
    const fails = createMachine({
      context: { count: 0 },
      on: {
        go: {
          actions: assign(() => {
            throw new Error('broken');
          }),
        },
      },
    });
    expect(() => new ModelGraph(modelOf(needsInput, []))).toThrow(/the machine fails .*gets no input/);
    expect(() => new ModelGraph(modelOf(fails, ['go']))).toThrow(/the machine fails \(broken\)/);
  });

  it('a system that is the very machine passes on all paths of its model', async () => {
    const machine = finiteMachineOf(
      createMachine({
        type: 'parallel',
        states: {
          light: {
            initial: 'off',
            states: {
              off: { on: { ON: 'on' } },
              on: {
                initial: 'lo',
                states: { lo: { on: { UP: 'hi' } }, hi: { on: { UP: 'end' } }, end: { type: 'final' } },
                on: { OFF: 'off' },
                onDone: 'off',
              },
            },
          },
          fan: { initial: 'still', states: { still: { after: { 10: 'turning' } }, turning: {} } },
        },
      }),
    );
    const model = modelOf(machine, ['ON', 'UP', 'OFF', 'after.10']);
    const runs: (() => Promise<void>)[] = [];
    const { coverage } = testModel({
      model,
      driver: {
        name: 'the machine itself',
        parties: ['test', 'machine'],
        start: () => {
          const actor = createActor(machine).start();
          return {
            perform: ({ event }) => {
              actor.send({ type: event });
            },
            see: () => dotted((actor.getSnapshot() as { value: unknown }).value),
            stop: () => void actor.stop(),
          };
        },
      },
      paths: 'pairs',
      it: (_name, run) => runs.push(run),
    });
    for (const run of runs) await run();
    expect(runs.length).toBeGreaterThan(1);
    expect(coverage.toJSON().pairs.missing).toEqual([]);
  });
});

function modelOf(machine: Model['machine'], events: readonly string[]): Model {
  return { name: 'test', machine, events, payloads: {}, faults: {} };
}
