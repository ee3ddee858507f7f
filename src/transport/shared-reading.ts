import type { OnReadOpts, Socket, SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

import { net } from './node-modules.js';
import { deliverRead, readingOf } from './transport.js';

/*
 * THEORY OF OPERATION
 *
 * A socket allocates 64 KiB for each read, and a small request leaves nearly all of it unused. With the option `onread`
 * of net.Socket, all sockets read into one buffer of ours; what was read is handed on before anything else is read.
 * That saves a fifth to a quarter of the CPU time of a small request.
 *
 * A socket that this side opens may also read straight into the memory of a body that is collected: the option takes a
 * function that names the memory before each read. A large body is then copied once, by the kernel, in larger steps.
 *
 * Only the code that creates a socket can pass that option, and a net.Server creates the sockets it accepts. So the
 * option is set afterwards, as the constructor sets it: two fields, and a call on the handle. None of the three has a
 * public name. The fields are looked up in a socket that was created with the option. If one is not found, or more than
 * one holds the value, accepted sockets read as usual.
 */

/** The size that libuv offers per read. */
const SHARED_BUFFER_BYTES = 65_536;

/**
 * Windows may have reads of several sockets in progress at a time, and each needs its own memory. Elsewhere a read
 * fills the memory and hands it on in one go. Deno reads into the memory for good: what takes over such a socket, as TLS
 * does, waits for ever.
 */
export const canShareReading = process.platform !== 'win32' && process.versions['deno'] === undefined;

let buffer: Buffer | undefined;

function sharedBuffer(): Buffer {
  return (buffer ??= Buffer.allocUnsafeSlow(SHARED_BUFFER_BYTES));
}

/** A socket that exists only after the `onread` option that names its callback. */
export interface OpeningSocket {
  socket: Duplex | null;
}

/** The `onread` option of a socket that is about to be created. */
export function sharedReading(opening: OpeningSocket): OnReadOpts {
  return readingOf(opening, sharedBuffer());
}

/** The fields of a socket that hold the option. */
interface OptionFields {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** A socket as seen from inside. */
type OpenedSocket = Record<symbol, unknown> & {
  readonly _handle?: { useUserBuffer?: (buffer: Buffer) => void } | null;
};

/** `null` if they were not found, `undefined` before the first lookup. */
let optionFields: OptionFields | null | undefined;

/**
 * Makes an accepted socket read into the shared buffer; `false` where that is impossible. Call it before the socket has
 * read anything.
 */
export function shareReading(socket: Socket): boolean {
  if (optionFields === undefined) optionFields = canShareReading ? findOptionFields() : null;
  const opened = socket as unknown as OpenedSocket;
  const handle = opened._handle;
  if (optionFields === null || typeof handle?.useUserBuffer !== 'function') return false;
  if (opened[optionFields.buffer] !== null || opened[optionFields.callback] !== null) return false;
  handle.useUserBuffer(sharedBuffer());
  opened[optionFields.buffer] = sharedBuffer();
  opened[optionFields.callback] = deliverRead;
  return true;
}

function findOptionFields(): OptionFields | null {
  const target = sharedBuffer();
  // The types of Node.js know the option of `connect` alone.
  const socket = new net.Socket({
    onread: { buffer: target, callback: deliverRead },
  } as SocketConstructorOpts);
  const fields = Object.getOwnPropertySymbols(socket);
  const thoseWith = (value: unknown): symbol[] =>
    fields.filter((field) => (socket as unknown as Record<symbol, unknown>)[field] === value);
  const [buffers, callbacks] = [thoseWith(target), thoseWith(deliverRead)];
  const [inBuffer, inCallback] = [buffers[0], callbacks[0]];
  if (inBuffer === undefined || inCallback === undefined) return null;
  return buffers.length + callbacks.length === 2 ? { buffer: inBuffer, callback: inCallback } : null;
}
