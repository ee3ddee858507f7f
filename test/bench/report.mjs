import { median } from './harness/statistics.mjs';

/**
 * @typedef {object} Result One line of the table.
 * @property {import('./rows.mjs').Row} row
 * @property {number} ratio Median of the ratios of the rounds.
 * @property {number} lowest Ratio of the worst round.
 * @property {number} highest Ratio of the best round.
 * @property {'ok' | 'below' | 'over' | '-'} verdict
 * @property {import('./rows.mjs').Figure} ours Medians.
 * @property {import('./rows.mjs').Figure} theirs Medians.
 * @property {import('./rows.mjs').Round[]} rounds
 */

/**
 * @param {import('./rows.mjs').Row} row
 * @param {import('./rows.mjs').Round[]} rounds
 * @returns {Result}
 */
export function judge(row, rounds) {
  const ratios = rounds.map(({ ours, theirs }) =>
    row.sense === 'at least' ? theirs.cost / ours.cost : ours.cost / theirs.cost,
  );
  const ratio = median(ratios);
  return {
    row,
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    verdict: verdictOf(row, ratio),
    ours: medians(rounds.map((round) => round.ours)),
    theirs: medians(rounds.map((round) => round.theirs)),
    rounds,
  };
}

/** @type {(row: import('./rows.mjs').Row, ratio: number) => Result['verdict']} */
function verdictOf({ sense, bound }, ratio) {
  if (bound === null) return '-';
  // Judged as it is printed, so that no row reads "0.75, at least 0.75, below".
  const printed = Number(ratio.toFixed(2));
  if (sense === 'at least') return printed >= bound ? 'ok' : 'below';
  return printed <= bound ? 'ok' : 'over';
}

/**
 * @param {import('./rows.mjs').Figure[]} figures
 * @returns {import('./rows.mjs').Figure}
 */
function medians(figures) {
  const of = (/** @type {'cost' | 'rate' | 'busy'} */ key) => {
    const values = figures.flatMap((figure) => figure[key] ?? []);
    return values.length === 0 ? {} : { [key]: median(values) };
  };
  return { cost: NaN, ...of('cost'), ...of('rate'), ...of('busy') };
}

/** The columns: title, width, and whether it is text. @type {[string, number, boolean][]} */
const COLUMNS = [
  ['row', 17, true],
  ['work', 36, true],
  ['against', 13, true],
  ['ratio', 6, false],
  ['range', 11, false],
  ['bound', 7, false],
  ['aim', 7, false],
  ['verdict', 7, true],
  ['cost ours/theirs', 21, false],
  ['rate ours/theirs, 1/s', 21, false],
  ['busy ours/theirs', 16, false],
];

export const headline = () =>
  line(COLUMNS.map(([title]) => title)) + '\n' + COLUMNS.map(([, width]) => '-'.repeat(width)).join('  ');

/** @param {Result} result */
export function resultLine({ row, ratio, lowest, highest, verdict, ours, theirs }) {
  const sign = row.sense === 'at least' ? '>=' : '<=';
  const limit = (/** @type {number | null} */ value) => (value === null ? '-' : `${sign} ${value}`);
  const rate = (/** @type {import('./rows.mjs').Figure} */ figure) => amount(figure.rate ?? 0);
  const percent = (/** @type {import('./rows.mjs').Figure} */ figure) =>
    `${((figure.busy ?? 0) * 100).toFixed(0)}%`;
  return line([
    row.name,
    row.work,
    row.against,
    ratio.toFixed(2),
    `${lowest.toFixed(2)}-${highest.toFixed(2)}`,
    limit(row.bound),
    limit(row.aim),
    verdict,
    `${amount(ours.cost)} / ${amount(theirs.cost)} ${row.unit}`,
    ours.rate === undefined ? '-' : `${rate(ours)} / ${rate(theirs)}`,
    ours.busy === undefined ? '-' : `${percent(ours)} / ${percent(theirs)}`,
  ]);
}

/** @param {string[]} cells */
function line(cells) {
  return COLUMNS.map(([, width, text], index) => {
    const cell = cells[index] ?? '';
    return text ? cell.padEnd(width) : cell.padStart(width);
  })
    .join('  ')
    .trimEnd();
}

/** Three significant digits, whatever the magnitude. @param {number} value */
function amount(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
