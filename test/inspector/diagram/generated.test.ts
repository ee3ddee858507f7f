import { describe, expect, it } from '@jest/globals';

import { sessionMachine } from '../../../machines/index.js';
import { DIAGRAM_CHARTS } from '../../../src/cli/command-tables.js';
import { renderDiagram } from '../../../src/cli/diagram.js';
import { readChart } from '../../../src/inspector/diagram/chart.js';
import { layoutChart, layoutSummary } from '../../../src/inspector/diagram/layout.js';
import { toSvg } from '../../../src/inspector/diagram/svg.js';
import { committed, withBlock } from '../../support/generate/committed.js';
import { overviewOf } from '../../support/generate/overview.js';
import { stateMachinePage } from '../../support/generate/state-machine.js';
import { CHARTS } from './charts.js';

describe('generated files are current (UPDATE_GENERATED=1 renews them)', () => {
  it.each(CHARTS)('docs/diagrams/%s.svg', async (name, machine) => {
    const drawing = toSvg(await layoutChart(readChart(machine)));
    expect(committed(`docs/diagrams/${name}.svg`, drawing)).toBe(drawing);
  });

  it('docs/state-machine.md', async () => {
    const page = await stateMachinePage();
    expect(committed('docs/state-machine.md', page)).toBe(page);
  });

  it('docs/diagrams/session-overview.svg, which README.md shows', async () => {
    const drawing = toSvg(await layoutSummary(overviewOf(sessionMachine)));
    expect(committed('docs/diagrams/session-overview.svg', drawing)).toBe(drawing);
    expect(committed('README.md')).toContain('](docs/diagrams/session-overview.svg)');
  });

  it('generated parts leave the rest of a document alone, and miss no marks', () => {
    const document = 'before\n<!-- chart:start -->\nold\n<!-- chart:end -->\nafter\n';
    const renewed = 'before\n<!-- chart:start -->\n\nnew\n\n<!-- chart:end -->\nafter\n';
    expect(withBlock(document, 'chart', 'new\n')).toBe(renewed);
    expect(withBlock(renewed, 'chart', 'new')).toBe(renewed);
    expect(() => withBlock('before', 'chart', 'new')).toThrow('chart');
  });
});

describe('the overview of the session chart', () => {
  const { chart, arrows } = overviewOf(sessionMachine);
  const lines = arrows.map(({ source, target, labels }) => `${source} --> ${target} : ${labels.join(', ')}`);

  it('the overview of the session chart has the five states and their sub-states, and nothing deeper', () => {
    const names = chart.states.flatMap((top) => [top.id, ...top.states.map(({ id }) => id)]);
    expect(names).toEqual(
      Object.values(sessionMachine.states).flatMap((top) => [
        top.id,
        ...Object.values(top.states).map(({ id }) => id),
      ]),
    );
    expect(chart.states.flatMap((top) => top.states.flatMap(({ states }) => states))).toEqual([]);
  });

  it('the overview draws an event with one target once, from any state', () => {
    expect(lines).toContain('session --> session.connected : socket.attach');
    expect(lines).toContain('session --> session.errored : exception.set');
    expect(lines).toContain('session --> session.closed : session.close, session.abort');
    expect(lines.filter((line) => line.includes('socket.attach'))).toHaveLength(1);
  });

  it('the overview draws what leaves a state between the top-level states', () => {
    expect(lines).toContain('session.connected --> session.detached : socket.detach');
    expect(lines).toContain('session.errored --> session.connected : exception.clear');
  });
});

describe('renderDiagram', () => {
  it.each(DIAGRAM_CHARTS)('renderDiagram shows the %s chart in every format', (chart) => {
    expect(renderDiagram(chart, 'mermaid')).toMatch(/^stateDiagram-v2\n/);
    expect(JSON.parse(renderDiagram(chart, 'json'))).toMatchObject({ id: chart });
    expect(renderDiagram(chart, 'svg')).toBe(committed(`docs/diagrams/${chart}.svg`));
  });
});
