import { describe, expect, it } from '@jest/globals';

import type { ChartEdge, ChartNode } from '../../src/chart/index.js';
import { sessionChart } from '../../src/session/core/charts.js';
import {
  memorySessionDriver,
  ModelGraph,
  pathsOf,
  pathText,
  sessionModel,
  type PathPlan,
} from '../../src/testing/index.js';
import { eventName } from '../../src/testing/models/finite-machine.js';
import { collect } from '../support/testing/collect.js';
import { sampled } from '../support/thoroughness.js';

/*
 * A suite that no defect makes fail shows nothing. So the compiled chart that real sessions run on is broken in every single
 * place, and each time the generated suite has to find it; its model is the chart as it should be.
 */

interface Place {
  readonly node: ChartNode;
  readonly index: number;
  readonly edge: ChartEdge;
  readonly name: string;
}

const places = placesOf();
const nodes = [...new Set(places.map(({ node }) => node))];

/** All transitions of the compiled chart. */
function placesOf(): Place[] {
  const found: Place[] = [];
  const states = new Set([sessionChart.initial]);
  // A Set is walked in the order of insertion, also what is inserted meanwhile.
  for (const node of states) {
    for (const [index, event] of sessionChart.events.entries()) {
      const edge = sessionChart.edge(node, index);
      if (edge === null) continue;
      states.add(edge.target);
      found.push({ node, index, edge, name: `${node.name}, ${event}` });
    }
  }
  return found;
}

/** In these states a session never has an exception, and clearing it is allowed for the sake of its callers. */
function isWithoutException({ node, edge }: Place): boolean {
  return /^(connected|unconnected)/.test(node.name) && edge.event === 'exception.clear';
}

const withActions = places.filter(
  (place) => !isWithoutException(place) && place.edge.effects.some(({ kind }) => kind === 'action'),
);

/** Bytes of a connection that has failed, which must not be taken for some of the next one. */
const LEFT_BEHIND = ['2: socket.attach > socket.failed > exception.clear > session.connect'];

/** The paths of a plan that take a transition, as texts: no others could tell that it is broken. */
function pathsThrough({ node, edge }: Place, plan: PathPlan): string[] {
  const event = eventName(edge.event);
  return PATHS[plan]
    .filter(({ steps }) => steps.some((step) => step.from === node.name && step.event === event))
    .map(pathText);
}

const graph = ModelGraph.of(sessionModel);
const PATHS = { transitions: pathsOf(graph, 'transitions'), pairs: pathsOf(graph, 'pairs') } as Record<
  PathPlan,
  ReturnType<typeof pathsOf>
>;

/** Walks real sessions while the chart is broken in one place; the text of the failure, empty for none. */
async function failureWith(
  { node, index, edge }: Place,
  broken: ChartEdge | null,
  paths: readonly string[],
): Promise<string> {
  const suite = collect({ model: sessionModel, driver: memorySessionDriver(), paths });
  expect(paths).not.toEqual([]);
  node.edges[index] = broken;
  try {
    return (await suite.firstFailure())?.message ?? '';
  } finally {
    node.edges[index] = edge;
  }
}

describe('a session whose chart is broken in one place', () => {
  it('there is a mutant for every transition of the session chart', () => {
    expect(places.length).toBe(131);
  });

  it('a session with an unbroken copy of the chart behaves like the original', async () => {
    const [place] = places as [Place];
    expect(await failureWith(place, place.edge, PATHS.transitions.map(pathText))).toBe('');
  });

  it.each(sampled(places, 30))('a broken session chart is found: $name, missing', async (place) => {
    expect(await failureWith(place, null, pathsThrough(place, 'transitions'))).toMatch(/^>> \d+\. /m);
  });

  it.each(sampled(places, 30))('a broken session chart is found: $name, leads elsewhere', async (place) => {
    const at = nodes.indexOf(place.edge.target);
    const target = nodes[(at + 1) % nodes.length] as ChartNode;
    const paths = pathsThrough(place, 'transitions');
    expect(await failureWith(place, { ...place.edge, target }, paths)).toMatch(/^>> \d+\. /m);
  });

  it.each(sampled(withActions, 12))(
    'a broken session chart is found: $name, without its actions',
    async (place) => {
      const effects = place.edge.effects.filter(({ kind }) => kind !== 'action');
      const broken = { ...place.edge, effects };
      // What was left behind shows only after what left it.
      const failure =
        (await failureWith(place, broken, LEFT_BEHIND)) ||
        (await failureWith(place, broken, pathsThrough(place, 'pairs')));
      expect(failure).toMatch(/^>> \d+\. /m);
    },
  );

  it('a chart that does not clear an exception passes where there is none to clear', async () => {
    for (const place of sampled(places.filter(isWithoutException), 3)) {
      const effects = place.edge.effects.filter(({ kind }) => kind !== 'action');
      expect(await failureWith(place, { ...place.edge, effects }, pathsThrough(place, 'transitions'))).toBe(
        '',
      );
    }
  });
});
