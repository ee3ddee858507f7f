import { drawingOf, type DiagramLayout, type Shape } from './drawing.js';

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

/** Writes a layout as one self-contained SVG document that follows the reader's light or dark colour scheme. */
export function toSvg(layout: DiagramLayout): string {
  const { width, height } = layout;
  const { below, above } = drawingOf(layout);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `  <title id="title">${escapeText(layout.name)}</title>`,
    `  <desc id="desc">${escapeText(layout.description)}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    '  <defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">' +
      '<path class="head" d="M0 0 10 5 0 10z"/></marker></defs>',
    `  <rect class="page" width="${width}" height="${height}"/>`,
    ...[...below, ...above].map((shape) => `  ${write(shape)}`),
    '</svg>',
    '',
  ].join('\n');
}

function write({ tag, attributes, content }: Shape): string {
  const start = [tag, ...Object.entries(attributes).map(([name, value]) => `${name}="${value}"`)].join(' ');
  if (content.length === 0) return `<${start}/>`;
  return `<${start}>${typeof content === 'string' ? escapeText(content) : content.map(write).join('')}</${tag}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
