import { parseArgs } from 'node:util';

import { JOBS } from './rows.mjs';

export const USAGE = `usage: npm run bench -- [options]
  --rows NAME,NAME   only these rows, or groups of rows by the first word of their names (client, idle, engine)
  --rounds N         rounds of each row (default 7)
  --duration MS      of each contestant in each round (default 600)
  --subject KIND     put a peer (node-http, raw-net) in our place, to judge the harness itself
  --json             one JSON document instead of the table
  --help             this text and the names of all rows`;

/**
 * @typedef {object} Options
 * @property {(name: string) => boolean} wanted
 * @property {number} rounds
 * @property {number} duration In milliseconds.
 * @property {string} subject
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
      rounds: { type: 'string', default: '7' },
      duration: { type: 'string', default: '600' },
      subject: { type: 'string', default: 'ours' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (!['ours', 'node-http', 'raw-net'].includes(values.subject)) {
    throw new RangeError(`--subject ${values.subject} is not ours, node-http or raw-net`);
  }
  return {
    wanted: chooseRows(values.rows.split(',').filter((word) => word !== '')),
    rounds: positive('--rounds', values.rounds),
    duration: positive('--duration', values.duration),
    subject: values.subject,
    json: values.json,
    help: values.help,
  };
}

/** The names of all rows. */
export const rowNames = () => JOBS.flatMap((job) => job.rows.map((row) => row.name));

/** @param {string[]} words */
function chooseRows(words) {
  const fits = (/** @type {string} */ name, /** @type {string} */ word) =>
    name === word || name.startsWith(`${word}-`);
  for (const word of words) {
    if (!rowNames().some((name) => fits(name, word))) throw new RangeError(`there is no row ${word}`);
  }
  return (/** @type {string} */ name) => words.length === 0 || words.some((word) => fits(name, word));
}

/**
 * @param {string} option
 * @param {string} text
 */
function positive(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${option} ${text} is not a positive integer`);
  return value;
}
