import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';
import { createTestModel } from 'xstate/graph';

import { exchangeChart, sessionChart } from '../../src/session/core/charts.js';
import {
  clientModel,
  exchangeModel,
  finiteMachineOf,
  ModelGraph,
  randomOf,
  serverModel,
  sessionModel,
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
    ['a transient transition', { always: 'b' }],
  ])('no finite machine is made of %s', (_what, a) => {
    const machine = createMachine({ initial: 'a', states: { a, b: {} } } as never);
    expect(() => finiteMachineOf(machine)).toThrow(TypeError);
  });
});
