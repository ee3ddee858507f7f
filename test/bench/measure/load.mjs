import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { moduleOf } from '../harness/library.mjs';
import { interleave } from '../harness/statistics.mjs';

/** Loads of each contestant for every round asked for, because a single one says little. */
const LOADS_PER_ROUND = 3;

const PROGRAM = fileURLToPath(new URL('../programs/load.mjs', import.meta.url));

const run = promisify(execFile);

/**
 * CPU time in which a fresh process loads the module of a client, in milliseconds.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export async function measureLoad({ rounds }, contestants) {
  const loads = contestants.map(({ kind, root }) => {
    const module = kind === 'ours' ? moduleOf(root, './client') : import.meta.resolve(kind);
    return async () => {
      const { stdout } = await run(process.execPath, [PROGRAM, module]);
      return { request: { cost: Number(stdout) } };
    };
  });
  await interleave(1, loads);
  return interleave(rounds * LOADS_PER_ROUND, loads);
}
