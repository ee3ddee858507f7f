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
  readonly points: readonly Point[];
  readonly lines: readonly string[];
  readonly label: Area;
}

/** A chart that was laid out: everything that `toSvg` draws, outer shapes before inner ones. */
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

/** Sizes of the text, for those who measure it before they place it; a monospaced font makes that possible. */
export const SVG_TEXT = { lineHeight: 15, charWidth: 7.25, titleHeight: 24, inset: 10 } as const;

interface Colours {
  readonly page: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly state: string;
  readonly edge: string;
  readonly group: string;
}

const LIGHT: Colours = {
  page: '#ffffff',
  ink: '#1f2328',
  soft: '#59636e',
  line: '#6e7781',
  state: '#eef4ff',
  edge: '#4a72b8',
  group: '#f6f8fa',
};

const DARK: Colours = {
  page: '#0d1117',
  ink: '#e6edf3',
  soft: '#a5b0bc',
  line: '#8b949e',
  state: '#17253d',
  edge: '#6c9bea',
  group: '#161c24',
};

const STYLE = `
    text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
    .name { font-weight: bold; }
    .event text { text-anchor: middle; }
    .label { fill-opacity: 0.92; }
    .final { stroke-width: 3; }
    .region, .any { stroke-dasharray: 5 4; }
    .rule { stroke-opacity: 0.5; }
    .arrow { fill: none; stroke-width: 1.2; }
    .in-group text, .in-region text { paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; }
    ${colourRules(LIGHT)}
    @media (prefers-color-scheme: dark) {
    ${colourRules(DARK)}
    }`;

/* Written out for both schemes instead of as CSS variables, which not every SVG viewer knows. */
function colourRules({ page, ink, soft, line, state, edge, group }: Colours): string {
  return [
    `text { fill: ${ink}; }`,
    `.line { fill: ${soft}; }`,
    `.page, .label { fill: ${page}; }`,
    `.state, .final { fill: ${state}; stroke: ${edge}; }`,
    `.group { fill: ${group}; stroke: ${line}; }`,
    `.region, .any { fill: none; stroke: ${line}; }`,
    `.in-group text, .in-region text { stroke: ${group}; }`,
    `.rule { stroke: ${edge}; }`,
    `.arrow { stroke: ${line}; }`,
    `.dot, .head { fill: ${line}; }`,
  ].join('\n    ');
}

/** Draws a layout as one self-contained SVG document that follows the reader's light or dark colour scheme. */
export function toSvg(layout: DiagramLayout): string {
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `  <title id="title">${escapeText(layout.name)}</title>`,
    `  <desc id="desc">${escapeText(layout.description)}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    '  <defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">' +
      '<path class="head" d="M0 0 10 5 0 10z"/></marker></defs>',
    `  <rect class="page" width="${width}" height="${height}"/>`,
    ...layout.states.map(drawShape),
    ...layout.arrows.map(drawArrow),
    ...layout.states.map(drawTexts),
    ...layout.arrows.filter(({ lines }) => lines.length > 0).map(drawLabel),
    ...layout.dots.map(drawDot),
    '</svg>',
    '',
  ].join('\n');
}

function drawShape({ x, y, width, height, kind, lines, tooltip }: PlacedState): string {
  const rule = lines.length > 0 ? `<path class="rule" d="M${x} ${y + SVG_TEXT.titleHeight}h${width}"/>` : '';
  const shape = `<rect class="${kind === 'history' ? 'state' : kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="7"/>`;
  return `  <g><title>${escapeText(tooltip)}</title>${shape}${rule}</g>`;
}

/* Written after the arrows: those that lead into a state cross its title. */
function drawTexts({ x, y, kind, name, lines }: PlacedState): string {
  const { inset, titleHeight, lineHeight } = SVG_TEXT;
  const texts = lines.map((line, i) => {
    return `<text class="line" x="${x + inset}" y="${y + titleHeight + 15 + i * lineHeight}">${escapeText(line)}</text>`;
  });
  return `  <g class="in-${kind}"><text class="name" x="${x + inset}" y="${y + 17}">${escapeText(name)}</text>${texts.join('')}</g>`;
}

function drawArrow({ points }: RoutedArrow): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  return `  <path class="arrow" d="M${start.x} ${start.y}L${rest.map(({ x, y }) => `${x} ${y}`).join(' ')}" marker-end="url(#head)"/>`;
}

function drawLabel({ lines, label: { x, y, width, height } }: RoutedArrow): string {
  const texts = lines.map((line, i) => {
    return `<text x="${x + width / 2}" y="${y + 12 + i * SVG_TEXT.lineHeight}">${escapeText(line)}</text>`;
  });
  return `  <g class="event"><rect class="label" x="${x}" y="${y}" width="${width}" height="${height}" rx="3"/>${texts.join('')}</g>`;
}

function drawDot({ x, y, width, height }: Area): string {
  return `  <circle class="dot" cx="${x + width / 2}" cy="${y + height / 2}" r="${width / 2}"/>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
