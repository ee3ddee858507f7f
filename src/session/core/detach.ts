import { InvalidStateError } from '../../errors/index.js';
import type { DetachedSocket } from './detached-socket.js';
import type { SessionCore } from './session-core.js';

/** Takes the socket out of a session. @throws InvalidStateError where the chart does not allow it. */
export function detach(core: SessionCore, call: string): DetachedSocket {
  // It could not be done before this call returns, and nobody would get the socket.
  if (core.isSending) throw new InvalidStateError(call, `${core.state} (in transition)`);
  core.command(call, { type: 'socket.detach' });
  const detached = core.detachedSocket;
  core.detachedSocket = null;
  if (detached === null) throw core.illegal(call);
  return detached;
}
