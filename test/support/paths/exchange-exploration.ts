import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { TRANSITION_CHANNEL, type TransitionMessage } from '../../../src/diagnostics.js';
import { settled } from '../transport/sockets.js';
import type { End } from './exchange-ends.js';

/** The transitions of the message cycle of one session, one after another. */
export type Walked = readonly TransitionMessage[];

/**
 * Tries every move in every state that moves lead to, each time on a fresh session: what is known of a state is the shortest
 * way there. Returns what the message cycles of these sessions did.
 */
export async function explore(open: () => End): Promise<Walked[]> {
  let heard: TransitionMessage[] = [];
  const hear = (message: unknown): void => {
    heard.push(message as TransitionMessage);
  };
  subscribe(TRANSITION_CHANNEL, hear);
  // Most moves are refused in most states, and it is the stacks that make errors dear.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const ways: (readonly string[])[] = [[]];
    const known = new Set<string>();
    const walked: Walked[] = [];
    const moves = Object.keys(open().moves);
    // What is pushed meanwhile is walked, too.
    for (const way of ways) {
      for (const move of moves) {
        heard = [];
        const { id, state } = await walk(open(), [...way, move]);
        walked.push(heard.filter(({ sessionId, chart }) => sessionId === id && chart === 'exchange'));
        if (known.has(state)) continue;
        known.add(state);
        ways.push([...way, move]);
      }
    }
    return walked;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    unsubscribe(TRANSITION_CHANNEL, hear);
  }
}

/** Makes some moves, and ends the session. */
async function walk({ session, moves }: End, way: readonly string[]): Promise<{ id: number; state: string }> {
  for (const move of way) {
    await attempt(moves[move]!);
    await settled();
  }
  const state = session.exchangeState;
  session.dispose();
  return { id: session.id, state };
}

/** Makes a move. That it is not possible in this state is no failure: then nothing happens. */
async function attempt(move: () => unknown): Promise<void> {
  try {
    const result = move();
    if (result instanceof Promise) result.catch(() => undefined);
  } catch {
    return Promise.resolve();
  }
}
