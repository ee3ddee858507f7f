import type { Duplex } from 'node:stream';

import { net } from './node-modules.js';

/**
 * Counters of the handle of a socket: bytes written to it, and those of them that the kernel has not taken. Node.js reads
 * both, for `bytesWritten` and for the timeout of a socket.
 */
interface OutputCount {
  readonly bytesWritten?: unknown;
  readonly writeQueueSize?: unknown;
  readonly _parent?: OutputCount | null;
}

/** Bytes of its output that the system has taken from a socket; `undefined` where they are not counted. */
export function bytesTaken(socket: Duplex): number | undefined {
  const handle = (socket as { _handle?: OutputCount | null })._handle;
  // The handle below TLS sends what TLS has encrypted.
  const { bytesWritten, writeQueueSize } = handle?._parent ?? handle ?? {};
  if (typeof bytesWritten !== 'number' || typeof writeQueueSize !== 'number') return undefined;
  return bytesWritten - writeQueueSize;
}

/**
 * On Windows a write that is complete for Node.js may be in progress for the system, and in Deno it is another system that
 * writes.
 */
const sendsAtOnce = process.platform !== 'win32' && process.versions['deno'] === undefined;

/** Whether the system has all that was written to a socket of TCP or of a Unix domain. */
export function isAllSent(socket: Duplex): boolean {
  if (!sendsAtOnce || !(socket instanceof net.Socket)) return false;
  const isEncrypted = (socket as { encrypted?: unknown }).encrypted === true;
  return !isEncrypted && !socket.connecting && socket.writableLength === 0;
}
