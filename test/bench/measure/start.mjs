import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

import { commandOf, moduleOf } from '../harness/library.mjs';
import { interleave } from '../harness/statistics.mjs';
import { WORKLOADS } from '../workloads.mjs';

/** Starts of each contestant for every round asked for, because a single one says little. */
const STARTS_PER_ROUND = 3;

/** What Node.js is started with, by kind. @type {Record<string, (root: string) => string[]>} */
const COMMANDS = {
  ours: (root) => [program('ours.mjs'), moduleOf(root, '.')],
  serve: (root) => [commandOf(root), 'serve', '--port', '0'],
  'node-http': () => [program('node-http.mjs')],
};

/**
 * Time from the start of a process to the first byte of its first answer, in milliseconds.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export async function measureStart({ rounds }, contestants) {
  const starts = contestants.map(({ kind, root }) => {
    const command = COMMANDS[kind];
    if (command === undefined) throw new Error(`${kind} has no program to start`);
    const args = command(root);
    return async () => ({ request: { cost: await timeToFirstByte(args) } });
  });
  await interleave(1, starts);
  return interleave(rounds * STARTS_PER_ROUND, starts);
}

/**
 * @param {string[]} args Of Node.js: a program that prints the port or the URL at which it listens, and its arguments.
 * @returns {Promise<number>}
 */
export async function timeToFirstByte(args) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const gone = once(child, 'exit').then(() => Promise.reject(new Error(`${args[0]} did not start`)));
    gone.catch(() => undefined);
    const [line] = await Promise.race([once(child.stdout, 'data'), gone]);
    const port = Number(/(\d+)\s*$/.exec(line)?.[1]);
    const socket = connect({ host: '127.0.0.1', port });
    const { request } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS['hello']);
    socket.write(request(port), 'latin1');
    const [answer] = await once(socket, 'data');
    const time = performance.now() - began;
    socket.destroy();
    if (!answer.toString('latin1').startsWith('HTTP/1.1 200 '))
      throw new Error(`unexpected answer: ${answer}`);
    return time;
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

/** @param {string} name */
function program(name) {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
}
