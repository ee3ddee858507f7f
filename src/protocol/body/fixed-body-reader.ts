import { IncompleteMessageError } from '../../errors/index.js';
import type { BodyReader } from './body.js';
import type { ReceiveBuffer } from '../receive-buffer.js';

/** A body whose length Content-Length declared. POCO: `HTTPFixedLengthStreamBuf`. */
export class FixedBodyReader implements BodyReader {
  readonly trailer = undefined;
  private left: number;

  constructor(length: number) {
    this.left = length;
  }

  get complete(): boolean {
    return this.left === 0;
  }

  get remaining(): number {
    return this.left;
  }

  read(buffer: ReceiveBuffer, max = Infinity): Buffer | undefined {
    const piece = buffer.takeContiguous(Math.min(this.left, max));
    this.left -= piece.length;
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    const copied = buffer.takeInto(target, offset, this.left);
    this.left -= copied;
    return copied;
  }

  ended(): void {
    if (!this.complete) throw new IncompleteMessageError();
  }
}
