import { describe, expect, it } from '@jest/globals';

import { sessionMachine } from '../../../machines/index.js';
import { DIAGRAM_CHARTS, renderDiagram } from '../../../src/cli/diagram.js';
import { readChart } from '../../../src/inspector/diagram/chart.js';
import { layoutChart } from '../../../src/inspector/diagram/layout.js';
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

  it('the chart in README.md', () => {
    const chart = `\`\`\`mermaid\n${overviewOf(sessionMachine)}\`\`\``;
    const readme = committed('README.md');
    const current = withBlock(readme, 'chart', chart);
    expect(committed('README.md', current)).toBe(current);
  });

  it('leave the rest of a document alone, and miss no marks', () => {
    const document = 'before\n<!-- chart:start -->\nold\n<!-- chart:end -->\nafter\n';
    const renewed = 'before\n<!-- chart:start -->\n\nnew\n\n<!-- chart:end -->\nafter\n';
    expect(withBlock(document, 'chart', 'new\n')).toBe(renewed);
    expect(withBlock(renewed, 'chart', 'new')).toBe(renewed);
    expect(() => withBlock('before', 'chart', 'new')).toThrow('chart');
  });
});

describe('the overview of the session chart', () => {
  const overview = overviewOf(sessionMachine);

  it('has the five states and their sub-states, and nothing deeper', () => {
    const names = [...overview.matchAll(/state "([\w ]+)" as (\w+)/g)].map(
      ([, name, node]) => `${node}: ${name}`,
    );
    expect(names).toEqual(
      Object.values(sessionMachine.states)
        .flatMap((top) => [
          `${top.key}: ${top.key}`,
          ...Object.keys(top.states).map((key) => `${top.key}_${key}: ${key}`),
        ])
        .concat('session_any: any state'),
    );
  });

  it('tells once what is the same from everywhere', () => {
    expect(overview).toContain('session_any --> connected : socket.attach');
    expect(overview).toContain('session_any --> errored : exception.set');
    expect(overview).toContain('session_any --> closed : session.close<br/>session.abort');
    expect(overview.match(/socket\.attach/g)).toHaveLength(1);
  });

  it('draws what leaves a state between the top-level states', () => {
    expect(overview).toContain('connected --> detached : socket.detach');
    expect(overview).toContain('errored --> connected : exception.clear');
  });
});

describe('renderDiagram', () => {
  it.each(DIAGRAM_CHARTS)('shows the %s chart in every format', (chart) => {
    expect(renderDiagram(chart, 'mermaid')).toMatch(/^stateDiagram-v2\n/);
    expect(JSON.parse(renderDiagram(chart, 'json'))).toMatchObject({ id: chart });
    expect(renderDiagram(chart, 'svg')).toBe(committed(`docs/diagrams/${chart}.svg`));
  });
});
