import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';

import { Coverage, ModelGraph, parsePath, type Model } from '../../src/testing/index.js';

const model: Model<'open' | 'shut' | 'slam' | 'paint'> = {
  name: 'door',
  machine: createMachine({
    initial: 'shut',
    states: {
      shut: { on: { open: 'open', slam: 'broken' } },
      open: { on: { shut: 'shut', slam: 'broken' } },
      broken: { on: { paint: 'broken' } },
    },
  }),
  events: ['open', 'shut', 'slam', 'paint'],
  payloads: {},
  faults: { violence: ['slam'] },
};
const graph = new ModelGraph(model, ['open', 'shut', 'slam']);

function coverageOf(...texts: readonly string[]): Coverage {
  const coverage = new Coverage(model, graph);
  for (const text of texts) {
    coverage.begin();
    for (const step of parsePath(graph, text).steps) coverage.take(step);
  }
  return coverage;
}

describe('coverage', () => {
  it('coverage reports states, transitions, pairs and faults, and what of each is missing', () => {
    expect(coverageOf('1: open > shut', '1: open > slam').toJSON()).toEqual({
      model: 'door',
      states: { covered: 3, total: 3, missing: [] },
      transitions: { covered: 3, total: 4, missing: ['shut --slam--> broken'] },
      pairs: {
        covered: 2,
        total: 4,
        missing: ['open --shut--> shut --open--> open', 'open --shut--> shut --slam--> broken'],
      },
      faults: { covered: 1, total: 2, missing: ['shut x violence'] },
      undriven: ['paint'],
    });
  });

  it('coverage counts no pair across two paths', () => {
    expect(coverageOf('1: open', '1: slam').toJSON().pairs.covered).toBe(0);
  });

  it('coverage is empty before anything has run', () => {
    const { states, transitions } = coverageOf().toJSON();
    expect([states.covered, transitions.covered]).toEqual([0, 0]);
  });

  it('coverage prints as a table', () => {
    expect(coverageOf('1: open > shut', '1: open > slam').toText()).toBe(
      [
        'coverage of the door model',
        '  states                    3 of 3    100%',
        '  transitions               3 of 4     75%',
        '  transition pairs          2 of 4     50%',
        '  states x faults           1 of 2     50%',
        'missing transitions:',
        '  shut --slam--> broken',
        'missing transition pairs:',
        '  open --shut--> shut --open--> open',
        '  open --shut--> shut --slam--> broken',
        'missing states x faults:',
        '  shut x violence',
        'not driven: paint',
      ].join('\n'),
    );
  });

  it('coverage draws as a coloured chart', () => {
    expect(coverageOf('1: open > shut').toMermaid().split('\n')).toEqual([
      'flowchart LR',
      '  s0["shut 1/2"]:::partly',
      '  s1["open 1/2"]:::partly',
      '  s2["broken 0/0"]:::missed',
      '  s0 -- "open ×1" --> s1',
      '  s0 -. "slam ×0" .-> s2',
      '  s1 -- "shut ×1" --> s0',
      '  s1 -. "slam ×0" .-> s2',
      '  classDef covered fill:#c8e6c9,stroke:#2e7d32,color:#1b1b1b',
      '  classDef partly fill:#fff3c4,stroke:#b28704,color:#1b1b1b',
      '  classDef missed fill:#ffcdd2,stroke:#b71c1c,color:#1b1b1b',
      '  linkStyle 1,3 stroke:#b71c1c,stroke-width:2px',
    ]);
    expect(coverageOf('1: open > shut > slam', '1: open > slam').toMermaid()).not.toContain('linkStyle');
  });
});
