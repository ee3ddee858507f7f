import type { SessionCore } from '../core/session-core.js';

/** How a string is turned into bytes: message heads are latin1, bodies utf-8. */
export type WriteEncoding = 'latin1' | 'utf8';

// Cut down to its low byte, such a character would become another one, CR and LF among them.
const BEYOND_LATIN1 = /[^\0-\xff]/;

/**
 * POCO's `write` over one session. Returns the bytes accepted, once the socket is ready for more.
 */
export async function writeRaw(
  core: SessionCore,
  data: string | Uint8Array,
  encoding: WriteEncoding,
): Promise<number> {
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
    throw new TypeError('write() takes a string or a Uint8Array');
  }
  if (typeof data === 'string' && encoding === 'latin1' && BEYOND_LATIN1.test(data)) {
    throw new TypeError('the string has characters beyond latin1: write it as utf8');
  }
  if (core.is('faulty') && core.exception !== null) throw core.exception;
  if (!core.is('usable') || !core.is('writable')) throw core.illegal('write()');
  core.limitQueue();
  const bytes = typeof data === 'string' ? Buffer.from(data, encoding) : data;
  if (bytes.length > 0 && !core.writeBytes(bytes)) await core.drained();
  return bytes.length;
}
