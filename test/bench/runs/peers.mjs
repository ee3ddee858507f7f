import { HERE } from '../harness/library.mjs';
import { cannot, judge } from '../report/judge.mjs';

/**
 * A run of one job: what is compared with what.
 *
 * @typedef {(job: import('../rows/row.mjs').Job, wanted: (name: string) => boolean) => Promise<import('../report/judge.mjs').Result[]>} Run
 */

/**
 * This package beside its peers, all in turns.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @returns {Run}
 */
export const besidePeers = (settings) => async (job, wanted) => {
  const rows = job.rows.filter(({ name }) => wanted(name));
  const peers = [...new Set(rows.map(({ against }) => against))];
  const figures = await job.measure(
    settings,
    [job.ours, ...peers].map((kind) => ({ kind, root: HERE })),
  );
  return rows.map((row) => judge(row, roundsOf(figures, row.part, 0, 1 + peers.indexOf(row.against))));
};

/**
 * A peer in our place, row by row, to judge the harness.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {string} subject The kind of that peer; `peer` is the one that the row names.
 * @returns {Run}
 */
export const peersAmongThemselves = (settings, subject) => async (job, wanted) => {
  const results = [];
  // Without bounds, which are those of this package.
  const rows = job.rows.filter(({ name }) => wanted(name)).map((row) => ({ ...row, bound: null, aim: null }));
  for (const row of rows) {
    const kinds = [subject === 'peer' ? row.against : subject, row.against];
    const contestants = kinds.map((kind) => ({ kind, root: HERE }));
    try {
      results.push(judge(row, roundsOf(await job.measure(settings, contestants), row.part, 0, 1)));
    } catch (error) {
      results.push(cannot(row, error));
    }
  }
  return results;
};

/**
 * @param {import('../measure/contest.mjs').Figures} figures
 * @param {string} part
 * @param {number} ours
 * @param {number} theirs
 * @returns {import('../report/judge.mjs').Round[]}
 */
export const roundsOf = (figures, part, ours, theirs) =>
  figures.map((round) => ({
    ours: /** @type {import('../rows/row.mjs').Figure} */ (round[ours]?.[part]),
    theirs: /** @type {import('../rows/row.mjs').Figure} */ (round[theirs]?.[part]),
  }));
