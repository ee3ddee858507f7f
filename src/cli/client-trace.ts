import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { CLIENT_TRANSITION_CHANNEL, type ClientTransitionMessage } from '../client/index.js';
import { TRANSITION_CHANNEL, type TransitionMessage } from '../diagnostics.js';
import type { Clock } from '../transport/index.js';
import type { TracedTransition } from './trace.js';

/**
 * Reports every transition of the calls of a client, and of the client sessions of this process, when it happens.
 *
 * @param clock - dates them: the wall clock of the messages counts whole milliseconds, too coarse to see which step took
 *   long.
 * @returns a function that ends it.
 */
export function traceClient(
  clientId: number,
  clock: Pick<Clock, 'now'>,
  report: (record: TracedTransition) => void,
): () => void {
  const ofSession = (message: unknown): void => {
    const { role, chart, sessionId, event, to } = message as TransitionMessage;
    if (role === 'client') report({ chart, id: sessionId, event, state: to, at: clock.now() });
  };
  const ofCall = (message: unknown): void => {
    const { chart, clientId: other, id, event, to } = message as ClientTransitionMessage;
    if (chart === 'call' && other === clientId) report({ chart, id, event, state: to, at: clock.now() });
  };
  subscribe(TRANSITION_CHANNEL, ofSession);
  subscribe(CLIENT_TRANSITION_CHANNEL, ofCall);
  return () => {
    unsubscribe(TRANSITION_CHANNEL, ofSession);
    unsubscribe(CLIENT_TRANSITION_CHANNEL, ofCall);
  };
}
