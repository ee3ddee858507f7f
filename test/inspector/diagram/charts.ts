import { createMachine } from 'xstate';

import {
  callMachine,
  exchangeMachine,
  originMachine,
  placeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  workerMachine,
} from '../../../machines/index.js';

/** The charts of the package, by name. */
export const CHARTS = [
  ['session', sessionMachine],
  ['exchange', exchangeMachine],
  ['server', serverMachine],
  ['pool', poolMachine],
  ['worker', workerMachine],
  ['origin', originMachine],
  ['place', placeMachine],
  ['call', callMachine],
] as const;

/** A small chart that has one of everything that the charts of the package are made of. */
export const DOOR = createMachine({
  id: 'door',
  description: 'A door with a lock & an alarm.',
  initial: 'shut',
  on: { 'door.break': '.broken', 'door.look': { actions: 'look' } },
  states: {
    shut: {
      description: 'Nobody <passes>.',
      tags: ['safe'],
      invoke: { src: 'watch', id: 'watch', onError: 'broken' },
      initial: 'locked',
      on: { 'door.open': 'open', 'door.pull': 'open', 'door.knock': { actions: ['ring', 'wake'] } },
      states: {
        locked: { on: { 'key.turn': 'unlocked', 'key.drop': 'locked' } },
        unlocked: { on: { 'key.turn': 'locked', 'door.force': '#door.open' } },
      },
    },
    open: {
      type: 'parallel',
      entry: 'greet',
      exit: 'wave',
      onDone: 'shut',
      states: {
        wing: {
          initial: 'moving',
          states: { moving: { on: { 'wing.stop': 'still' } }, still: { type: 'final' } },
        },
        guest: {
          initial: 'outside',
          states: { outside: { on: { 'guest.pass': 'inside' } }, inside: { type: 'final' } },
        },
      },
    },
    broken: { on: { 'door.break': { target: 'broken', reenter: true, actions: 'shriek' } } },
  },
});
