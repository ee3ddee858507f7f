import { readFileSync } from 'node:fs';

/** @typedef {import('./results.mjs').Outcome} Outcome */

/**
 * A test that node:http alone passes, and why.
 *
 * @typedef {object} Judged
 * @property {string} title Of the suite.
 * @property {string} name
 * @property {string} reason
 */

/** Why tests fail on our sessions: by the name of the framework, then by that of the test. */
const REASONS = /** @type {Record<string, Record<string, string>>} */ (
  JSON.parse(readFileSync(new URL('reasons.json', import.meta.url), 'utf8'))
);

/**
 * Finds the reason of each failure, and complains of failures without one and of reasons without a failure.
 *
 * @param {readonly Outcome[]} outcomes
 */
export function judge(outcomes, reasons = REASONS) {
  /** @type {Judged[]} */
  const judged = [];
  /** @type {string[]} */
  const complaints = [];
  for (const { title, failures } of outcomes) {
    const framework = title.split(' ', 1)[0] ?? title;
    const known = reasons[framework] ?? {};
    for (const { name, error } of failures) {
      const reason = known[name];
      if (reason === undefined) complaints.push(`${framework}: no reason for "${name}": ${error}`);
      else judged.push({ title, name, reason });
    }
    for (const name of Object.keys(known)) {
      if (failures.some((failure) => failure.name === name)) continue;
      complaints.push(`${framework}: there is a reason for "${name}", which does not fail`);
    }
  }
  return { judged, complaints };
}
