import { interleave } from '../harness/statistics.mjs';
import { withWorkers } from '../harness/worker.mjs';

/**
 * The chart engine beside XState's stock actor of the same machine. No row of this measurement has a bound: it
 * shows what interning is worth.
 *
 * @param {import('../rows.mjs').Settings} settings
 * @returns {Promise<import('../rows.mjs').Round[][]>} Create, event, invoke, bytes.
 */
export function measureEngine({ cores, rounds }) {
  return withWorkers(async (start) => {
    const contestant = async (/** @type {string} */ kind) => {
      const worker = start('engine.mjs', { core: cores.measured, flags: ['--expose-gc'] });
      await worker.call('open', { kind });
      return async () => [
        { cost: await worker.call('create') },
        { cost: await worker.call('event') },
        { cost: await worker.call('invoke') },
        { cost: await worker.call('bytes') },
      ];
    };
    const ours = await contestant('interned');
    const theirs = await contestant('stock');
    await interleave(1, ours, theirs);
    const results = await interleave(rounds, ours, theirs);
    return [0, 1, 2, 3].map((part) =>
      results.map((round) => ({
        ours: /** @type {import('../rows.mjs').Figure} */ (round.ours[part]),
        theirs: /** @type {import('../rows.mjs').Figure} */ (round.theirs[part]),
      })),
    );
  });
}
