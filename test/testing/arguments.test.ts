import { describe, expect, it } from '@jest/globals';

import {
  Coverage,
  memorySessionDriver,
  ModelGraph,
  pathsOf,
  sessionModel,
  simulate,
  testModel,
} from '../../src/testing/index.js';

const driver = memorySessionDriver();
const quiet = (): void => undefined;
const base = { model: sessionModel, driver, it: quiet };
const graph = ModelGraph.of(sessionModel);

describe('wrong arguments of the testing functions', () => {
  it.each<[string, () => unknown, string]>([
    [
      'testModel() without options',
      () => testModel(undefined as never),
      'testModel(): the options must be an object',
    ],
    ['a misspelt option', () => testModel({ ...base, path: 'pairs' } as never), 'did you mean "paths"?'],
    ['an unknown plan', () => testModel({ ...base, paths: 'pair' as never }), 'did you mean "pairs"?'],
    ['a missing driver', () => testModel({ ...base, driver: undefined as never }), 'the driver must have'],
    [
      'a missing runner',
      () => testModel({ ...base, it: 'it' as never }),
      '`it` must be a function (got "it")',
    ],
    ['a model that is none', () => testModel({ ...base, model: {} as never }), 'model: must have a name'],
    ['a graph of no model', () => ModelGraph.of(null as never), 'model: must have a name'],
    [
      'a new graph of a bare machine',
      () => new ModelGraph(sessionModel.machine as never),
      'model: must have a name',
    ],
    [
      'paths with a misspelt option',
      () => pathsOf(graph, 'random', { counts: 3 } as never),
      'did you mean "count"?',
    ],
    [
      'coverage of no graph',
      () => new Coverage(sessionModel, {} as never),
      'must be a ModelGraph (got an object)',
    ],
  ])('%s is refused with a TypeError that says what is wrong', (_what, call, text) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(text);
  });

  it.each<[string, unknown, string]>([
    ['a misspelt option', { serve: quiet, scripts: quiet, script: quiet }, 'did you mean "script"?'],
    ['no server', { script: quiet }, '`serve` must be a function (got undefined)'],
    ['no options', undefined, 'the options must be an object'],
  ])('simulate() with %s rejects with a TypeError', async (_what, options, text) => {
    const simulated = simulate(options as never);
    await expect(simulated).rejects.toThrow(TypeError);
    await expect(simulated).rejects.toThrow(text);
  });
});
