/** How much of one kind was exercised. */
export interface Share {
  /** How many were. */
  readonly covered: number;
  /** How many there are. */
  readonly total: number;
  /** Those that were not, as text. */
  readonly missing: readonly string[];
}

/** What was exercised of a model: plain data. */
export interface CoverageReport {
  /** The name of the model. */
  readonly model: string;
  /** States that were seen. */
  readonly states: Share;
  /** Transitions that were taken. */
  readonly transitions: Share;
  /** Pairs of transitions that were taken one after the other. */
  readonly pairs: Share;
  /** States in which a fault came, `state x fault`; a fault that means nothing in a state is none of them. */
  readonly faults: Share;
  /** Events of the model that the driver cannot bring about: nothing above counts them. */
  readonly undriven: readonly string[];
}

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
