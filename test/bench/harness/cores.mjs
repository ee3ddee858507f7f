import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Cores
 * @property {number | null} measured The core of the measured process; `null` when nothing is pinned.
 * @property {number | null} load The core of its counterpart, the load generator or the answering server.
 * @property {string} note What a reader of the table has to know about it.
 */

/**
 * Gives the measured process a core of its own, where the system allows it.
 *
 * @returns {Cores}
 */
export function chooseCores() {
  const unpinned = (/** @type {string} */ why) => ({
    measured: null,
    load: null,
    note: `not pinned: ${why}`,
  });
  if (process.platform !== 'linux') return unpinned(`no taskset on ${process.platform}`);
  if (spawnSync('taskset', ['--version']).status !== 0) return unpinned('taskset is not installed');
  const [measured, load] = allowedCores();
  if (measured === undefined || load === undefined) return unpinned('fewer than two cores are allowed');
  return { measured, load, note: `measured process on core ${measured}, counterpart on core ${load}` };
}

/** @returns {number[]} */
function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 || 0 }, (_, offset) => first + offset);
  });
}
