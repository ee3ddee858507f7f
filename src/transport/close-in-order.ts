import type { Duplex } from 'node:stream';

import { LIMITS, TIMEOUTS } from '../constants.js';
import type { Clock } from './clock.js';
import { Deadline, deadlinesOf } from './deadlines.js';

const CLOSING = Symbol('closing');
const DISCARDED = Symbol('discarded');

type ClosingSocket = Duplex & { [CLOSING]?: Deadline<Duplex>; [DISCARDED]?: number };

/**
 * Sends what was written, then FIN, then destroys the socket; what arrives meanwhile is discarded, as much as a
 * lingering session discards. What the peer does not take within the send timeout is given up.
 */
export function closeInOrder(socket: Duplex, clock: Clock): void {
  if (!socket.writableEnded && !socket.destroyed) socket.end();
  if (socket.destroyed || socket.writableFinished) {
    socket.destroy();
    return;
  }
  // A peer that sends its whole request before it reads would never take the rest of an answer otherwise.
  socket.on('data', discard);
  socket.resume();
  socket.on('finish', destroyNow);
  if (socket.writableLength > 0) giveUpLate(socket, clock);
}

function giveUpLate(socket: ClosingSocket, clock: Clock): void {
  socket[CLOSING] = new Deadline<Duplex>(deadlinesOf(clock), socket, (late) => late.destroy());
  socket[CLOSING].arm(TIMEOUTS.sendTimeout.value);
  socket.on('close', forgetDeadline);
}

function discard(this: ClosingSocket, chunk: Uint8Array): void {
  this[DISCARDED] = (this[DISCARDED] ?? 0) + chunk.length;
  if (this[DISCARDED] > LIMITS.maxLingerBytes.value) this.destroy();
}

function destroyNow(this: Duplex): void {
  this.destroy();
}

function forgetDeadline(this: ClosingSocket): void {
  this[CLOSING]?.disarm();
}
