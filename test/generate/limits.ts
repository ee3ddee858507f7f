import { LIMITS, TIMEOUTS, type Bound } from '../../src/constants.js';

/** The text of `docs/limits.md`: every cap and duration with its default and the reason for it. */
export function limitsPage(): string {
  return [
    '# Limits and timeouts',
    '',
    'Generated from `src/constants.ts`; a test holds this page current.',
    '',
    '## Limits',
    '',
    'What a peer may make this side hold or scan, and how far a pool of workers goes.',
    '',
    ...table(LIMITS),
    '',
    '## Timeouts',
    '',
    '0 means none.',
    '',
    ...table(TIMEOUTS),
    '',
  ].join('\n');
}

function table(bounds: Readonly<Record<string, Bound>>): string[] {
  const rows = Object.entries(bounds).map(([name, { value, unit, reason }]) => [
    `\`${name}\``,
    `${grouped(value)} ${unit}`,
    reason,
  ]);
  return aligned([['Name', 'Default', 'Why'], ...rows]);
}

/** 65536 as `65 536`. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');
}

/** The rows of a markdown table, first the head, with columns of equal width as the formatter would have them. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`;
  const [head, ...body] = rows.map(line) as [string, ...string[]];
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body];
}
