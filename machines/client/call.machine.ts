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
 * A response passes through the interceptors, of which one may queue the next attempt: for a redirect, or to retry. The last
 * response is delivered, and the call is over once its exchange is. What was delivered is never repeated.
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
      description: 'The head of a response has come; interceptors decide whether it is the last one.',
      tags: ['sent', 'answered'],
      on: {
        'call.queue': 'queued',
        'call.pause': 'pausing',
        'call.deliver': 'delivered',
        'exchange.end': 'complete',
      },
    },
    complete: {
      description: 'The exchange is over; interceptors decide whether the response is the last one.',
      tags: ['sent', 'answered'],
      on: { 'call.queue': 'queued', 'call.pause': 'pausing', 'call.deliver': 'over' },
    },
    delivered: {
      description: 'The caller has the response; its body is on its way.',
      tags: ['sent', 'answered'],
      on: { 'exchange.end': 'over' },
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
