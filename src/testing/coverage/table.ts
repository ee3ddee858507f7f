import type { CoverageReport, Share } from './report.js';

/** So many of what is missing are listed, the others are counted. */
const LISTED = 12;

const ROWS = [
  ['states', 'states'],
  ['transitions', 'transitions'],
  ['transition pairs', 'pairs'],
  ['states x faults', 'faults'],
] as const;

/** A report as a table, and below it what is missing. */
export function coverageTable(report: CoverageReport): string {
  const rows = ROWS.map(([title, key]) => rowOf(title, report[key]));
  const missing = ROWS.flatMap(([title, key]) => missingLines(title, report[key]));
  const undriven = report.undriven.length === 0 ? [] : [`not driven: ${report.undriven.join(', ')}`];
  return [`coverage of the ${report.model} model`, ...rows, ...missing, ...undriven].join('\n');
}

function rowOf(title: string, { covered, total }: Share): string {
  const percent = total === 0 ? '-' : `${percentOf(covered, total)}%`;
  return `  ${title.padEnd(18)}${`${String(covered)} of ${String(total)}`.padStart(14)}${percent.padStart(8)}`;
}

/** Rounded down: 100% is said of nothing less. */
function percentOf(covered: number, total: number): string {
  return (Math.floor((covered / total) * 1000) / 10).toString();
}

function missingLines(title: string, { missing }: Share): string[] {
  if (missing.length === 0) return [];
  const more = missing.length - LISTED;
  return [
    `missing ${title}:`,
    ...missing.slice(0, LISTED).map((text) => `  ${text}`),
    ...(more > 0 ? [`  and ${String(more)} more`] : []),
  ];
}
