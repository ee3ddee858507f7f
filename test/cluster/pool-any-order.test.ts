import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { TIMEOUTS } from '../../src/constants.js';
import { deadlinesOf } from '../../src/transport/index.js';
import type { FakeProcess } from '../support/cluster/fake-processes.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';

const WORKERS = 3;

/** What may happen to a process, whether or not it makes sense at that moment. */
const EVENTS: Readonly<Record<string, (process: FakeProcess) => unknown>> = {
  joins: (process) => process.joins(),
  listens: (process) => process.listens(),
  serves: (process) => process.serves(),
  closesPort: (process) => process.closesPort(),
  drains: (process) => process.drains(NOTHING),
  leaves: (process) => process.notices({ kind: 'leaving' }),
  ends: (process) => process.exits(),
  dies: (process) => process.dies(),
  reports: (process) => process.notices({ kind: 'counted', served: 1 }),
};

const step = fc.oneof(
  fc.record({
    event: fc.constantFrom(...Object.keys(EVENTS)),
    which: fc.nat({ max: WORKERS + 1 }),
  }),
  fc.record({ event: fc.constantFrom('restart', 'pass', 'silence'), which: fc.constant(0) }),
);

/** Lets something happen; `which` counts the workers of the moment. */
async function happen(played: PlayedPool, event: string, which: number): Promise<void> {
  if (event === 'restart') {
    if (['running', 'restarting'].includes(played.pool.state)) played.renew();
  } else if (event === 'pass') {
    // So that the next death is not a young one, and nothing that waits is left.
    await passTime(played);
  } else if (event === 'silence') {
    await played.pass(TIMEOUTS.workerHeartbeatTimeout.value / 2);
  } else {
    const worker = played.pool.workers[which];
    if (worker !== undefined) EVENTS[event]?.(played.process(worker.pid));
  }
}

/** Lets every process do what it was told, until nothing changes any more. */
async function calmDown(played: PlayedPool): Promise<void> {
  for (let before = ''; before !== played.workers.join();) {
    before = played.workers.join();
    for (const { pid, state } of played.pool.workers) {
      const process = played.process(pid);
      if (state.startsWith('starting')) process.serves();
      else if (state === 'silent') process.notices({ kind: 'counted', served: 1 });
      else if (state === 'hung') process.dies();
      else if (state !== 'serving') process.leaves(NOTHING);
    }
    await passTime(played);
  }
}

/** Lets so much time pass that no crash counts any more, while workers report as they should. */
async function passTime(played: PlayedPool): Promise<void> {
  const end = played.clock.now() + TIMEOUTS.workerCrashWindow.value;
  while (played.clock.now() < end) {
    for (const { pid, state } of played.pool.workers) {
      if (['serving', 'silent'].includes(state)) EVENTS['reports']?.(played.process(pid));
    }
    await played.pass(TIMEOUTS.workerHeartbeatTimeout.value / 4);
  }
}

describe('a pool, whatever happens in whatever order,', () => {
  it('a pool returns to its number of serving workers, or gives up, in any order of events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const played = new PlayedPool(WORKERS, { startTimeout: 0 }).begin();
        for (const { event, which } of steps) {
          await happen(played, event, which);
          const standing = played.workers.filter((text) => /serving|starting/.test(text)).length;
          // One more while a successor comes.
          expect(standing).toBeLessThanOrEqual(WORKERS + 1);
        }
        await calmDown(played);
        expect([played.pool.state, played.serving]).toEqual(
          played.pool.state === 'running' ? ['running', WORKERS] : ['stopped', 0],
        );
        const drained = played.pool.drain();
        await calmDownDraining(played);
        await drained;
        expect([played.pool.state, played.workers]).toEqual(['stopped', []]);
        expect(deadlinesOf(played.clock).armedCount).toBe(0);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('a pool never serves with too few workers as long as none crashes', async () => {
    const orderly = fc.record({
      event: fc.constantFrom('joins', 'listens', 'serves', 'leaves', 'told', 'restart'),
      which: fc.nat({ max: WORKERS }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(orderly, { maxLength: 60 }), async (steps) => {
        const played = await PlayedPool.running(WORKERS);
        let fewest = WORKERS;
        played.pool.on('worker', () => (fewest = Math.min(fewest, played.serving)));
        for (const { event, which } of steps) {
          const worker = played.pool.workers[which];
          if (event !== 'told') await happen(played, event, which);
          else if (worker?.state.startsWith('draining')) played.process(worker.pid).leaves(NOTHING);
        }
        expect(fewest).toBe(WORKERS);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

/** A pool that drains: the workers do what they are told. */
async function calmDownDraining(played: PlayedPool): Promise<void> {
  while (played.pool.state !== 'stopped') {
    for (const { pid, state } of played.pool.workers) {
      if (state !== 'serving') played.process(pid).leaves(NOTHING);
    }
    await played.pass(TIMEOUTS.workerConfirmTimeout.value);
  }
}
