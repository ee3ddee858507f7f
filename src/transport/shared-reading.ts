import type { OnReadOpts, Socket, SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

import { net } from './node-modules.js';
import { Transport } from './transport.js';

/*
 * THEORY OF OPERATION
 *
 * By itself a socket asks for 64 KiB of memory for each read, of which a small request leaves nearly all unused. With
 * the option `onread` of net.Socket it reads into a buffer of ours, one for all sockets: what is read is handed on
 * before anything else is read. That saves a fifth to a quarter of the CPU time of a small request.
 *
 * Only who makes a socket can give that option, and those that a net.Server accepts are made by it. There the option is
 * put on afterwards, just as the constructor does it: two fields, and a call on the handle. None of the three has a
 * public name. So they are looked for in a socket that was made with the option, and where one is not found, or
 * is not alone in being what was given, accepted sockets go on reading as they always did.
 */

/** As much as libuv offers per read. */
const SHARED_BUFFER_BYTES = 65_536;

/**
 * Windows may have reads of several sockets under way at a time, and each needs its own memory. Elsewhere memory is
 * asked for, filled and handed on in one go.
 */
export const canShareReading = process.platform !== 'win32';

let buffer: Buffer | undefined;

function sharedBuffer(): Buffer {
  return (buffer ??= Buffer.allocUnsafeSlow(SHARED_BUFFER_BYTES));
}

/** The option of a socket that is to be made. */
export function sharedReading(socketOf: () => Duplex): OnReadOpts {
  const target = sharedBuffer();
  return {
    buffer: target,
    callback: (length) => Transport.deliverBorrowed(socketOf(), target, length),
  };
}

/** Where a socket keeps what the option said. */
interface OptionFields {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** A socket as seen from inside. */
type OpenedSocket = Record<symbol, unknown> & {
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null;
};

/** `null` where they are not found, `undefined` until somebody has looked. */
let optionFields: OptionFields | null | undefined;

/**
 * Makes an accepted socket read into the shared buffer, from its next read on; to be called before it has read
 * anything. Does nothing where that is impossible.
 */
export function shareReading(socket: Socket): void {
  if (optionFields === undefined) optionFields = canShareReading ? findOptionFields() : null;
  const opened = socket as unknown as OpenedSocket;
  const handle = opened._handle;
  if (optionFields === null || typeof handle?.useUserBuffer !== 'function') return;
  if (opened[optionFields.buffer] !== null || opened[optionFields.callback] !== null) return;
  handle.useUserBuffer(sharedBuffer());
  opened[optionFields.buffer] = sharedBuffer();
  opened[optionFields.callback] = deliver;
}

/** net.Socket calls it as a method. */
function deliver(this: Duplex, length: number, buffer: Buffer): boolean {
  return Transport.deliverBorrowed(this, buffer, length);
}

function findOptionFields(): OptionFields | null {
  const target = sharedBuffer();
  // The types of Node.js know the option of `connect` alone.
  const socket = new net.Socket({ onread: { buffer: target, callback: deliver } } as SocketConstructorOpts);
  const fields = Object.getOwnPropertySymbols(socket);
  const thoseWith = (value: unknown): symbol[] =>
    fields.filter((field) => (socket as unknown as Record<symbol, unknown>)[field] === value);
  const [buffers, callbacks] = [thoseWith(target), thoseWith(deliver)];
  const [inBuffer, inCallback] = [buffers[0], callbacks[0]];
  if (inBuffer === undefined || inCallback === undefined) return null;
  return buffers.length + callbacks.length === 2 ? { buffer: inBuffer, callback: inCallback } : null;
}
