import { describe, expect, it } from '@jest/globals';
import { transition, type AnyStateMachine } from 'xstate';

import { EXCHANGE_EVENTS } from '../../machines/exchange.events.js';
import { exchangeMachine } from '../../machines/exchange.machine.js';
import { snapshotOf } from '../../src/chart/actors.js';
import { dotted, type ChartEdge, type ChartNode } from '../../src/chart/index.js';
import { exchangeChart } from '../../src/session/core/charts.js';
import { exchangeModel, ModelGraph, pathsOf, type ModelEdge } from '../../src/testing/index.js';
import { runPath } from '../../src/testing/run/run-path.js';
import { altered, stateAt, type StateNodeConfig } from '../support/product/altered.js';
import { exchangeDriver } from '../support/paths/exchange-driver.js';
import { isExhaustive, sampled } from '../support/thoroughness.js';

/*
 * The chart of the message cycle that real sessions walk is broken in every single place, and each time the generated suite of
 * all pairs has to find it; its model is the chart as it should be.
 *
 * A mistake where the chart is written down breaks that model as well. Then the matrix of the chart, a golden file, shows it
 * (test/machines/exchange-matrix.test.ts): what is shown here is that no written transition can be broken without a trace in
 * what that matrix lists.
 */

const graph = ModelGraph.of(exchangeModel);
const suite = pathsOf(graph, 'pairs', { maxLength: 100 });
const walk = { model: exchangeModel, graph, driver: exchangeDriver };

/** Each transition is broken, one at a time. */
const broken = sampled(graph.edges, 60);

/** All states of the chart that real sessions walk, by name. */
const nodes = nodesOf();

function nodesOf(): ReadonlyMap<string, ChartNode> {
  const found = new Set([exchangeChart.initial]);
  // A Set is walked in the order of insertion, also what is inserted meanwhile.
  for (const node of found) {
    for (const index of exchangeChart.events.keys()) {
      const edge = exchangeChart.edge(node, index);
      if (edge !== null) found.add(edge.target);
    }
  }
  return new Map([...found].map((node) => [node.name, node]));
}

/** What a real session does on the first path of the suite that takes a transition, while that is another one. */
async function failureWith(
  { from, event }: ModelEdge,
  broken: (whole: ChartEdge) => ChartEdge | null,
): Promise<string> {
  const path = suite.find(({ steps }) => steps.some((step) => step.from === from && step.event === event))!;
  const at = path.steps.findIndex((step) => step.from === from && step.event === event);
  const { edges } = nodes.get(from)!;
  const index = exchangeChart.indexOf(event);
  const whole = edges[index]!;
  edges[index] = broken(whole);
  try {
    await runPath(walk, { ...path, steps: path.steps.slice(0, at + 1) });
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    edges[index] = whole;
  }
}

/** The mutants that are not found, as texts. */
async function survivors(change: (whole: ChartEdge) => ChartEdge | null): Promise<string[]> {
  const found: string[] = [];
  for (const edge of broken) {
    const failure = await failureWith(edge, change);
    if (!/^>> \d+\. /m.test(failure)) found.push(`${edge.from}, ${edge.event}`);
  }
  return found;
}

describe('a session whose message cycle is broken in one place', () => {
  it('there is a mutant for every transition of the message cycle', () => {
    expect([nodes.size, graph.edges.length]).toEqual([82, 746]);
  });

  it('an unbroken copy of the message cycle behaves like the original', async () => {
    expect(await survivors((whole) => whole)).toHaveLength(broken.length);
  });

  it('a missing transition of the message cycle is found', async () => {
    expect(await survivors(() => null)).toEqual([]);
  });

  it.each([1, 36])(
    'a message cycle transition that leads elsewhere, %i states on, is found',
    async (distance) => {
      const all = [...nodes.values()];
      expect(
        await survivors((whole) => ({
          ...whole,
          target: all[(all.indexOf(whole.target) + distance) % all.length]!,
        })),
      ).toEqual([]);
    },
  );
});

const EVENTS: ReadonlySet<string> = new Set(EXCHANGE_EVENTS);

/** A transition as it is written down; `onDone` is one, too. */
type Written = readonly [state: string, event: string];

function writtenIn(state: StateNodeConfig, path: string): Written[] {
  const events = [...Object.keys(state.on ?? {}), ...('onDone' in state ? ['onDone'] : [])];
  return [
    ...events.map((event) => [path, event] as const),
    ...Object.entries(state.states ?? {}).flatMap(([key, child]) =>
      writtenIn(child, path === '' ? key : `${path}.${key}`),
    ),
  ];
}

/** Whether a machine goes elsewhere than the whole chart from any of its states, by an event that a change may touch. */
function differs(machine: AnyStateMachine, { 1: changed }: Written): boolean {
  // What is raised when both messages are complete may follow any event.
  const events = EXCHANGE_EVENTS.filter((event) => event === changed || !EVENTS.has(changed));
  return [...nodes.values()].some((node) => {
    const from = machine.resolveState({ value: snapshotOf(node).value as string, context: {} });
    return events.some((type) => {
      const target = from.can({ type }) ? dotted(transition(machine, from, { type })[0].value) : undefined;
      return target !== exchangeChart.edge(node, exchangeChart.indexOf(type))?.target.name;
    });
  });
}

/** The chart with one written transition taken out, or leading elsewhere. */
function brokenAt([path, event]: Written, target: string | null): AnyStateMachine {
  return altered(exchangeMachine, (root) => {
    const state = path === '' ? root : stateAt(root, path);
    const on = event === 'onDone' ? state : state.on!;
    if (target === null) Reflect.deleteProperty(on, event);
    else on[event] = target;
  });
}

/** Another target than any that is written for the event in that state. */
const elsewhere = ([state, event]: Written): string =>
  /(^|\.)closed$/.test(state) || event === 'connection.closed' ? '#exchange.error' : '#exchange.closed';

/** Written transitions that make no difference, and why. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  'active.cycle.request.refused, connection.close':
    'the region keepAlive takes the event in each of its states; it is written for those who read the state alone',
};

const isEquivalent = (written: Written): boolean => written.join(', ') in EQUIVALENT;

describe('a written transition of the message cycle', () => {
  const all = writtenIn(exchangeMachine.config as StateNodeConfig, '');
  const some = all.filter(
    (written) => isExhaustive || isEquivalent(written) || sampled(all, 12).includes(written),
  );

  it('a transition of an unbroken copy of the message cycle is the same', () => {
    const copy = altered(exchangeMachine, () => undefined);
    expect([all.length, some.filter((written) => differs(copy, written))]).toEqual([88, []]);
  });

  it('a missing transition shows in the matrix, except those that make no difference', () => {
    const unseen = some.filter((written) => !differs(brokenAt(written, null), written));
    expect(unseen.map((written) => written.join(', '))).toEqual(Object.keys(EQUIVALENT));
  });

  it('a transition that leads elsewhere shows in the matrix', () => {
    expect(some.filter((written) => !differs(brokenAt(written, elsewhere(written)), written))).toEqual([]);
  });
});
