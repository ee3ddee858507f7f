import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';
import { WORKLOADS } from '../workloads.mjs';

/** Rounds at the most: each needs a fresh process for each contestant. */
const ROUNDS = 3;
const CONNECTIONS = 2_000;

/** So long, in milliseconds, the first connections are used: what is compiled later would be counted as theirs. */
const WARM_UP = 2_000;

/**
 * Memory of a client for each idle connection that it keeps alive, after one request on it. Each figure comes from a
 * fresh process, because memory that a process once had is not given back.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export function measurePooled({ cores, rounds }, contestants) {
  const { answer, bodyBytes } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS['hello']);
  const measure = (/** @type {import('./contest.mjs').Contestant} */ { kind, root }) =>
    withWorkers(async (start) => {
      const server = start('server.mjs', { core: cores.load });
      const client = start('client.mjs', { core: cores.measured, flags: ['--expose-gc'] });
      const { port } = await server.call('listen', { kind: 'raw-net', root, answer });
      const hold = async (/** @type {number} */ connections, duration = 0) => {
        await client.call('open', { kind, root, plan: { port, connections, task: 'get' } });
        await client.call('run', { duration, bodyBytes });
        const { heap } = await client.call('memory');
        return heap;
      };
      await hold(100, WARM_UP);
      const before = await hold(CONNECTIONS);
      return { heap: { cost: ((await hold(CONNECTIONS)) - before) / CONNECTIONS } };
    });
  return interleave(
    Math.min(rounds, ROUNDS),
    contestants.map((contestant) => () => measure(contestant)),
  );
}
