import { median } from '../harness/statistics.mjs';

/**
 * @typedef {object} Round
 * @property {import('../rows/row.mjs').Figure} ours
 * @property {import('../rows/row.mjs').Figure} theirs
 *
 * @typedef {object} Result One line of the table.
 * @property {import('../rows/row.mjs').Row} row
 * @property {Verdict} verdict
 * @property {Ratio | null} ratio Of the costs; `null` when the row could not be measured.
 * @property {import('../rows/row.mjs').Figure} [ours] Medians.
 * @property {import('../rows/row.mjs').Figure} [theirs] Medians.
 * @property {Round[]} rounds
 * @property {string} [note] Why it could not be measured.
 *
 * @typedef {object} Ratio
 * @property {number} median
 * @property {number} lowest Of a round.
 * @property {number} highest Of a round.
 *
 * @typedef {'ok' | 'below' | 'over' | 'slower' | 'cannot' | '-'} Verdict
 */

/**
 * @param {import('../rows/row.mjs').Row} row
 * @param {Round[]} rounds
 * @returns {Result}
 */
export function judge(row, rounds) {
  const ratios = rounds.map(({ ours, theirs }) =>
    row.sense === 'at least' ? theirs.cost / ours.cost : ours.cost / theirs.cost,
  );
  const ratio = { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
  return {
    row,
    verdict: verdictOf(row, ratio.median),
    ratio,
    ours: medians(rounds.map((round) => round.ours)),
    theirs: medians(rounds.map((round) => round.theirs)),
    rounds,
  };
}

/**
 * A row that one side cannot run.
 *
 * @param {import('../rows/row.mjs').Row} row
 * @param {unknown} error
 * @returns {Result}
 */
export function cannot(row, error) {
  const [note = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return { row, verdict: 'cannot', ratio: null, rounds: [], note };
}

/** @type {(row: import('../rows/row.mjs').Row, ratio: number) => Verdict} */
function verdictOf({ sense, bound }, ratio) {
  if (bound === null) return '-';
  // Judged as it is printed, so that no row reads "0.75, at least 0.75, below".
  const printed = Number(ratio.toFixed(2));
  if (sense === 'at least') return printed >= bound ? 'ok' : 'below';
  return printed <= bound ? 'ok' : 'over';
}

/**
 * @param {import('../rows/row.mjs').Figure[]} figures
 * @returns {import('../rows/row.mjs').Figure}
 */
function medians(figures) {
  const of = (/** @type {'cost' | 'rate' | 'busy'} */ key) => {
    const values = figures.flatMap((figure) => figure[key] ?? []);
    return values.length === 0 ? {} : { [key]: median(values) };
  };
  return { cost: NaN, ...of('cost'), ...of('rate'), ...of('busy') };
}
