import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

import { interleave } from '../harness/statistics.mjs';
import { WORKLOADS } from '../workloads.mjs';

/** Starts of each contestant for every round asked for, because a single one says little. */
const STARTS_PER_ROUND = 3;

/**
 * Time from the start of a process to the first byte of its first answer, in milliseconds.
 *
 * @param {import('../rows.mjs').Settings} settings
 * @param {{ ours: string, theirs: string }} row
 * @returns {Promise<import('../rows.mjs').Round[]>}
 */
export async function measureStart({ rounds }, { ours, theirs }) {
  const measure = async (/** @type {string} */ kind) => ({ cost: await timeToFirstByte(kind) });
  await interleave(
    1,
    () => measure(ours),
    () => measure(theirs),
  );
  return interleave(
    rounds * STARTS_PER_ROUND,
    () => measure(ours),
    () => measure(theirs),
  );
}

/** @param {string} kind */
async function timeToFirstByte(kind) {
  const path = fileURLToPath(new URL('../processes/start.mjs', import.meta.url));
  const began = performance.now();
  const child = spawn(process.execPath, [path, kind], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const gone = once(child, 'exit').then(() =>
      Promise.reject(new Error(`the server ${kind} did not start`)),
    );
    gone.catch(() => undefined);
    const [line] = await Promise.race([once(child.stdout, 'data'), gone]);
    const port = Number(line);
    const socket = connect({ host: '127.0.0.1', port });
    socket.write(
      /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS['hello']).request(port),
      'latin1',
    );
    await once(socket, 'data');
    const time = performance.now() - began;
    socket.destroy();
    return time;
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
