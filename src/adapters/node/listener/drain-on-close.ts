import { TIMEOUTS } from '../../../constants.js';
import type { HTTPServer } from '../../../server/index.js';
import type { Clock } from '../../../transport/index.js';
import type { OpenResponse, OpenSocket } from './node-internals.js';

const { drainGrace, drainHead } = TIMEOUTS;

/**
 * Drains as `close` of node:http ends: what the responses in progress say of their connections stays as it was, so that one
 * more request may follow on each. The drain asks connections to end once these responses have left, at the latest a grace
 * after the call; a connection that has been idle since the call ends then.
 */
export function drainOnClose(sessions: HTTPServer, clock: Clock): void {
  const responses = responsesInProgress(sessions);
  if (responses.length === 0) {
    void sessions.drain({ deadline: 0 });
    return;
  }
  const calledAt = clock.wallTime();
  let confirm = (): void => undefined;
  const after = new Promise<void>((resolve) => {
    confirm = resolve;
  });
  const grace = clock.setTimeout(() => {
    confirm();
    endIdle(sessions, calledAt);
  }, drainGrace.value);
  let left = responses.length;
  for (const response of responses) {
    response.once('close', () => {
      left--;
      if (left === 0) confirm();
    });
  }
  void sessions.drain({ deadline: 0, after }).then(() => {
    clock.clearTimeout(grace);
  });
}

function responsesInProgress(sessions: HTTPServer): OpenResponse[] {
  return [...sessions.sessions].flatMap((session) => {
    const { _httpMessage: response } = (session.socket() ?? {}) as Partial<OpenSocket>;
    return response ? [response] : [];
  });
}

/** Ends the connections that have been read for a whole grace. */
function endIdle(sessions: HTTPServer, since: number): void {
  for (const session of [...sessions.sessions]) {
    const isIdle = session.activity === 'idle' || session.activity === 'silent';
    if (isIdle && session.changedAt <= since) session.finishDraining(drainHead.value);
  }
}
