import { setup } from 'xstate';

import type { PoolAction, PoolEvent, PoolTag } from './pool.events.js';

/*
 * The life of a pool: several processes that serve one address. It may be started again.
 *
 * THEORY OF OPERATION
 *
 * `starting` lasts until all workers serve. From then on the pool keeps their number: it replaces a worker that ends
 * unasked, in `running` and in `restarting`. `pool.restart` replaces the workers one by one; each successor serves before
 * its predecessor drains. A successor that does not come to serve ends the restart, and the other workers stay.
 * `workers.failing` reports that replacements crash again and again: the pool gives up and drains the workers it has.
 * `pool.stop` does not wait for exchanges in progress. It waits for the processes, as `draining` always does.
 */

const inertAction = (): void => undefined;

const inertActions: Record<PoolAction, () => void> = {
  startWorkers: inertAction,
  renewWorkers: inertAction,
  drainWorkers: inertAction,
  stopWorkers: inertAction,
};

/**
 * The pool chart.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate';
 *
 * const actor = createActor(poolMachine).start();
 * actor.send({ type: 'pool.start' });
 * console.log(actor.getSnapshot().value); // starting
 * ```
 */
export const poolMachine = setup({
  types: { events: {} as PoolEvent, tags: {} as PoolTag },
  actions: inertActions,
}).createMachine({
  id: 'pool',
  description: 'A pool of worker processes that serve one address.',
  initial: 'idle',
  states: {
    idle: {
      description: 'Not started yet.',
      on: {
        'pool.start': { target: 'starting', actions: 'startWorkers' },
        'pool.drain': 'stopped',
        'pool.stop': 'stopped',
      },
    },
    starting: {
      description: 'Not all workers serve yet.',
      tags: ['starting', 'keeping', 'alive'],
      on: {
        'workers.serving': 'running',
        'workers.failing': { target: 'draining', actions: 'drainWorkers' },
        'pool.drain': { target: 'draining', actions: 'drainWorkers' },
        'pool.stop': { target: 'draining', actions: 'stopWorkers' },
      },
    },
    running: {
      description: 'The workers serve; one that ends unasked is replaced.',
      tags: ['keeping', 'alive'],
      on: {
        'pool.restart': { target: 'restarting', actions: 'renewWorkers' },
        'workers.failing': { target: 'draining', actions: 'drainWorkers' },
        'pool.drain': { target: 'draining', actions: 'drainWorkers' },
        'pool.stop': { target: 'draining', actions: 'stopWorkers' },
      },
    },
    restarting: {
      description: 'The workers serve, and are renewed one by one.',
      tags: ['keeping', 'alive'],
      on: {
        'pool.restart': { target: 'restarting', actions: 'renewWorkers' },
        'workers.renewed': 'running',
        'renewal.failed': 'running',
        'workers.failing': { target: 'draining', actions: 'drainWorkers' },
        'pool.drain': { target: 'draining', actions: 'drainWorkers' },
        'pool.stop': { target: 'draining', actions: 'stopWorkers' },
      },
    },
    draining: {
      description: 'The workers finish what is in progress and end.',
      tags: ['alive'],
      on: {
        'pool.drain': 'draining',
        'pool.stop': { target: 'draining', actions: 'stopWorkers' },
        'workers.gone': 'stopped',
      },
    },
    stopped: {
      description: 'No worker is left.',
      tags: ['over'],
      on: {
        'pool.start': { target: 'starting', actions: 'startWorkers' },
        'pool.drain': 'stopped',
        'pool.stop': 'stopped',
      },
    },
  },
});
