import type { SessionCore } from '../core/session-core.js';

/** Up to this many bytes a body is joined to its head as text: one string and one write, with no copy of ours. */
const AS_TEXT = 4_096;

/** Up to this many bytes a body is copied behind its head, so that both leave in one write. */
const AS_ONE_BUFFER = 65_536;

/** Writes a head and its whole body, in one write where that costs less than two. */
export function writeWhole(core: SessionCore, head: string, body: Uint8Array): void {
  if (body.length <= AS_TEXT) {
    core.writeText(head + Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'));
  } else if (body.length <= AS_ONE_BUFFER) {
    const joined = Buffer.allocUnsafe(head.length + body.length);
    joined.write(head, 0, 'latin1');
    joined.set(body, head.length);
    core.writeBytes(joined);
  } else {
    core.writeText(head);
    core.writeBytes(body);
  }
}

/** Writes a piece of a body as it was encoded; `false` when the socket asks to be left alone until it has drained. */
export function writePiece(core: SessionCore, encoded: Uint8Array | readonly Uint8Array[]): boolean {
  if (encoded instanceof Uint8Array) return encoded.length === 0 || core.writeBytes(encoded);
  let isFree = true;
  for (const part of encoded) isFree = core.writeBytes(part);
  return isFree;
}
