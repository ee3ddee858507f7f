import { describe, expect, it } from '@jest/globals';
import type { AnyStateMachine, AnyStateNode } from 'xstate';

import {
  callMachine,
  exchangeMachine,
  originMachine,
  placeMachine,
  poolMachine,
  serverMachine,
  sessionMachine,
  TIMERS,
  tunnelMachine,
  workerMachine,
} from '../../machines/index.js';

const nodesOf = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

/** The timer that each state names; states without one are left out. */
const timersOf = (machine: AnyStateMachine): Record<string, string> =>
  Object.fromEntries(
    nodesOf(machine.root).flatMap(({ id, meta }) => {
      const timer = (meta as { readonly timer?: string } | undefined)?.timer;
      return timer === undefined ? [] : [[id, timer]];
    }),
  );

const session = {
  'session.unconnected.connecting': 'connect',
  'session.connected.halfClosed': 'halfClosed',
  'session.connected.draining': 'drain',
  'session.connected.lingering': 'linger',
  'session.errored.recoverable.open': 'keepAlive',
  'session.errored.recoverable.halfClosed': 'halfClosed',
  'session.errored.recoverable.draining': 'keepAlive',
  'session.errored.recoverable.lingering': 'linger',
};

const exchange = {
  'exchange.idle.fresh': 'firstByte',
  'exchange.idle.reused': 'keepAlive',
  'exchange.idle.receiving': 'head',
  'exchange.preparing.reused': 'keepAlive',
  'exchange.reserved.reused': 'keepAlive',
  'exchange.active.cycle.request.body': 'bodyProgress',
  'exchange.active.cycle.request.continued': 'continue',
  'exchange.active.cycle.request.offered.body': 'bodyProgress',
  'exchange.active.cycle.request.offered.continued': 'continue',
  'exchange.active.cycle.request.refused': 'bodyProgress',
  'exchange.active.cycle.response.body': 'sendProgress',
};

const server = {
  'server.draining': 'drain',
  'server.draining.reading': 'grace',
};

const tunnel = {
  'tunnel.dialling': 'connect',
  'tunnel.securingProxy': 'connect',
  'tunnel.asked': 'connect',
  'tunnel.challenged.dialling': 'connect',
  'tunnel.challenged.securingProxy': 'connect',
  'tunnel.challenged.asked': 'connect',
  'tunnel.open': 'connect',
  'tunnel.securingOrigin': 'connect',
};

describe('the timers of the charts', () => {
  it.each([
    ['session', sessionMachine, session],
    ['exchange', exchangeMachine, exchange],
    ['server', serverMachine, server],
    ['pool', poolMachine, {}],
    ['worker', workerMachine, {}],
    ['origin', originMachine, {}],
    ['place', placeMachine, {}],
    ['call', callMachine, {}],
    ['tunnel', tunnelMachine, tunnel],
  ] as const)(
    'timers limit exactly the states of the %s in which one side waits for the other',
    (_id, machine, named) => {
      expect(timersOf(machine)).toEqual(named);
    },
  );

  it('all timers of the charts are declared, and each limits some state', () => {
    const used = [...Object.values(session), ...Object.values(exchange), ...Object.values(server)];
    expect([...new Set(used)].sort()).toEqual([...TIMERS].sort());
  });
});
