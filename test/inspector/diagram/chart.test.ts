import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';

import { exchangeMachine } from '../../../machines/exchange.machine.js';
import { arrowsOf, compartmentOf, eventLabel } from '../../../src/inspector/diagram/arrows.js';
import { readChart, statesOf, type StateSource } from '../../../src/inspector/diagram/chart.js';
import { CHARTS, DOOR } from './charts.js';

const door = readChart(DOOR);
const stateOf = (id: string): ReturnType<typeof readChart> => {
  const state = statesOf(door).find((candidate) => candidate.id === id);
  if (state === undefined) throw new Error(`there is no ${id}`);
  return state;
};

const idsBelow = (node: StateSource): string[] => [node.id, ...Object.values(node.states).flatMap(idsBelow)];

describe('reading a chart', () => {
  it('reading a chart resolves every state with its kind, description, tags and services', () => {
    expect(stateOf('door.shut')).toMatchObject({
      key: 'shut',
      type: 'compound',
      description: 'Nobody <passes>.',
      tags: ['safe'],
      services: ['watch'],
      initial: 'door.shut.locked',
    });
    expect(stateOf('door.open')).toMatchObject({ type: 'parallel', entry: ['greet'], exit: ['wave'] });
    expect(stateOf('door.open.wing.still')).toMatchObject({ type: 'final', states: [], transitions: [] });
  });

  it('reading a chart takes timers from the meta of a state, and nothing else of it', () => {
    const timersOf = (meta: object): readonly string[] =>
      readChart(createMachine({ id: 'm', meta } as never)).timers;
    expect(timersOf({ timer: 'head' })).toEqual(['head']);
    expect(timersOf({ timer: ['head', 'message'] })).toEqual(['head', 'message']);
    for (const meta of [{}, { poco: 'connected()' }, { timer: 7 }]) expect(timersOf(meta)).toEqual([]);
    expect(
      readChart(exchangeMachine)
        .states.flatMap(statesOf)
        .flatMap(({ timers }) => timers),
    ).toContain('head');
  });

  it('reading a chart resolves the targets of transitions, however they were written', () => {
    expect(stateOf('door.shut.unlocked').transitions).toEqual([
      {
        source: 'door.shut.unlocked',
        event: 'key.turn',
        target: 'door.shut.locked',
        actions: [],
        reenter: false,
      },
      { source: 'door.shut.unlocked', event: 'door.force', target: 'door.open', actions: [], reenter: false },
    ]);
  });

  it.each(CHARTS)('reading a chart finds every state and every event of the %s chart', (_, machine) => {
    const states = statesOf(readChart(machine));
    const events = new Set(states.flatMap(({ transitions }) => transitions.map(({ event }) => event)));
    expect(states.map(({ id }) => id).sort()).toEqual(idsBelow(machine.root).sort());
    expect([...events].sort()).toEqual([...machine.events].sort());
  });
});

describe('arrows', () => {
  it('an arrow joins the events that lead from one state to another', () => {
    const joined = arrowsOf(door).filter(({ source }) => source === 'door.shut');
    expect(joined).toEqual([
      {
        source: 'door.shut',
        target: 'door.open',
        events: ['door.open', 'door.pull'],
        labels: ['door.open', 'door.pull'],
        inward: false,
      },
      {
        source: 'door.shut',
        target: 'door.broken',
        events: ['xstate.error.actor.watch'],
        labels: ['error(watch)'],
        inward: false,
      },
    ]);
  });

  it('an arrow leads inward if a state declares a transition into itself', () => {
    const inward = arrowsOf(door).filter((arrow) => arrow.inward);
    expect(inward).toEqual([
      { source: 'door', target: 'door.broken', events: ['door.break'], labels: ['door.break'], inward: true },
    ]);
  });

  it('a transition that keeps its state is listed in the state, without an arrow', () => {
    expect(compartmentOf(stateOf('door.shut'))).toEqual(['do / watch', 'door.knock / ring, wake']);
    expect(compartmentOf(stateOf('door.shut.locked'))).toEqual(['key.drop (stays)']);
    expect(compartmentOf(stateOf('door.open'))).toEqual(['entry / greet', 'exit / wave']);
    expect(compartmentOf(stateOf('door.broken'))).toEqual(['door.break / re-enter, shriek']);
  });

  it.each([
    ['xstate.done.actor.connector', 'done(connector)'],
    ['xstate.error.actor.connector', 'error(connector)'],
    ['xstate.done.state.exchange.active.cycle', 'done(cycle)'],
    ['xstate.after.1000.light.red', 'after 1000'],
    ['xstate.after.patience.light.red', 'after patience'],
    ['socket.closed', 'socket.closed'],
  ])('an arrow calls %s "%s"', (event, label) => {
    expect(eventLabel(event)).toBe(label);
  });
});
