import { withWorkers } from '../harness/worker.mjs';
import { WORKLOADS } from '../workloads.mjs';
import { contest } from './contest.mjs';

/**
 * CPU time per request of clients, against plain sockets with a fixed answer.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @param {import('../rows/row.mjs').Load} load
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export function measureClients(settings, contestants, { workload, connections, atOnce, task = 'get' }) {
  const { cores } = settings;
  return withWorkers(async (start) => {
    const { answer, bodyBytes } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[workload]);
    const server = start('server.mjs', { core: cores.load });
    const { port } = await server.call('listen', { kind: 'raw-net', root: contestants[0]?.root, answer });
    const opened = [];
    for (const { kind, root } of contestants) {
      const client = start('client.mjs', { core: cores.measured });
      await client.call('open', { kind, root, plan: { port, connections, atOnce, task } });
      opened.push(async (/** @type {number} */ time) => {
        const { requests, elapsed, cpu } = await client.call('run', { duration: time, bodyBytes });
        return { cost: cpu / requests, rate: (requests / elapsed) * 1_000, busy: cpu / 1_000 / elapsed };
      });
    }
    return contest(settings, opened);
  });
}
