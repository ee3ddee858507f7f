import type { Duplex } from 'node:stream';

import type { UpgradedSocket } from '../core/session-core.js';
import type { ServerRole } from './server-role.js';

/** What a handler gets of a connection that it takes over; the signal is made when it is asked for. */
export function upgraded(
  socket: Duplex,
  head: Buffer,
  role: Pick<ServerRole, 'drainSignal'>,
): UpgradedSocket {
  return {
    socket,
    head,
    get signal() {
      return role.drainSignal();
    },
  };
}
