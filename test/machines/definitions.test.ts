import { describe, expect, it } from '@jest/globals';
import type { AnyStateMachine, AnyStateNode } from 'xstate';

import {
  CALL_EVENTS,
  callMachine,
  EXCHANGE_EVENTS,
  exchangeMachine,
  ORIGIN_EVENTS,
  originMachine,
  PLACE_ACTIONS,
  PLACE_EVENTS,
  placeMachine,
  POOL_ACTIONS,
  POOL_EVENTS,
  poolMachine,
  SERVER_ACTIONS,
  SERVER_EVENTS,
  serverMachine,
  SESSION_ACTIONS,
  SESSION_EVENTS,
  SESSION_SERVICES,
  sessionMachine,
  TUNNEL_ACTIONS,
  TUNNEL_EVENTS,
  tunnelMachine,
  WORKER_ACTIONS,
  WORKER_EVENTS,
  workerMachine,
  type CallTag,
  type ExchangeTag,
  type OriginTag,
  type PlaceTag,
  type PoolTag,
  type ServerTag,
  type SessionTag,
  type TunnelTag,
  type WorkerTag,
} from '../../machines/index.js';
import { golden } from '../support/machines/golden.js';

// Tags are types alone; these records are complete or the type check fails.
const SESSION_TAGS: Record<SessionTag, true> = {
  connecting: true,
  attached: true,
  usable: true,
  available: true,
  readable: true,
  writable: true,
  draining: true,
  lingering: true,
  faulty: true,
  detached: true,
  closed: true,
  gone: true,
};
const EXCHANGE_TAGS: Record<ExchangeTag, true> = {
  idle: true,
  reused: true,
  preparing: true,
  reserved: true,
  cancelled: true,
  receiving: true,
  continued: true,
  requesting: true,
  awaitingContinue: true,
  responding: true,
  unanswered: true,
  replayable: true,
  finishing: true,
  over: true,
  past: true,
};

const SERVER_TAGS: Record<ServerTag, true> = {
  serving: true,
  listening: true,
  full: true,
  ending: true,
  reading: true,
};
const POOL_TAGS: Record<PoolTag, true> = { starting: true, keeping: true, alive: true, over: true };
const WORKER_TAGS: Record<WorkerTag, true> = {
  standing: true,
  serving: true,
  reachable: true,
  releasable: true,
  moving: true,
  drained: true,
  overdue: true,
  silent: true,
  hung: true,
  gone: true,
  lost: true,
  failed: true,
};

const ORIGIN_TAGS: Record<OriginTag, true> = {
  quiet: true,
  full: true,
  taking: true,
  draining: true,
  closed: true,
  failing: true,
};
const PLACE_TAGS: Record<PlaceTag, true> = {
  seated: true,
  connecting: true,
  idle: true,
  reserved: true,
  busy: true,
  unread: true,
  retiring: true,
  serving: true,
  gone: true,
};
const CALL_TAGS: Record<CallTag, true> = { waiting: true, sent: true, answered: true, over: true };
const TUNNEL_TAGS: Record<TunnelTag, true> = {
  pending: true,
  proxy: true,
  origin: true,
  asking: true,
  answering: true,
  over: true,
};

interface Declared {
  readonly machine: AnyStateMachine;
  readonly events: readonly string[];
  readonly actions: readonly string[];
  readonly services: readonly string[];
  readonly tags: readonly string[];
}

const charts: readonly (readonly [string, Declared])[] = [
  [
    'session',
    {
      machine: sessionMachine,
      events: SESSION_EVENTS,
      actions: SESSION_ACTIONS,
      services: SESSION_SERVICES,
      tags: Object.keys(SESSION_TAGS),
    },
  ],
  [
    'exchange',
    {
      machine: exchangeMachine,
      events: EXCHANGE_EVENTS,
      actions: [],
      services: [],
      tags: Object.keys(EXCHANGE_TAGS),
    },
  ],
  [
    'server',
    {
      machine: serverMachine,
      events: SERVER_EVENTS,
      actions: SERVER_ACTIONS,
      services: [],
      tags: Object.keys(SERVER_TAGS),
    },
  ],
  [
    'pool',
    {
      machine: poolMachine,
      events: POOL_EVENTS,
      actions: POOL_ACTIONS,
      services: [],
      tags: Object.keys(POOL_TAGS),
    },
  ],
  [
    'worker',
    {
      machine: workerMachine,
      events: WORKER_EVENTS,
      actions: WORKER_ACTIONS,
      services: [],
      tags: Object.keys(WORKER_TAGS),
    },
  ],
  [
    'origin',
    {
      machine: originMachine,
      events: ORIGIN_EVENTS,
      actions: [],
      services: [],
      tags: Object.keys(ORIGIN_TAGS),
    },
  ],
  [
    'place',
    {
      machine: placeMachine,
      events: PLACE_EVENTS,
      actions: PLACE_ACTIONS,
      services: [],
      tags: Object.keys(PLACE_TAGS),
    },
  ],
  [
    'call',
    { machine: callMachine, events: CALL_EVENTS, actions: [], services: [], tags: Object.keys(CALL_TAGS) },
  ],
  [
    'tunnel',
    {
      machine: tunnelMachine,
      events: TUNNEL_EVENTS,
      actions: TUNNEL_ACTIONS,
      services: [],
      tags: Object.keys(TUNNEL_TAGS),
    },
  ],
];

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

