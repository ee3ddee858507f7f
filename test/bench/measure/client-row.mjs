import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';
import { WORKLOADS } from '../workloads.mjs';

/**
 * CPU time per request of a client, beside another client, against plain sockets with a fixed answer.
 *
 * @param {import('../rows.mjs').Settings} settings
 * @param {{ ours: string, theirs: string, workload: string, connections: number, fresh?: boolean }} row
 * @returns {Promise<import('../rows.mjs').Round[]>}
 */
export function measureClients(settings, { ours, theirs, workload, connections, fresh = false }) {
  const { cores, rounds, duration, warmUp } = settings;
  return withWorkers(async (start) => {
    const { answer, bodyBytes } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[workload]);
    const server = start('server.mjs', { core: cores.load });
    const { port } = await server.call('listen', { kind: 'raw-net', answer });
    const contestant = async (/** @type {string} */ kind) => {
      const client = start('client.mjs', { core: cores.measured });
      await client.call('open', { kind, plan: { port, path: '/', connections, fresh } });
      return async (/** @type {number} */ time) => {
        const { requests, elapsed, cpu } = await client.call('run', { duration: time, bodyBytes });
        return { cost: cpu / requests, rate: (requests / elapsed) * 1_000, busy: cpu / 1_000 / elapsed };
      };
    };
    const first = await contestant(ours);
    const second = await contestant(theirs);
    await interleave(
      2,
      () => first(warmUp),
      () => second(warmUp),
    );
    return interleave(
      rounds,
      () => first(duration),
      () => second(duration),
    );
  });
}
