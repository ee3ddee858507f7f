import { setup } from 'xstate';

import type { OriginEvent, OriginTag } from './origin.events.js';

/*
 * A pool of connections to one origin, as a whole.
 *
 * THEORY OF OPERATION
 *
 * A pool that has neither connections nor calls is `quiet`, and its client forgets it: who visits ten thousand origins
 * once keeps none of them. In `open` the number of its connections decides: with room, a call that finds no idle session
 * opens one; in `full` it waits. A pool that drains finishes the calls it has. `reach` is what is known of the origin:
 * whether the last attempt to connect came through.
 */

/**
 * The origin chart.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate';
 *
 * const actor = createActor(originMachine).start();
 * actor.send({ type: 'pool.wanted' });
 * console.log(actor.getSnapshot().matches({ pool: { open: 'hasRoom' } })); // true
 * ```
 */
export const originMachine = setup({
  types: { events: {} as OriginEvent, tags: {} as OriginTag },
}).createMachine({
  id: 'origin',
  description: 'A pool of connections to one origin.',
  type: 'parallel',
  states: {
    pool: {
      description: 'What the pool does.',
      initial: 'quiet',
      states: {
        quiet: {
          description: 'There is neither a connection nor a call.',
          tags: ['quiet', 'taking'],
          on: { 'pool.wanted': 'open', 'pool.drain': 'draining', 'pool.close': 'closed' },
        },
        open: {
          description: 'Calls are served.',
          initial: 'hasRoom',
          on: { 'pool.unused': 'quiet', 'pool.drain': 'draining', 'pool.close': 'closed' },
          states: {
            hasRoom: {
              description: 'Another connection may be opened.',
              tags: ['taking'],
              on: { 'places.full': 'full' },
            },
            full: {
              description: 'There are as many connections as allowed.',
              tags: ['taking', 'full'],
              on: { 'places.free': 'hasRoom' },
            },
          },
        },
        draining: {
          description: 'The calls it has are finished; no others are accepted.',
          tags: ['draining'],
          on: { 'pool.unused': 'closed', 'pool.close': 'closed' },
        },
        closed: {
          description: 'The pool is over.',
          tags: ['closed'],
        },
      },
    },
    reach: {
      description: 'Whether the origin can be connected to.',
      initial: 'unknown',
      states: {
        unknown: {
          description: 'No attempt has ended yet.',
          on: { 'connect.succeeded': 'up', 'connect.failed': 'failing' },
        },
        up: {
          description: 'The last attempt came through.',
          on: { 'connect.failed': 'failing' },
        },
        failing: {
          description: 'The last attempt failed.',
          tags: ['failing'],
          on: { 'connect.succeeded': 'up' },
        },
      },
    },
  },
});
