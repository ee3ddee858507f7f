import type { Tone } from './reading-order.js';

/** A point or a corner, in pixels from the upper left corner of the drawing. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle, in pixels. */
export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** A state with its place. */
export interface PlacedState extends Area {
  /** Where it is in its chart: dotted from the root; of `any` the state for whose sub-states it stands. */
  readonly path: string;
  /** `group` has sub-states, `region` is one of several that are active together, `any` stands for all of them. */
  readonly kind: 'state' | 'final' | 'history' | 'group' | 'region' | 'any';
  readonly tone: Tone;
  readonly name: string;
  /** What the state does without leaving it; the text under its name. */
  readonly lines: readonly string[];
  readonly tooltip: string;
}

/** An arrow with its way and the place of its label. */
export interface RoutedArrow {
  /** The path of the state where it begins; an initial arrow begins in the state whose sub-state it leads to. */
  readonly source: string;
  /** The path of the state where it ends. */
  readonly target: string;
  /** The types of its events; none for an initial arrow. */
  readonly events: readonly string[];
  /** Its ends and its events, one a line; empty for an initial arrow. */
  readonly tooltip: string;
  readonly points: readonly Point[];
  readonly lines: readonly string[];
  readonly label: Area;
}

/** A chart that was laid out: everything that is drawn of it, outer shapes before inner ones. */
export interface DiagramLayout {
  readonly name: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly arrows: readonly RoutedArrow[];
  /** The dots where initial arrows begin. */
  readonly dots: readonly Area[];
}

/** Sizes of the text in pixels. The font is monospaced, so that text can be measured before it is drawn. */
export const TEXT = { lineHeight: 15, charWidth: 7.25, baseline: 17, titleHeight: 24, inset: 10 } as const;

/** One element of a drawing, by its name and attributes in SVG. */
export interface Shape {
  readonly tag: 'g' | 'rect' | 'path' | 'circle' | 'text' | 'title';
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly content: string | readonly Shape[];
}

/** The shapes of a chart, from back to front. Marks are drawn between the two layers, so that they cover no text. */
export interface Drawing {
  /** Boxes and arrows. */
  readonly below: readonly Shape[];
  /** Texts, labels of arrows, and the dots where initial arrows begin. */
  readonly above: readonly Shape[];
}

/** Draws a layout: what an SVG document holds, and what the page shows. */
export function drawingOf({ states, arrows, dots }: DiagramLayout): Drawing {
  return {
    below: [
      ...states.map(boxOf),
      ...arrows.map(({ points }) =>
        shape('path', { class: 'arrow', d: routeOf(points), 'marker-end': 'url(#head)' }),
      ),
    ],
    above: [
      ...states.map(textsOf),
      ...arrows.filter(({ lines }) => lines.length > 0).map(labelOf),
      ...dots.map(({ x, y, width, height }) =>
        shape('circle', { class: 'dot', cx: x + width / 2, cy: y + height / 2, r: width / 2 }),
      ),
    ],
  };
}

/** The route of an arrow as the `d` of an SVG path. */
export function routeOf([start, ...rest]: readonly Point[]): string {
  if (start === undefined) return '';
  return `M${start.x} ${start.y}L${rest.map(({ x, y }) => `${x} ${y}`).join(' ')}`;
}

function boxOf({ x, y, width, height, kind, lines, tooltip }: PlacedState): Shape {
  const rule = shape('path', { class: 'rule', d: `M${x} ${y + TEXT.titleHeight}h${width}` });
  return shape('g', {}, [
    shape('title', {}, tooltip),
    shape('rect', { class: kind === 'history' ? 'state history' : kind, x, y, width, height, rx: 7 }),
    ...(lines.length > 0 ? [rule] : []),
  ]);
}

/* Above the arrows: those that lead into a state cross its title. */
function textsOf({ x, y, kind, name, lines }: PlacedState): Shape {
  const left = x + TEXT.inset;
  return shape('g', { class: `in-${kind}` }, [
    shape('text', { class: 'name', x: left, y: y + TEXT.baseline }, name),
    ...lines.map((line, i) => {
      return shape(
        'text',
        { class: 'line', x: left, y: y + TEXT.titleHeight + 15 + i * TEXT.lineHeight },
        line,
      );
    }),
  ]);
}

function labelOf({ lines, label: { x, y, width, height } }: RoutedArrow): Shape {
  return shape('g', { class: 'event' }, [
    shape('rect', { class: 'label', x, y, width, height, rx: 3 }),
    ...lines.map((line, i) => shape('text', { x: x + width / 2, y: y + 12 + i * TEXT.lineHeight }, line)),
  ]);
}

function shape(tag: Shape['tag'], attributes: Shape['attributes'], content: Shape['content'] = []): Shape {
  return { tag, attributes, content };
}
