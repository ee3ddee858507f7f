import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';

/** Rounds at the most: each needs two fresh processes. */
const ROUNDS = 3;
const CONNECTIONS = 4_000;

/**
 * Memory of a server for each idle connection that it keeps alive, after one request on it. Each figure comes from
 * a fresh process, because memory that a process once had is not given back.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export function measureIdle({ cores, rounds }, contestants) {
  const measure = (/** @type {import('./contest.mjs').Contestant} */ { kind, root }) =>
    withWorkers(async (start) => {
      const server = start('server.mjs', { core: cores.measured, flags: ['--expose-gc'] });
      const load = start('load.mjs', { core: cores.load });
      const { port } = await server.call('listen', { kind, root, answer: 'hello' });
      const hold = async (/** @type {number} */ count, /** @type {number} */ duration) => {
        await load.call('open', { port, workload: 'hello', connections: count });
        await load.call('run', { port, duration });
      };
      await hold(100, 300);
      await load.call('shut', { port });
      const before = await server.call('memory');
      await hold(CONNECTIONS, 0);
      const after = await server.call('memory');
      return {
        heap: { cost: (after.heap - before.heap) / CONNECTIONS },
        rss: { cost: (after.rss - before.rss) / CONNECTIONS },
      };
    });
  return interleave(
    Math.min(rounds, ROUNDS),
    contestants.map((contestant) => () => measure(contestant)),
  );
}
