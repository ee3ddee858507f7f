import { Duplex } from 'node:stream';

import { LIMITS, TIMEOUTS } from '../constants.js';
import { Deadline, deadlinesOf, type Clock } from './deadlines.js';
import { net } from './node-modules.js';
import { isAllSent } from './sent-output.js';

/**
 * Swallows errors of a socket that is handed over, until the new owner listens for `error`. Without a listener, one
 * reset by the peer would be an uncaught exception and end the process.
 */
export function guardErrors(socket: Duplex): void {
  socket.on('error', swallow);
  socket.on('newListener', retireGuard);
}

function swallow(): void {
  // The next owner sees `socket.errored`.
}

function retireGuard(this: Duplex, event: string | symbol): void {
  if (event !== 'error') return;
  this.off('newListener', retireGuard);
  this.off('error', swallow);
}

/**
 * Keeps the end of a socket that is handed over for its new owner. The FIN may come while the owner is still awaiting
 * something; an `end` without a listener would never be heard, and the connection would stay half-open for good. The
 * listeners that are added in the turn of the first one are called, as if the end had come then.
 */
export function keepEnd(socket: Duplex): void {
  socket.on('newListener', tellEnd);
  if (socket instanceof net.Socket) socket.pause = pauseStream;
}

/**
 * Pauses a socket that is handed over as one that has memory of its own: it reads ahead as far as its stream takes it.
 * One that reads into a shared buffer stops, and `pipe` pauses a source whose destination is gone: the FIN would never be
 * seen, and the connection stay half-open for good.
 */
function pauseStream<TSocket extends Duplex>(this: TSocket): TSocket {
  Duplex.prototype.pause.call(this);
  return this;
}

function tellEnd(this: Duplex, event: string | symbol, listener: (this: Duplex) => void): void {
  if (event !== 'end') return;
  if (!this.readableEnded) {
    this.off('newListener', tellEnd);
    return;
  }
  process.nextTick(() => {
    this.off('newListener', tellEnd);
    if (!this.destroyed) listener.call(this);
  });
}

/** No bytes at all. */
export const NO_BYTES: Buffer = Buffer.alloc(0);

/** A copy: what is put back into a socket may be read long after a borrowed buffer was overwritten. */
export function ownBytes(unread: Buffer | readonly Buffer[]): Buffer {
  if (Buffer.isBuffer(unread)) return unread.length === 0 ? NO_BYTES : Buffer.from(unread);
  return unread.length === 0 ? NO_BYTES : Buffer.concat(unread);
}

/**
 * Makes the stream forget that it was paused, as node:http does when it hands a socket over. Otherwise a `data`
 * listener would not start it, and owners such as `ws` only add one.
 */
export function forgetPause(socket: Duplex): void {
  (socket as { readableFlowing: boolean | null }).readableFlowing = null;
}

const CLOSING = Symbol('closing');
const DISCARDED = Symbol('discarded');

type ClosingSocket = Duplex & { [CLOSING]?: Deadline<Duplex>; [DISCARDED]?: number };

/**
 * Sends what was written, then FIN, then destroys the socket. Discards what arrives meanwhile, as much as a lingering
 * session discards. Gives up after the send timeout.
 *
 * A socket whose peer is done is destroyed at once if the system has its output: it sends that, and then a FIN. To ask
 * for the FIN first takes a call of the system and two turns of the event loop, a tenth of the costs of a connection
 * with one request. Bytes that were not read would turn that FIN into a reset, before which the peer should see one.
 */
export function closeInOrder(socket: Duplex, clock: Clock, isPeerDone: boolean): void {
  if (isPeerDone && isAllSent(socket)) {
    socket.destroy();
    return;
  }
  if (!socket.writableEnded && !socket.destroyed) socket.end();
  if (socket.destroyed || socket.writableFinished) {
    socket.destroy();
    return;
  }
  // Otherwise a peer that sends its whole request before it reads would never take the rest of the response.
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