const transitionsOf = (nodes: readonly AnyStateNode[]) =>
  nodes.flatMap((node) => [...node.transitions.values()].flat());

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/** XState's definition of a machine; `transitions` is left out, as it says the same as `on`. */
function definitionOf(machine: AnyStateMachine): string {
  const text = JSON.stringify(
    machine.definition,
    (key, value: unknown) => (key === 'transitions' ? undefined : value),
    1,
  );
  return `${text}\n`;
}

describe.each(charts)('the %s chart', (id, { machine, events, actions, services, tags }) => {
  const nodes = nodesOf(machine.root);
  const transitions = transitionsOf(nodes);

  it('the chart definition is the committed one', () => {
    const actual = definitionOf(machine);
    expect(actual).toBe(golden(`${id}.definition.json`, actual));
    expect(machine.id).toBe(id);
  });

  it('a chart is finite: no context, guard, delay, eventless transition, history or wildcard', () => {
    expect(machine.config.context).toBeUndefined();
    expect(transitions.filter((transition) => transition.guard !== undefined)).toEqual([]);
    expect(transitions.filter((transition) => 'delay' in transition)).toEqual([]);
    expect(nodes.filter((node) => node.after.length > 0)).toEqual([]);
    expect(nodes.filter((node) => node.config.after !== undefined)).toEqual([]);
    expect(nodes.filter((node) => (node.always ?? []).length > 0)).toEqual([]);
    expect(nodes.filter((node) => node.type === 'history')).toEqual([]);
    expect(transitions.filter((transition) => String(transition.eventType).includes('*'))).toEqual([]);
  });

  it('a chart holds names, not code', () => {
    for (const transition of transitions) {
      for (const action of transition.actions) expect(typeof action).toBe('string');
    }
    for (const node of nodes) {
      expect([...node.entry, ...node.exit].filter((action) => typeof action !== 'string')).toEqual([]);
      for (const { src } of node.invoke) expect(typeof src).toBe('string');
    }
  });

  it.each(nodes.map((node) => [node.id, node] as const))('a chart describes %s', (_id, node) => {
    expect(node.description ?? '').toMatch(/^[A-Z].*\.$/su);
  });

  it('a chart uses exactly the declared events and those that XState raises when a state is complete', () => {
    const used = transitions.map((transition) => String(transition.eventType));
    const raised = sorted(used.filter((type) => type.startsWith('xstate.done.state.')));
    expect(sorted(used.filter((type) => !raised.includes(type)))).toEqual(sorted(events));
    const ids = nodes.map((node) => `xstate.done.state.${node.id}`);
    expect(raised.filter((type) => !ids.includes(type))).toEqual([]);
  });

  it('a chart uses exactly the declared actions', () => {
    const used = [
      ...transitions.flatMap((transition) => transition.actions),
      ...nodes.flatMap((node) => [...node.entry, ...node.exit]),
    ];
    expect(sorted(used.map(String))).toEqual(sorted(actions));
    expect(Object.keys(machine.implementations.actions).sort()).toEqual(sorted(actions));
  });

  it('a chart invokes exactly the declared services, each under its own name, each with its failure handled', () => {
    const invokes = nodes.flatMap((node) => node.invoke);
    expect(sorted(invokes.map((invoke) => invoke.id))).toEqual(sorted(services));
    expect(Object.keys(machine.implementations.actors).sort()).toEqual(sorted(services));
    for (const invoke of invokes) {
      expect(invoke.id).toBe(invoke.src);
      expect(invoke.onError).toBeDefined();
    }
  });

  it('a chart uses exactly the declared tags', () => {
    expect(sorted(nodes.flatMap((node) => node.tags))).toEqual(sorted(tags));
  });

  it('a chart declares each name once', () => {
    for (const names of [events, actions, services]) expect(new Set(names).size).toBe(names.length);
  });
});

describe('the session chart', () => {
  it('the session chart has exactly the five lifecycle states', () => {
    expect(Object.keys(sessionMachine.states)).toEqual([
      'unconnected',
      'connected',
      'detached',
      'errored',
      'closed',
    ]);
  });

  it('the session chart has no final state: sessions reconnect', () => {
    expect(nodesOf(sessionMachine.root).filter((node) => node.type === 'final')).toEqual([]);
  });

  it('the session chart repeats the sub-states of connected in errored.recoverable one to one', () => {
    const subStates = (name: string): readonly string[] =>
      Object.keys(sessionMachine.getStateNodeById(`session.${name}`).states);
    expect(subStates('errored.recoverable')).toEqual(subStates('connected'));
    expect(subStates('connected')).toEqual(['open', 'halfClosed', 'draining', 'lingering']);
  });

  it('the session chart names the POCO counterpart of each lifecycle state', () => {
    for (const node of Object.values(sessionMachine.states)) expect(node.meta).toHaveProperty('poco');
  });
});
