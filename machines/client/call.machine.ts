import { setup } from 'xstate';

import type { CallEvent, CallTag } from './call.events.js';

/*
 * One call of a client: a request with all of its attempts, redirects and retries included.
 *
 * THEORY OF OPERATION
 *
 * An attempt waits for a connection (`queued`), gets one (`assigned`), and is sent. A connection that proves dead while it
 * listens is no attempt: the call is queued again, in its old place. An attempt that fails leads to `idle`, from where an
 * interceptor may queue the next one at once or after a pause. A call that nothing repeats ends there.
 *
 * `answered` lasts until the exchange is over. A redirect or a retry by status queues the next attempt from there.
 */

/**
 * The call chart.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate';
 *
 * const actor = createActor(callMachine).start();
 * actor.send({ type: 'call.queue' });
 * console.log(actor.getSnapshot().hasTag('waiting')); // true
 * ```
 */
export const callMachine = setup({
  types: { events: {} as CallEvent, tags: {} as CallTag },
}).createMachine({
  id: 'call',
  description: 'One request of a client, with all of its attempts.',
  initial: 'idle',
  on: { 'call.end': '.over' },
  states: {
    idle: {
      description: 'No attempt is in progress.',
      tags: ['waiting'],
      on: { 'call.queue': 'queued', 'call.pause': 'pausing' },
    },
    queued: {
      description: 'The request waits for a connection.',
      tags: ['waiting'],
      on: { 'call.assign': 'assigned', 'attempt.fail': 'idle' },
    },
    assigned: {
      description: 'A connection is reserved for the request, and listened to once more.',
      tags: ['waiting'],
      on: { 'request.send': 'sent', 'call.queue': 'queued', 'attempt.fail': 'idle' },
    },
    sent: {
      description: 'The request is on its way; the head of the response has not come.',
      tags: ['sent'],
      on: { 'response.head': 'answered', 'attempt.fail': 'idle' },
    },
    answered: {
      description: 'The caller has the head of the response.',
      tags: ['sent', 'answered'],
      on: {
        'call.queue': 'queued',
        'call.pause': 'pausing',
        'exchange.end': 'over',
      },
    },
    pausing: {
      description: 'A retry waits for its time.',
      tags: ['waiting'],
      on: { 'call.queue': 'queued' },
    },
    over: {
      description: 'The call has settled.',
      tags: ['over'],
    },
  },
});
