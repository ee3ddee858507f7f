import { setup } from 'xstate';

import type { PlaceAction, PlaceEvent, PlaceTag } from './place.events.js';

/*
 * A place in a pool: the seat of one session, from its connect to its close.
 *
 * THEORY OF OPERATION
 *
 * A request starts only by way of `reserved`, which is the turn of the event loop in which the session listens: a FIN, a
 * reset or stray bytes that lie in the kernel lead to `gone`, and the call that wanted the session continues to wait. So no
 * byte of a request goes to a connection that is known to be dead.
 *
 * `busy` is a request in progress. `unread` is a response that was handed out and that its caller has not begun to read;
 * the session limits the time, reads a small rest away and closes before a large one.
 *
 * A connection that is too old, has served its number of requests, or is not needed by a pool that drains, closes at once
 * when idle and after its exchange otherwise (`retiring`). A switched session belongs to its caller: `taken` frees the place.
 *
 * A place is freed exactly once, on the way to `taken` or `gone`. `place.unwanted` closes what no call needs: a connection that
 * is being opened for a call that was withdrawn, or an idle one beyond the cap.
 */

const inertAction = (): void => undefined;

const inertActions: Record<PlaceAction, () => void> = {
  closeSession: inertAction,
  abortSession: inertAction,
  freePlace: inertAction,
};

/**
 * The place chart.
 *
 * @example
 * ```ts
 * import { initialTransition } from 'xstate';
 *
 * const [state] = initialTransition(placeMachine);
 * console.log(state.value); // connecting
 * ```
 */
export const placeMachine = setup({
  types: { events: {} as PlaceEvent, tags: {} as PlaceTag },
  actions: inertActions,
}).createMachine({
  id: 'place',
  description: 'The seat of one session in a pool.',
  initial: 'connecting',
  states: {
    connecting: {
      description: 'The connection is being opened, through a proxy perhaps.',
      tags: ['seated', 'connecting'],
      on: {
        'session.opened': 'idle',
        'session.ended': { target: 'gone', actions: 'freePlace' },
        'pool.close': { target: 'gone', actions: ['abortSession', 'freePlace'] },
        'place.unwanted': { target: 'gone', actions: ['closeSession', 'freePlace'] },
        'pool.drain': { target: 'gone', actions: ['closeSession', 'freePlace'] },
      },
    },
    idle: {
      description: 'The session waits for a request; its socket is watched and lets the process end.',
      tags: ['seated', 'idle'],
      on: {
        'place.reserve': 'reserved',
        'age.reached': { target: 'gone', actions: ['closeSession', 'freePlace'] },
        'requests.spent': { target: 'gone', actions: ['closeSession', 'freePlace'] },
        'place.unwanted': { target: 'gone', actions: ['closeSession', 'freePlace'] },
        'pool.drain': { target: 'gone', actions: ['closeSession', 'freePlace'] },
        'session.ended': { target: 'gone', actions: 'freePlace' },
        'pool.close': { target: 'gone', actions: ['abortSession', 'freePlace'] },
      },
    },
    reserved: {
      description: 'A call is about to have the session, which listens for one turn of the event loop.',
      tags: ['seated', 'reserved'],
      on: {
        'request.begin': 'busy',
        'place.release': 'idle',
        'session.ended': { target: 'gone', actions: 'freePlace' },
        'pool.close': { target: 'gone', actions: ['abortSession', 'freePlace'] },
      },
    },
    busy: {
      description: 'A request is in progress.',
      tags: ['seated', 'busy', 'serving'],
      on: {
        'response.head': 'unread',
        'session.available': 'idle',
        'session.switched': { target: 'taken', actions: 'freePlace' },
        'session.ended': { target: 'gone', actions: 'freePlace' },
        'pool.close': { target: 'gone', actions: ['abortSession', 'freePlace'] },
        'age.reached': 'retiring',
        'requests.spent': 'retiring',
        'pool.drain': 'retiring',
      },
    },
    unread: {
      description: 'A response was handed out, and its caller has not begun to read the body.',
      tags: ['seated', 'unread', 'serving'],
      on: {
        'body.read': 'busy',
        'session.available': 'idle',
        'session.ended': { target: 'gone', actions: 'freePlace' },
        'pool.close': { target: 'gone', actions: ['abortSession', 'freePlace'] },
        'age.reached': 'retiring',
        'requests.spent': 'retiring',
        'pool.drain': 'retiring',
      },
    },
    retiring: {
      description: 'The last request of the connection is in progress.',
      tags: ['seated', 'retiring', 'serving'],
      on: {
        'session.available': { target: 'gone', actions: ['closeSession', 'freePlace'] },
        'session.switched': { target: 'taken', actions: 'freePlace' },
        'session.ended': { target: 'gone', actions: 'freePlace' },
        'pool.close': { target: 'gone', actions: ['abortSession', 'freePlace'] },
      },
    },
    taken: {
      description: 'The connection speaks another protocol, and belongs to its caller.',
      tags: ['gone'],
    },
    gone: {
      description: 'The connection is closed, or was never opened.',
      tags: ['gone'],
    },
  },
});
