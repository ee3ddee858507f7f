import type { Duplex } from 'node:stream';

import { net } from './node-modules.js';

/*
 * Whether there is still a peer at the other end of a socket that has ended. Once the peer has sent FIN, nothing is
 * read any more, and so a reset goes unnoticed: libuv even reports a request and the reset behind it as data and an end.
 */

/** The handle of a TCP socket, of TLS over one too. It has no public name; elsewhere the question stays open. */
interface AskedHandle {
  getpeername?: (address: object) => unknown;
}

/** Whether the system has dropped the connection; `false` also where it cannot be asked. */
export function isPeerGone(socket: Duplex): boolean {
  // `remoteAddress` would ask, too, but it remembers its first answer.
  const handle = (socket as { _handle?: AskedHandle | null })._handle;
  if (typeof handle?.getpeername !== 'function') return false;
  const code = handle.getpeername({});
  return typeof code === 'number' && code < 0;
}

/** Makes TCP ask a silent peer whether it is still there, or stop that. Does nothing for other streams. */
export function askSilentPeer(socket: Duplex, afterMs: number): void {
  if (socket instanceof net.Socket && !socket.destroyed) socket.setKeepAlive(afterMs > 0, afterMs);
}
