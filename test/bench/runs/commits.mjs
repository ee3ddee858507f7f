import { HERE } from '../harness/library.mjs';
import { cannot, judge } from '../report/judge.mjs';
import { roundsOf } from './peers.mjs';

/** A row is marked when it needs more than this much of what the other commit needs. */
const SLOWER = 1.1;

/** Enough to see whether a commit can run a row at all. */
const ATTEMPT = { rounds: 1, duration: 50, warmUp: 1 };

/**
 * This package beside another commit of it. A row that looks slower is measured again, and judged by all rounds.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {{ root: string, name: string }} commit
 * @returns {import('./peers.mjs').Run}
 */
export const besideCommit =
  (settings, { root, name }) =>
  async (job, wanted) => {
    const before = { kind: job.ours, root };
    const rows = ownRows(job, wanted).map((row) => comparison(row, name));
    try {
      await job.measure({ ...settings, ...ATTEMPT }, [before]);
    } catch (error) {
      return rows.map((row) => cannot(row, error));
    }
    const measure = () => job.measure(settings, [{ kind: job.ours, root: HERE }, before]);
    const first = await measure();
    const results = rows.map((row) => judgeSpeed(row, roundsOf(first, row.part, 0, 1)));
    if (!results.some(({ verdict }) => verdict === 'slower')) return results;
    const all = [...first, ...(await measure())];
    return rows.map((row) => judgeSpeed(row, roundsOf(all, row.part, 0, 1)));
  };

/**
 * One row for each figure of ours: rows that differ in nothing but their peer are one.
 *
 * @param {import('../rows/row.mjs').Job} job
 * @param {(name: string) => boolean} wanted
 */
function ownRows({ rows }, wanted) {
  const parts = new Set();
  return rows.filter(({ name, part }) => wanted(name) && !parts.has(part) && parts.add(part));
}

/**
 * @param {import('../rows/row.mjs').Row} row
 * @param {string} against
 * @returns {import('../rows/row.mjs').Row}
 */
const comparison = (row, against) => ({ ...row, against, sense: 'at least', bound: null, aim: null });

/**
 * @param {import('../rows/row.mjs').Row} row
 * @param {import('../report/judge.mjs').Round[]} rounds
 * @returns {import('../report/judge.mjs').Result}
 */
export function judgeSpeed(row, rounds) {
  const result = judge(row, rounds);
  const isSlower = (result.ratio?.median ?? 1) < 1 / SLOWER;
  return { ...result, verdict: isSlower ? 'slower' : 'ok' };
}
