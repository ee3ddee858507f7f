import { describe, expect, it } from '@jest/globals';

import { arrowsOf, type ChartArrow } from '../../../src/inspector/diagram/arrows.js';
import { readChart, statesOf } from '../../../src/inspector/diagram/chart.js';
import type { Area, DiagramLayout, Point } from '../../../src/inspector/diagram/drawing.js';
import { layoutChart } from '../../../src/inspector/diagram/layout.js';
import { toSvg } from '../../../src/inspector/diagram/svg.js';
import { CHARTS, DOOR } from './charts.js';

const overlap = (a: Area, b: Area): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const holds = (outer: Area, inner: Area): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

/* Routes are rounded to tenths of a pixel. */
const onBorder = ({ x, y }: Point, area: Area): boolean => {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.5;
  const onSide = near(x, area.x) || near(x, area.x + area.width);
  const onEdge = near(y, area.y) || near(y, area.y + area.height);
  return (
    (onSide && y > area.y - 1 && y < area.y + area.height + 1) ||
    (onEdge && x > area.x - 1 && x < area.x + area.width + 1)
  );
};

const segmentsOf = (points: readonly Point[]): readonly Area[] =>
  points.slice(1).map(({ x, y }, i) => {
    const { x: fromX, y: fromY } = points[i] ?? { x, y };
    return {
      x: Math.min(x, fromX),
      y: Math.min(y, fromY),
      width: Math.abs(x - fromX),
      height: Math.abs(y - fromY),
    };
  });

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('the layout lacks something');
  return thing;
}

describe.each([...CHARTS, ['door', DOOR] as const])('the drawing of the %s chart', (_, machine) => {
  const chart = readChart(machine);
  const states = statesOf(chart).slice(1);
  const arrows = arrowsOf(chart);
  const laidOut: Promise<DiagramLayout> = layoutChart(chart);

  it('a drawing keeps sub-states inside their parents, and sibling states apart', async () => {
    const layout = await laidOut;
    const areaOf = new Map(states.map(({ id }, i) => [id, found(layout.states[i])]));
    for (const { id, states: inner } of [chart, ...states]) {
      const areas = inner.map((child) => found(areaOf.get(child.id)));
      const page = { x: 0, y: 0, width: layout.width, height: layout.height };
      areas.forEach((area, i) => {
        expect(holds(areaOf.get(id) ?? page, area)).toBe(true);
        expect(areas.slice(i + 1).some((other) => overlap(area, other))).toBe(false);
      });
    }
  });

  it('a drawing leads every arrow from the border of its source to the border of its target', async () => {
    const layout = await laidOut;
    const boxOf = ({ source, inward }: ChartArrow): Area | undefined =>
      inward
        ? layout.states.find(({ kind, tooltip }) => kind === 'any' && tooltip.includes(` ${source} `))
        : layout.states[states.findIndex(({ id }) => id === source)];
    const routes = layout.arrows.slice(-arrows.length);
    arrows.forEach((arrow, i) => {
      const { points } = found(routes[i]);
      const target = layout.states[states.findIndex(({ id }) => id === arrow.target)];
      expect(onBorder(found(points[0]), found(boxOf(arrow)))).toBe(true);
      expect(onBorder(found(points.at(-1)), found(target))).toBe(true);
    });
  });

  it('a drawing lets no label cover another label or the text of a state', async () => {
    const layout = await laidOut;
    const labels = layout.arrows.filter(({ lines }) => lines.length > 0).map(({ label }) => label);
    const texts = layout.states.map((state) => ({
      ...state,
      height: Math.min(state.height, 24 + 15 * state.lines.length),
    }));
    labels.forEach((label, i) => {
      expect(labels.slice(i + 1).filter((other) => overlap(label, other))).toEqual([]);
      expect(texts.filter((text) => overlap(label, text))).toEqual([]);
    });
  });

  it('a drawing runs an arrow through its own label and through no other', async () => {
    const layout = await laidOut;
    const labelled = layout.arrows.filter(({ lines }) => lines.length > 0);
    for (const { label } of labelled) {
      const through = layout.arrows.filter(({ points }) =>
        segmentsOf(points).some((segment) => overlap(segment, label)),
      );
      expect(through.map((arrow) => arrow.label)).toEqual([label]);
    }
  });

  it('a drawing has the name and every line of every state and arrow', async () => {
    const layout = await laidOut;
    const texts = [...toSvg(layout).matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    const expected = [
      ...layout.states.flatMap(({ name, lines }) => [name, ...lines]),
      ...layout.arrows.flatMap(({ lines }) => lines),
    ];
    expect(texts.sort()).toEqual(expected.sort());
  });
});

describe('an SVG document', () => {
  const layout: DiagramLayout = {
    name: 'The door chart',
    description: 'A lock & an <alarm>.',
    width: 200,
    height: 100,
    states: [
      {
        path: 'shut',
        kind: 'group',
        tone: 'plain',
        name: 'shut',
        lines: ['do / watch'],
        tooltip: 'a < b',
        x: 10,
        y: 10,
        width: 90,
        height: 50,
      },
    ],
    arrows: [
      {
        source: 'shut',
        target: 'open',
        events: ['go', 'run'],
        tooltip: 'shut to open:\ngo\nrun',
        points: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
          { x: 5, y: 6 },
        ],
        lines: ['go', 'run'],
        label: { x: 2, y: 3, width: 20, height: 32 },
      },
    ],
    dots: [{ x: 0, y: 0, width: 12, height: 12 }],
  };

  it('an SVG document has a title and a description for screen readers', () => {
    const svg = toSvg(layout);
    expect(svg).toContain('role="img" aria-labelledby="title desc"');
    expect(svg).toContain('<title id="title">The door chart</title>');
    expect(svg).toContain('<desc id="desc">A lock &amp; an &lt;alarm&gt;.</desc>');
    expect(svg).toContain('<title>a &lt; b</title>');
  });

  it('an SVG document follows the light or dark scheme of the reader', () => {
    const [light, dark] = toSvg(layout).split('@media (prefers-color-scheme: dark)');
    const coloursOf = (css: string | undefined): number => css?.match(/#[0-9a-f]{6}/g)?.length ?? 0;
    expect(coloursOf(light)).toBeGreaterThan(0);
    expect(coloursOf(dark)).toBe(coloursOf(light));
  });

  it('an SVG document draws shapes, arrows, labels and dots where the layout has them', () => {
    const svg = toSvg(layout);
    expect(svg).toContain('<rect class="group" x="10" y="10" width="90" height="50" rx="7"/>');
    expect(svg).toContain('<path class="arrow" d="M1 2L3 4 5 6" marker-end="url(#head)"/>');
    expect(svg).toContain('<rect class="label" x="2" y="3" width="20" height="32" rx="3"/>');
    expect(svg).toContain('<circle class="dot" cx="6" cy="6" r="6"/>');
  });

  it('an SVG document loads nothing', () => {
    const addresses = toSvg(layout).match(/https?:[^"]*/g);
    expect(addresses).toEqual(['http://www.w3.org/2000/svg']);
  });
});
