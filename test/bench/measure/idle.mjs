import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';

/** Rounds at the most: each needs two fresh processes. */
const ROUNDS = 3;

/**
 * Memory of a server for each idle connection that it keeps alive, after one request on it. Each figure comes from
 * a fresh process, because memory that a process once had is not given back.
 *
 * @param {import('../rows.mjs').Settings} settings
 * @param {{ ours: string, theirs: string, connections: number }} row
 * @returns {Promise<{ heap: import('../rows.mjs').Round[], rss: import('../rows.mjs').Round[] }>}
 */
export async function measureIdle({ cores, rounds }, { ours, theirs, connections }) {
  const measure = (/** @type {string} */ kind) =>
    withWorkers(async (start) => {
      const server = start('server.mjs', { core: cores.measured, flags: ['--expose-gc'] });
      const load = start('load.mjs', { core: cores.load });
      const { port } = await server.call('listen', { kind, answer: 'hello' });
      const hold = async (/** @type {number} */ count, /** @type {number} */ duration) => {
        await load.call('open', { port, workload: 'hello', connections: count });
        await load.call('run', { port, duration });
      };
      await hold(100, 300);
      await load.call('shut', { port });
      const before = await server.call('memory');
      await hold(connections, 0);
      const after = await server.call('memory');
      return { heap: (after.heap - before.heap) / connections, rss: (after.rss - before.rss) / connections };
    });
  const results = await interleave(
    Math.min(rounds, ROUNDS),
    () => measure(ours),
    () => measure(theirs),
  );
  const part = (/** @type {'heap' | 'rss'} */ name) =>
    results.map((round) => ({ ours: { cost: round.ours[name] }, theirs: { cost: round.theirs[name] } }));
  return { heap: part('heap'), rss: part('rss') };
}
