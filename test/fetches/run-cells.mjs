import { FETCH_CELLS } from './fetch-cells.mjs';
import { contextOf } from './context.mjs';
import { Servers } from './servers.mjs';
import { PACKAGE_CELLS, SWITCH_CELLS } from './switch-cells.mjs';

/** How long a cell may take, in milliseconds. */
const TIME_LIMIT = 20_000;

/** The cells of a subject: `global`, or a package such as `undici6`. */
export function cellsOf(/** @type {string} */ subject) {
  return { ...FETCH_CELLS, ...SWITCH_CELLS, ...(subject === 'global' ? {} : PACKAGE_CELLS) };
}

/**
 * Runs one cell with servers and a client of its own.
 *
 * @param {string} subject
 * @param {import('./fetch-cells.mjs').Cell} cell
 * @param {any} library
 */
export async function runCell(subject, cell, library) {
  const servers = new Servers();
  const context = await contextOf(subject, library, servers);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${TIME_LIMIT} ms`)), TIME_LIMIT);
  });
  try {
    await Promise.race([cell(context), late]);
  } finally {
    clearTimeout(timer);
    await context.dispatcher.destroy();
    await servers.close();
  }
}
