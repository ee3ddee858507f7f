import type { Duplex } from 'node:stream';

import { describeValue, HTTPSessionError } from '../../errors/index.js';
import { Transport } from '../../transport/index.js';
import type { SessionCore } from './session-core.js';
import { testify } from './testify.js';

const CALL = 'attachSocket()';
const STREAM_METHODS = ['on', 'off', 'read', 'push', 'unshift', 'pause', 'resume', 'write', 'end', 'destroy'];

/** Whether a value is a duplex stream, of Node.js or of a package that has its own. */
function isDuplex(value: unknown): value is Duplex {
  if (typeof value !== 'object' || value === null) return false;
  return STREAM_METHODS.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/** Checks a socket that a user passes to `call`. @throws TypeError for what is not a duplex stream. */
export function checkSocket(call: string, socket: unknown): Duplex {
  if (isDuplex(socket)) return socket;
  throw new TypeError(`${call}: the socket must be a Duplex (got ${describeValue(socket)})`);
}

/**
 * Attaches a socket. The socket that is attached already stays open, and no byte of it is lost: what is buffered and what
 * has arrived can still be read.
 *
 * @throws TypeError for what is not a duplex stream of bytes; InvalidStateError where the chart does not allow it.
 */
export function attach(core: SessionCore, given: unknown, head?: Uint8Array): void {
  const socket = checkSocket(CALL, given);
  if (head !== undefined && !(head instanceof Uint8Array)) {
    throw new TypeError(`${CALL}: the head must be a Uint8Array (got ${describeValue(head)})`);
  }
  core.permit(CALL, 'socket.attach');
  const unread = core.transport?.socket === socket ? takeUnread(core, core.transport) : null;
  const bytes = unread === null ? head : Buffer.concat([head ?? Buffer.alloc(0), unread]);
  attachTransport(core, new Transport(socket), bytes);
}

/** Takes a socket out of a transport that would otherwise destroy it, and returns what cannot be read from it again. */
function takeUnread(core: SessionCore, transport: Transport): Buffer {
  const buffered = core.buffer.drain();
  const { unread } = transport.release(core.takeArrived());
  return Buffer.concat([buffered, unread]);
}

/** Attaches a transport; `head` has bytes that were read from its socket already. */
export function attachTransport(core: SessionCore, transport: Transport, head?: Uint8Array): void {
  core.headOfAttached = head === undefined ? null : Buffer.from(head);
  core.notify({ type: 'socket.attach', transport });
}

/** The event that stores an exception of the user's. @throws TypeError for what is not an Error. */
export function storedException(core: SessionCore, exception: unknown): HTTPSessionError {
  if (!(exception instanceof Error)) {
    throw new TypeError(`setException(): the exception must be an Error (got ${describeValue(exception)})`);
  }
  const wrapped =
    exception instanceof HTTPSessionError
      ? exception
      : new HTTPSessionError(exception.message, { cause: exception });
  return testify(core, wrapped);
}
