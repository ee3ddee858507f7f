import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMachine } from 'xstate';

import {
  exchangeModel,
  ModelGraph,
  parsePath,
  pathName,
  pathsOf,
  pathText,
  serverModel,
  sessionModel,
  type Model,
  type ModelPath,
  type PathPlan,
} from '../../src/testing/index.js';

const doorModel: Model = {
  name: 'door',
  machine: createMachine({
    initial: 'shut',
    states: {
      shut: { on: { open: 'open', lock: 'locked' } },
      open: { on: { shut: 'shut' } },
      locked: { on: { unlock: 'shut', break: 'broken' } },
      broken: {},
    },
  }),
  events: ['open', 'shut', 'lock', 'unlock', 'break'],
  payloads: {},
  faults: {},
};
const door = new ModelGraph(doorModel);

const texts = (paths: readonly ModelPath[]): string[] => paths.map(pathText);

function pairsIn(paths: readonly ModelPath[]): Set<string> {
  const of = ({ steps }: ModelPath): string[] =>
    steps.slice(1).map((step, at) => `${steps[at]?.from ?? ''} ${steps[at]?.event ?? ''} ${step.event}`);
  return new Set(paths.flatMap(of));
}

describe('paths', () => {
  it('shortest paths lead to every state', () => {
    expect(texts(pathsOf(door, 'shortest'))).toEqual(['1: ', '2: open', '3: lock', '4: lock > break']);
  });

  it('transition paths take every transition, and start again only if necessary', () => {
    expect(texts(pathsOf(door, 'transitions'))).toEqual(['1: open > shut > lock > unlock > lock > break']);
  });

  it('paths can avoid transitions, and what only they lead to', () => {
    const avoiding = new ModelGraph(doorModel, doorModel.events, ({ event }) => event === 'lock');
    expect(avoiding.states).toEqual(['shut', 'open']);
    expect(avoiding.edges.map(({ event }) => event)).toEqual(['open', 'shut']);
    expect(texts(pathsOf(avoiding, 'transitions'))).toEqual(['1: open > shut']);
  });

  it('pair paths take every pair of transitions, even those that need another start', () => {
    expect(pairsIn(pathsOf(door, 'pairs'))).toEqual(
      new Set([
        'shut open shut',
        'open shut open',
        'open shut lock',
        'shut lock unlock',
        'shut lock break',
        'locked unlock open',
        'locked unlock lock',
      ]),
    );
  });

  it.each([
    [sessionModel, 1128],
    [exchangeModel, 5637],
    [serverModel, 0],
  ] as [Model, number][])('pair paths take every pair of a large model', (model, known) => {
    const graph = new ModelGraph(model);
    const paths = pathsOf(graph, 'pairs', { maxLength: 50 });
    const total = graph.edges.reduce((sum, edge) => sum + graph.edgesFrom(edge.to).length, 0);
    expect(pairsIn(paths).size).toBe(total);
    if (known > 0) expect(total).toBe(known);
    // Few detours: the exchange chart has to be started again for most of its pairs.
    expect(paths.reduce((sum, { steps }) => sum + steps.length, 0)).toBeLessThan(total * 5);
    expect(Math.max(...paths.map(({ steps }) => steps.length))).toBeLessThanOrEqual(50);
  });

  it('paths start where the machine starts, whatever its states are called', () => {
    const machine = createMachine({
      initial: '2',
      states: { 2: { on: { go: '1' } }, 1: { on: { go: '2' } } },
    });
    const numbered = new ModelGraph({ name: 'numbered', machine, events: ['go'], payloads: {}, faults: {} });
    expect([numbered.initial, ...numbered.edgesFrom('2').map(({ to }) => to)]).toEqual(['2', '1']);
    expect(texts(pathsOf(numbered, 'transitions'))).toEqual(['1: go > go']);
  });

  it('random paths are the same for the same seed', () => {
    const graph = new ModelGraph(sessionModel);
    const walks = (seed: number): string[] =>
      texts(pathsOf(graph, 'random', { seed, count: 5, maxLength: 12 }));
    expect(walks(4)).toEqual(walks(4));
    expect(walks(4)).not.toEqual(walks(400));
    expect(walks(4).every((text) => text.split(' > ').length === 12)).toBe(true);
  });

  it('paths have only steps that the model has', () => {
    const plans: readonly PathPlan[] = ['shortest', 'transitions', 'pairs', 'random'];
    fc.assert(
      fc.property(
        fc.constantFrom(...plans),
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        (plan, seed, maxLength) => {
          for (const path of pathsOf(door, plan, { seed, maxLength, count: 3 })) {
            expect(parsePath(door, pathText(path))).toEqual(path);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([{ maxLength: 0 }, { count: -1 }, { maxLength: NaN }])('paths refuse %p', (options) => {
    expect(() => pathsOf(door, 'random', options)).toThrow(RangeError);
  });
});

describe('the text of a path', () => {
  it('the text of a path can be parsed again', () => {
    expect(parsePath(door, ' -7:  lock >unlock ')).toEqual({
      seed: -7,
      steps: [
        { from: 'shut', event: 'lock', to: 'locked' },
        { from: 'locked', event: 'unlock', to: 'shut' },
      ],
    });
    expect(parsePath(door, '3:')).toEqual({ seed: 3, steps: [] });
  });

  it.each([
    ['lock > unlock', /a path looks like "7: one > two"/],
    ['1: lock > open', /step 2: locked has no transition for "open"; it has unlock, break/],
    ['1: lock > break > open', /step 3: broken has no transition/],
  ])('the text of a path that leads nowhere is refused: %s', (text, reason) => {
    expect(() => parsePath(door, text)).toThrow(reason);
  });

  it('the text of a path is shortened in the name of a test', () => {
    const long = parsePath(door, `1: ${Array.from({ length: 5 }, () => 'open > shut').join(' > ')}`);
    expect(pathName(long, door)).toBe('open > shut > open > shut > (3 more) > shut > open > shut -> shut');
    expect(pathName(parsePath(door, '1: lock'), door)).toBe('lock -> locked');
    expect(pathName(parsePath(door, '1:'), door)).toBe('nothing -> shut');
  });
});
