import { readFileSync, writeFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import { HERE } from '../harness/library.mjs';
import { ROWS } from '../rows/jobs.mjs';
import { NAMES } from '../rows/row.mjs';
import { exhibits } from './exhibits.mjs';
import { limit, rangeOf } from './table.mjs';

/*
 * What the documentation shows of a run. Nothing of it is typed by hand: docs/benchmarks.md has marks around the
 * facts of the run, its rows and the code of the contestants, README.md has a table of some rows.
 */

export const PAGE = 'docs/benchmarks.md';
export const README = 'README.md';
/** Rows that README.md shows. */
const README_ROWS = ['hello-50', 'streamed', 'hello-50-net'];
/** A row that was never measured. */
const UNKNOWN = ['-', '-'];

/**
 * @typedef {object} Machine
 * @property {string} node The version of Node.js.
 * @property {string} processors
 * @property {number} others Share of the processors that other programs had just before the run.
 * @property {number} rounds
 * @property {number} duration In milliseconds.
 *
 * @typedef {Map<string, string[]>} Figures By the name of the row: the ratio and its range, as the pages show them.
 */

/**
 * @param {import('./judge.mjs').Result[]} results Of all rows.
 * @param {Machine} machine
 */
export async function writePages(results, machine) {
  const figures = new Map(
    results.map(({ row, ratio }) => [
      row.name,
      ratio === null ? UNKNOWN : [ratio.median.toFixed(2), rangeOf(ratio)],
    ]),
  );
  const page = withBlock(read(PAGE), 'facts', factsOf(results, machine));
  await write(PAGE, withCode(withRows(page, figures)));
  await write(README, withSpeed(read(README), figures));
}

/**
 * The page with the rows and goals as they are now, and by default with the figures that it has.
 *
 * @param {string} page
 * @param {Figures} [figures]
 */
export function withRows(page, figures = figuresOf(page)) {
  const rows = ROWS.map((row) => [
    ...[`\`${row.name}\``, row.work, peerOf(row), ...(figures.get(row.name) ?? UNKNOWN)],
    ...[limit(row, 'bound'), limit(row, 'aim')],
  ]);
  const head = ['row', 'work', 'against', 'ratio', 'range of the rounds', 'goal', 'aim'];
  return withBlock(page, 'rows', table(head, rows));
}

/** The page with the code of the contestants as it is now. @param {string} page */
export const withCode = (page) => withBlock(page, 'code', exhibits());

/**
 * README.md with its rows, the first table under their heading.
 *
 * @param {string} readme
 * @param {Figures} figures
 */
export function withSpeed(readme, figures) {
  const shown = README_ROWS.flatMap((name) => ROWS.filter((row) => row.name === name));
  const rows = shown.map((row) => [row.work, peerOf(row), (figures.get(row.name) ?? UNKNOWN)[0] ?? '']);
  const text = table(['work', 'against', 'ratio'], rows);
  return readme.replace(/(\n## Speed\n\n[^|]*)(?:\|.*\n)+/, (_all, before) => `${before}${text}\n`);
}

/** The figures that the page has. @param {string} page @returns {Figures} */
export const figuresOf = (page) =>
  new Map(
    [...page.matchAll(/^\| `([\w-]+)` *\|(.*)\|$/gm)].map(([, name = '', cells = '']) => [
      name,
      cells
        .split('|')
        .slice(2, 4)
        .map((cell) => cell.trim()),
    ]),
  );

/** A page as Prettier formats it in this project. @type {(page: string, path: string) => Promise<string>} */
export async function formatted(page, path) {
  const file = new URL(path, HERE);
  return format(page, { ...(await resolveConfig(file)), parser: 'markdown' });
}

/** @type {(results: import('./judge.mjs').Result[], machine: Machine) => string} */
function factsOf(results, { node, processors, others, rounds, duration }) {
  const missed = results.filter(({ verdict }) => verdict === 'below' || verdict === 'over');
  const names = missed.map(({ row }) => `\`${row.name}\``).join(', ');
  return wrapped(
    `One run with Node.js ${node} on ${processors}: the median of ${rounds} rounds of ${duration} ms for each ` +
      'row, with all timers and limits on. Just before the run, other programs used ' +
      `${Math.round(others * 100)}% of the processors. ` +
      (names === '' ? 'Every row reached its goal.' : `Short of their goal: ${names}.`),
  );
}

/** @param {import('../rows/row.mjs').Row} row */
const peerOf = ({ against }) => NAMES[against] ?? against;

/** @type {(head: string[], rows: string[][]) => string} */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Prose as the documentation wraps it. @param {string} text */
const wrapped = (text) => text.replace(/(.{1,100})(?: |$)/g, '$1\n').trim();

/** @type {(page: string, name: string, text: string) => string} */
function withBlock(page, name, text) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE}: the marks of the block "${name}" are missing`);
  return `${page.slice(0, from + start.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

/** @param {string} path From the root of the project. */
const read = (path) => readFileSync(new URL(path, HERE), 'utf8');

/** @type {(path: string, page: string) => Promise<void>} */
async function write(path, page) {
  writeFileSync(new URL(path, HERE), await formatted(page, path));
}
