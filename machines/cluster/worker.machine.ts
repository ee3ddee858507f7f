import { setup } from 'xstate';

import type { WorkerAction, WorkerEvent, WorkerTag } from './worker.events.js';

/*
 * The life of one worker process, as its pool sees it.
 *
 * THEORY OF OPERATION
 *
 * A worker serves once two things are known, in whatever order: its process has joined the pool, so that it can be
 * told to drain, and it listens. Told to drain, it first goes deaf: no connection is handed to it any more, and those
 * that it has are served on. When the pool releases it, they are asked to end; as their clients connect anew at once,
 * that is not before the pool knows what these will find. It finishes what is in progress, reports, and its process
 * ends by itself. Where it does not within its time, in coming or in going, the process is killed. `gone` says how
 * the process ended: asked to, or while it served, or before.
 *
 * A worker that is told to drain before it has joined cannot hear it, so it is told again when it joins.
 */

const inertAction = (): void => undefined;

const inertActions: Record<WorkerAction, () => void> = {
  tellDrain: inertAction,
  tellRelease: inertAction,
  tellStop: inertAction,
  killProcess: inertAction,
};

/** Makes the worker chart, when there is a pool: it would take its share of the time in which a plain server starts. */
export function createWorkerMachine() {
  return setup({
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
            description: 'Nothing has been heard of it.',
            on: { 'worker.joined': 'joined', 'worker.listening': 'listening' },
          },
          joined: {
            description: 'It can be told to drain; it does not listen yet.',
            on: { 'worker.listening': '#worker.serving' },
          },
          listening: {
            description: 'It listens; it cannot be told to drain yet.',
            on: { 'worker.joined': '#worker.serving' },
          },
        },
        on: {
          'worker.drain': { target: 'draining', actions: 'tellDrain' },
          // It has nothing in progress that could be aborted in an orderly way.
          'worker.stop': { target: 'killed', actions: 'killProcess' },
          'deadline.expired': { target: 'overdue', actions: 'killProcess' },
          'worker.exited': 'gone.failed',
        },
      },
      serving: {
        description: 'Connections are handed to it.',
        tags: ['standing', 'reachable'],
        on: {
          'worker.drain': { target: 'draining', actions: 'tellDrain' },
          'worker.stop': { target: 'draining', actions: 'tellStop' },
          'worker.exited': 'gone.crashed',
        },
      },
      draining: {
        description: 'It was told to finish what is in progress and to end.',
        initial: 'told',
        states: {
          told: {
            description: 'A connection may still be on its way to it.',
            tags: ['reachable'],
            on: { 'worker.joined': { target: 'told', actions: 'tellDrain' }, 'worker.deafened': 'deaf' },
          },
          deaf: {
            description: 'No connection reaches it any more; those that it has do not know yet.',
            on: { 'worker.release': { target: 'closing', actions: 'tellRelease' } },
          },
          closing: {
            description: 'Its connections are asked to end.',
          },
          drained: {
            description: 'It has nothing in progress and has reported; its process is about to end.',
          },
        },
        on: {
          'worker.stop': { actions: 'tellStop' },
          'worker.drained': '.drained',
          'deadline.expired': { target: 'killed', actions: 'killProcess' },
          'worker.exited': 'gone.left',
        },
      },
      overdue: {
        description: 'It did not come to serve in time and was killed; its process is about to end.',
        on: { 'worker.exited': 'gone.failed' },
      },
      killed: {
        description: 'It was not to serve any longer, and was killed; its process is about to end.',
        on: { 'worker.exited': 'gone.left' },
      },
      gone: {
        description: 'Its process has ended.',
        initial: 'left',
        states: {
          left: { description: 'It had been told to.' },
          crashed: { description: 'It ended unasked, while it served.' },
          failed: { description: 'It ended, or was killed, before it served.' },
        },
      },
    },
  });
}
