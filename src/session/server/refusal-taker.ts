import type { Duplex } from 'node:stream';

import type { HTTPSessionError } from '../../errors/index.js';
import { detach } from '../core/implementation.js';
import type { SessionCore } from '../core/session-core.js';

/** Answers requests that cannot be served, in place of the session. */
export interface RefusalTaker {
  /** Whether it answers the request that has failed with an error. */
  wants(error: HTTPSessionError): boolean;
  /** The socket is the taker's from here on; `head` is what was read and not consumed. */
  take(socket: Duplex, error: HTTPSessionError, head: Buffer): void;
}

/** Gives a failed session's socket to a taker that wants to answer; `false` where the session answers. */
export function giveToTaker(
  core: SessionCore,
  taker: RefusalTaker | undefined,
  error: HTTPSessionError,
): boolean {
  if (taker === undefined || !core.is('writable') || core.isSending || !taker.wants(error)) return false;
  const { socket, head } = detach(core, 'refuse()');
  taker.take(socket, error, head);
  return true;
}
