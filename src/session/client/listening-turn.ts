import { reportFault } from '../../diagnostics.js';

/*
 * THEORY OF OPERATION
 *
 * Before a connection is used again, the client looks whether the server has closed it or has sent bytes that answer
 * nothing. Such a FIN or such bytes may lie in the kernel, where only the event loop reads them, in its poll phase.
 *
 * A request is mostly made within a poll phase, by code that has just read a response. Some sockets were polled in that
 * phase already, so it does not count. What counts is the first poll phase that begins later: it is over at the second
 * check phase, which is where `setImmediate` calls back. So a listener moves on at the first check phase, and is called at
 * the second.
 *
 * There is one immediate for all sessions of the process. It is referenced, or the event loop would wait in its poll phase
 * for something to happen. Nothing is made per listener.
 */

/** Waits until everything that lay in the kernel has been read. */
export interface TurnListener {
  /** A whole poll phase has passed. */
  listened(): void;
}

/** Those that have joined since the last check phase. */
let joined: TurnListener[] = [];
/** Those for which a poll phase has begun. */
let polled: TurnListener[] = [];
/** An empty list, to be used again. */
let spare: TurnListener[] = [];

/** Calls a listener once a whole poll phase of the event loop has passed; never before this function returns. */
export function listenOneTurn(listener: TurnListener): void {
  if (joined.length === 0 && polled.length === 0) setImmediate(checkPhase);
  joined.push(listener);
}

function checkPhase(): void {
  const ready = polled;
  polled = joined;
  joined = spare;
  // Before the listeners are called: those that join meanwhile find that it is running.
  if (polled.length > 0) setImmediate(checkPhase);
  for (const listener of ready) {
    try {
      listener.listened();
    } catch (error) {
      // The others still wait to be called.
      reportFault('implementation', error);
    }
  }
  ready.length = 0;
  spare = ready;
}

/** The same for code that awaits it. */
export function oneTurn(): Promise<void> {
  return new Promise((resolve) => {
    listenOneTurn({ listened: resolve });
  });
}
