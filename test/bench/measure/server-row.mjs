import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';
import { WORKLOADS } from '../workloads.mjs';

/**
 * CPU time per request of a server, beside another server, under the same load.
 *
 * @param {import('../rows.mjs').Settings} settings
 * @param {{ ours: string, theirs: string, workload: string, connections: number, depth?: number, fresh?: boolean }} row
 * @returns {Promise<import('../rows.mjs').Round[]>}
 */
export function measureServers(settings, { ours, theirs, workload, ...load }) {
  const { cores, rounds, duration, warmUp } = settings;
  return withWorkers(async (start) => {
    const generator = start('load.mjs', { core: cores.load });
    const contestant = async (/** @type {string} */ kind) => {
      const server = start('server.mjs', { core: cores.measured });
      const { answer, request } = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[workload]);
      const { port } = await server.call('listen', { kind, answer, requestBytes: request(40_000).length });
      await generator.call('open', { port, workload, ...load });
      return async (/** @type {number} */ time) => {
        const before = await server.call('cpu');
        const { requests, elapsed } = await generator.call('run', { port, duration: time });
        const cpu = (await server.call('cpu')) - before;
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
