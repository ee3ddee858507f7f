import { describe, expect, it } from '@jest/globals';
import {
  createMachine,
  fromCallback,
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate';

import { readChart, statesOf } from '../../../src/inspector/diagram/chart.js';
import { toJson } from '../../../src/inspector/diagram/json.js';
import { CHARTS, DOOR } from './charts.js';

/** The machine with every service that it invokes, so that XState can tell which one it stops. */
function withServices(machine: AnyStateMachine): AnyStateMachine {
  const names = statesOf(readChart(machine)).flatMap(({ services }) => services);
  const inert = fromCallback(() => undefined);
  return machine.provide({ actors: Object.fromEntries(names.map((name) => [name, inert])) });
}

type Effects = readonly { type: string; params: unknown }[];

/** What every event does in every state that can be reached: the state after it and the actions on the way. */
function walk(machine: AnyStateMachine): ReadonlyMap<string, string> {
  const steps = new Map<string, string>();
  const [first, actions] = initialTransition(machine);
  steps.set('start', describeStep(first, actions));
  const open: AnyMachineSnapshot[] = [first];
  for (let snapshot = open.pop(); snapshot !== undefined; snapshot = open.pop()) {
    for (const type of machine.events as readonly string[]) {
      const [next, effects] = transition(machine, snapshot, { type });
      const key = `${JSON.stringify(snapshot.value)} ${type}`;
      if (!steps.has(key)) open.push(next);
      steps.set(key, describeStep(next, effects));
    }
  }
  return steps;
}

function describeStep(snapshot: AnyMachineSnapshot, actions: Effects): string {
  const value: unknown = snapshot.value;
  const { status, tags } = snapshot;
  const effects = actions.map(({ type, params }) => [type, idOf(params)]);
  return JSON.stringify([value, status, [...tags].sort(), snapshot.getMeta(), effects]);
}

function idOf(params: unknown): unknown {
  return typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined;
}

function parse(json: string): AnyStateMachine {
  return createMachine(JSON.parse(json) as Parameters<typeof createMachine>[0]);
}

describe('the JSON of a chart', () => {
  it.each([...CHARTS, ['door', DOOR] as const])(
    'the JSON of the %s chart makes the same machine',
    (_, machine) => {
      const again = parse(toJson(machine));
      const steps = walk(withServices(machine));
      expect(steps.size).toBeGreaterThan(machine.events.length);
      expect(walk(withServices(again))).toEqual(steps);
    },
  );

  it.each(CHARTS)('the JSON of the %s chart keeps names and descriptions', (name, machine) => {
    const again = parse(toJson(machine));
    expect(again.id).toBe(name);
    expect(JSON.stringify(again.definition)).toBe(JSON.stringify(machine.definition));
  });

  it('the JSON of a chart has no place for code', () => {
    const machine = createMachine({ id: 'coded', on: { go: { actions: () => undefined } } });
    expect(() => toJson(machine)).toThrow(TypeError);
  });
});
