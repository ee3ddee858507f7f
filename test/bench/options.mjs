import { parseArgs } from 'node:util';

import { ROWS } from './rows/jobs.mjs';

export const USAGE = `usage: npm run bench -- [options]
  --rows NAME,NAME   only these rows, or groups of rows by the first word of their names (client, hono, idle)
  --rounds N         rounds of each row (default 7)
  --duration MS      of each contestant in each round (default 600)
  --quick            few and short rounds: a first impression of all rows in less than two minutes
  --against COMMIT   beside another commit of this package instead of its peers; ends with 1 if a row got slower
  --subject KIND     put a peer (node-http, raw-net; peer: the one of each row) in our place, to judge the harness
  --write            write the table to docs/benchmarks.md and README.md; all rows
  --json             one JSON document instead of the table
  --help             this text and the names of all rows`;

const SUBJECTS = ['ours', 'peer', 'node-http', 'raw-net'];

/** Milliseconds; the warm-up is done twice: long enough for the optimizing compiler to settle. */
const THOROUGH = { rounds: 7, duration: 600, warmUp: 500 };
const QUICK = { rounds: 3, duration: 200, warmUp: 150 };

/**
 * @typedef {object} Options
 * @property {(name: string) => boolean} wanted
 * @property {number} rounds
 * @property {number} duration In milliseconds.
 * @property {number} warmUp In milliseconds.
 * @property {string} subject
 * @property {string | null} against A commit.
 * @property {boolean} write
 * @property {boolean} json
 * @property {boolean} help
 */

/**
 * @param {string[]} args
 * @returns {Options}
 */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '' },
      rounds: { type: 'string' },
      duration: { type: 'string' },
      quick: { type: 'boolean', default: false },
      against: { type: 'string' },
      subject: { type: 'string', default: 'ours' },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { subject, against = null, write, json, help } = values;
  if (!SUBJECTS.includes(subject)) {
    throw new RangeError(`--subject: must be one of ${SUBJECTS.join(', ')} (got ${subject})`);
  }
  if (against !== null && subject !== 'ours') throw new RangeError('--against compares us with ourselves');
  const isWhole = against === null && subject === 'ours' && values.rows === '' && !values.quick;
  if (write && !isWhole) throw new RangeError('--write needs all rows, beside their peers, and not --quick');
  const usual = values.quick ? QUICK : THOROUGH;
  return {
    wanted: chooseRows(values.rows.split(',').filter((word) => word !== '')),
    rounds: positive('--rounds', values.rounds) ?? usual.rounds,
    duration: positive('--duration', values.duration) ?? usual.duration,
    warmUp: usual.warmUp,
    subject,
    against,
    write,
    json,
    help,
  };
}

/** @param {string[]} words */
function chooseRows(words) {
  const fits = (/** @type {string} */ name, /** @type {string} */ word) =>
    name === word || name.startsWith(`${word}-`);
  for (const word of words) {
    if (!ROWS.some(({ name }) => fits(name, word))) throw new RangeError(`there is no row ${word}`);
  }
  return (/** @type {string} */ name) => words.length === 0 || words.some((word) => fits(name, word));
}

/**
 * @param {string} option
 * @param {string | undefined} text
 */
function positive(option, text) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${option}: must be a positive integer (got ${text})`);
  }
  return value;
}
