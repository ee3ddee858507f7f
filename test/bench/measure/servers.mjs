import { withWorkers } from '../harness/worker.mjs';
import { WORKLOADS } from '../workloads.mjs';
import { contest } from './contest.mjs';

/**
 * CPU time per request of servers under the same load.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @param {import('../rows/row.mjs').Load} load
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export function measureServers(settings, contestants, load) {
  const { cores } = settings;
  const { answer, request } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[load.workload]);
  const requestBytes = request(40_000).length;
  return withWorkers(async (start) => {
    const generator = start('load.mjs', { core: cores.load });
    const opened = [];
    for (const { kind, root } of contestants) {
      const server = start('server.mjs', { core: cores.measured });
      const { port } = await server.call('listen', { kind, root, answer, requestBytes });
      await generator.call('open', { port, ...load });
      opened.push(async (/** @type {number} */ time) => {
        const before = await server.call('cpu');
        const { requests, elapsed } = await generator.call('run', { port, duration: time });
        const cpu = (await server.call('cpu')) - before;
        return { cost: cpu / requests, rate: (requests / elapsed) * 1_000, busy: cpu / 1_000 / elapsed };
      });
    }
    return contest(settings, opened);
  });
}
