import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';

/**
 * Engines for the session chart: what it costs to create what has a state, an event, an event that starts or stops a
 * service, and the heap of a connected one.
 *
 * @param {import('../rows/row.mjs').Settings} settings
 * @param {import('./contest.mjs').Contestant[]} contestants
 * @returns {Promise<import('./contest.mjs').Figures>}
 */
export function measureEngine({ cores, rounds }, contestants) {
  return withWorkers(async (start) => {
    const opened = [];
    for (const contestant of contestants) {
      const worker = start('engine.mjs', { core: cores.measured, flags: ['--expose-gc'] });
      await worker.call('open', contestant);
      opened.push(async () => ({
        create: { cost: await worker.call('create') },
        event: { cost: await worker.call('event') },
        invoke: { cost: await worker.call('invoke') },
        bytes: { cost: await worker.call('bytes') },
      }));
    }
    await interleave(1, opened);
    return interleave(rounds, opened);
  });
}
