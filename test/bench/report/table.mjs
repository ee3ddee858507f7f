import { NAMES } from '../rows/row.mjs';

/** The columns: title, width, and whether it is text. @type {[string, number, boolean][]} */
const COLUMNS = [
  ['row', 21, true],
  ['work', 42, true],
  ['against', 17, true],
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

/** @param {import('./judge.mjs').Result} result */
export function resultLine({ row, ratio, verdict, ours, theirs, note }) {
  const cells = [row.name, row.work, (NAMES[row.against] ?? row.against).replaceAll('`', '')];
  if (ratio === null || ours === undefined || theirs === undefined) {
    return `${line([...cells, '-', '-', '-', '-', verdict])}  ${note ?? ''}`;
  }
  const pair = (/** @type {(figure: import('../rows/row.mjs').Figure) => string} */ show) =>
    `${show(ours)} / ${show(theirs)}`;
  return line([
    ...cells,
    ratio.median.toFixed(2),
    rangeOf(ratio),
    limit(row, 'bound'),
    limit(row, 'aim'),
    verdict,
    `${pair(({ cost }) => amount(cost))} ${row.unit}`,
    ours.rate === undefined ? '-' : pair(({ rate = 0 }) => amount(rate)),
    ours.busy === undefined ? '-' : pair(({ busy = 0 }) => `${(busy * 100).toFixed(0)}%`),
  ]);
}

/** @param {import('./judge.mjs').Ratio} ratio */
export const rangeOf = ({ lowest, highest }) => `${lowest.toFixed(2)}-${highest.toFixed(2)}`;

/**
 * @param {import('../rows/row.mjs').Row} row
 * @param {'bound' | 'aim'} which
 */
export function limit(row, which) {
  const value = row[which];
  return value === null ? '-' : `${row.sense === 'at least' ? '>=' : '<='} ${value}`;
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
