import type { Duplex } from 'node:stream';

/**
 * Swallows errors of a socket that changes hands, until the new owner listens for `error` itself. An error event
 * without a listener would be an uncaught exception and end the process: a peer could do that with one reset.
 */
export function guardErrors(socket: Duplex): void {
  socket.on('error', swallow);
  socket.on('newListener', retireGuard);
}

function swallow(): void {
  // Whoever takes the socket next sees `socket.errored`.
}

function retireGuard(this: Duplex, event: string | symbol): void {
  if (event !== 'error') return;
  this.off('newListener', retireGuard);
  this.off('error', swallow);
}

/** No bytes at all. */
export const NO_BYTES: Buffer = Buffer.alloc(0);

/** A copy: what is put back into a socket may be read long after a borrowed buffer was overwritten. */
export function ownBytes(unread: Buffer | readonly Buffer[]): Buffer {
  if (Buffer.isBuffer(unread)) return unread.length === 0 ? NO_BYTES : Buffer.from(unread);
  return unread.length === 0 ? NO_BYTES : Buffer.concat(unread);
}

/**
 * Makes the stream forget that it was paused, as node:http does when it hands a socket over: otherwise adding a
 * `data` listener would not start it, and owners such as `ws` do nothing else.
 */
export function forgetPause(socket: Duplex): void {
  (socket as { readableFlowing: boolean | null }).readableFlowing = null;
}
