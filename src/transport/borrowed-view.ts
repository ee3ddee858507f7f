import { NO_BYTES } from './release.js';

let lastBuffer: Buffer | undefined;
let lastView: Buffer = NO_BYTES;

/** The front of the shared buffer. Requests of a client often have the same length, and no reader may keep the view. */
export function viewOf(buffer: Buffer, length: number): Buffer {
  if (buffer !== lastBuffer || lastView.length !== length) {
    lastBuffer = buffer;
    lastView = buffer.subarray(0, length);
  }
  return lastView;
}
