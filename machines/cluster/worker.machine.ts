import { setup } from 'xstate';

import type { WorkerAction, WorkerEvent, WorkerTag } from './worker.events.js';

/*
 * The life of one worker process, as its pool sees it.
 *
 * THEORY OF OPERATION
 *
 * A worker serves once two things are known, in either order: its process hears commands, and it listens.
 *
 * Asked to drain, the worker first closes its share of the port: it becomes `unreachable`, and serves the connections it
 * has. The pool releases it once their clients can no longer reach a worker that is about to close: clients connect again
 * at once. Only then the worker asks its connections to end. It finishes what is in progress, reports, and its process
 * ends. A process that does not start or end in time is killed. `gone` says how the process ended: asked to, while it
 * served, or before.
 *
 * A process that cannot hear commands yet misses the request to drain, so the pool repeats it when the process joins.
 *
 * A worker that serves reports now and then. One that has been silent for half of its time is asked: the pool's own process
 * may have been busy, and what the worker sent waits to be read. One that does not answer hangs, in an endless loop for
 * example. It still takes connections, so it is killed and replaced.
 */

const inertAction = (): void => undefined;

const inertActions: Record<WorkerAction, () => void> = {
  sendAsk: inertAction,
  sendDrain: inertAction,
  sendRelease: inertAction,
  sendStop: inertAction,
  killProcess: inertAction,
};

/**
 * The worker chart.
 *
 * @example
 * ```ts
 * import { initialTransition } from 'xstate';
 *
 * const [state] = initialTransition(workerMachine);
 * console.log(state.value); // { starting: 'booting' }
 * ```
 */
export const workerMachine = setup({
  types: { events: {} as WorkerEvent, tags: {} as WorkerTag },
  actions: inertActions,
}).createMachine({
  id: 'worker',
  description: 'One worker process of a pool.',
  initial: 'starting',
  states: {
    starting: {
      description: 'The process runs; it does not serve yet.',
      tags: ['standing', 'reachable'],
      initial: 'booting',
      states: {
        booting: {
          description: 'The process has not reported yet.',
          on: { 'worker.joined': 'joined', 'worker.listening': 'listening' },
        },
        joined: {
          description: 'The process hears commands; it does not listen yet.',
          on: { 'worker.listening': '#worker.serving' },
        },
        listening: {
          description: 'The process listens; it does not hear commands yet.',
          on: { 'worker.joined': '#worker.serving' },
        },
      },
      on: {
        'worker.drain': { target: 'draining', actions: 'sendDrain' },
        // There is nothing in progress that could be aborted in good order.
        'worker.stop': { target: 'killed', actions: 'killProcess' },
        'deadline.expired': { target: 'overdue', actions: 'killProcess' },
        'worker.exited': 'gone.failed',
      },
    },
    serving: {
      description: 'Connections are handed to the worker.',
      tags: ['standing', 'serving', 'reachable'],
      on: {
        'worker.drain': { target: 'draining', actions: 'sendDrain' },
        'worker.stop': { target: 'draining', actions: 'sendStop' },
        'deadline.expired': { target: 'silent', actions: 'sendAsk' },
        'worker.exited': 'gone.crashed',
      },
    },
    silent: {
      description: 'The worker serves, but has not reported for a while; it was asked to.',
      tags: ['standing', 'serving', 'reachable', 'silent'],
      on: {
        'worker.drain': { target: 'draining', actions: 'sendDrain' },
        'worker.stop': { target: 'draining', actions: 'sendStop' },
        'worker.heard': 'serving',
        'deadline.expired': { target: 'hung', actions: 'killProcess' },
        'worker.exited': 'gone.crashed',
      },
    },
    draining: {
      description: 'The worker was asked to finish what is in progress and to end.',
      initial: 'asked',
      states: {
        asked: {
          description: 'A connection may still be on its way to the worker.',
          tags: ['reachable', 'moving'],
          on: {
            'worker.joined': { target: 'asked', actions: 'sendDrain' },
            'worker.unreachable': 'unreachable',
          },
        },
        unreachable: {
          description: 'No new connection reaches the worker; those that it has are not asked to end yet.',
          tags: ['releasable', 'moving'],
          on: { 'worker.release': { target: 'closing', actions: 'sendRelease' } },
        },
        closing: {
          description: 'The connections of the worker are asked to end.',
          tags: ['moving'],
        },
        drained: {
          description: 'Nothing is in progress, and the worker has reported; its process is about to end.',
          tags: ['drained'],
        },
      },
      on: {
        'worker.stop': { actions: 'sendStop' },
        'worker.drained': '.drained',
        'deadline.expired': { target: 'killed', actions: 'killProcess' },
        'worker.exited': 'gone.left',
      },
    },
    overdue: {
      description: 'The worker did not serve in time and was killed; its process is about to end.',
      tags: ['overdue'],
      on: { 'worker.exited': 'gone.failed' },
    },
    hung: {
      description: 'The worker served, did not answer and was killed; its process is about to end.',
      tags: ['hung'],
      on: { 'worker.exited': 'gone.crashed' },
    },
    killed: {
      description: 'The worker did not end in time, or was stopped before it served, and was killed.',
      on: { 'worker.exited': 'gone.left' },
    },
    gone: {
      description: 'The process has ended.',
      tags: ['gone'],
      initial: 'left',
      states: {
        left: { description: 'The process was asked to end.' },
        crashed: { description: 'The process ended unasked, while the worker served.', tags: ['lost'] },
        failed: {
          description: 'The process ended, or was killed, before the worker served.',
          tags: ['lost', 'failed'],
        },
      },
    },
  },
});
