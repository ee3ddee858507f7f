import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';

/** Rounds at the most: each needs two fresh processes. */
const ROUNDS = 3;
/** They make four changes each: more than a recorder keeps. */
const REQUESTS = 15_000;
const CONNECTIONS = 50;

/**
 * Memory of a whole server process once a recorder would be full. Each figure comes from a fresh process, because memory
 * that a process once had is not given back.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export function measureRecorder({ cores, rounds, duration }, contestants) {
  const measure = (/** @type {import('./contest.mjs').Contestant} */ { kind, root }) =>
    withWorkers(async (start) => {
      const server = start('server.mjs', { core: cores.measured, flags: ['--expose-gc'] });
      const load = start('load.mjs', { core: cores.load });
      const { port } = await server.call('listen', { kind, root, answer: 'hello' });
      await load.call('open', { port, workload: 'hello', connections: CONNECTIONS });
      for (let done = 0; done < REQUESTS;) done += (await load.call('run', { port, duration })).requests;
      const { rss } = await server.call('memory');
      return { rss: { cost: rss } };
    });
  return interleave(
    Math.min(rounds, ROUNDS),
    contestants.map((contestant) => () => measure(contestant)),
  );
}
