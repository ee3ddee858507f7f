import { bodyTooLarge } from './body-limit.js';
import type { BodyReader } from './body.js';
import type { BodyLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';

/** The body of a response that lasts until the server closes the connection (RFC 9112 section 6.3). */
export class UntilCloseBodyReader implements BodyReader {
  readonly trailer = undefined;
  complete = false;
  /** Bytes that are still allowed. */
  private allowed: number;

  constructor(limits: BodyLimits) {
    this.allowed = limits.maxBodyBytes ?? Infinity;
  }

  get remaining(): number {
    return this.complete ? 0 : -1;
  }

  read(buffer: ReceiveBuffer, max = Infinity): Buffer | undefined {
    this.checkAllowed(buffer);
    const piece = buffer.takeContiguous(Math.min(this.allowed, max));
    this.allowed -= piece.length;
    return piece.length === 0 ? undefined : piece;
  }

  readInto(buffer: ReceiveBuffer, target: Uint8Array, offset: number): number {
    this.checkAllowed(buffer);
    const copied = buffer.takeInto(target, offset, this.allowed);
    this.allowed -= copied;
    return copied;
  }

  ended(): void {
    this.complete = true;
  }

  private checkAllowed(buffer: ReceiveBuffer): void {
    if (this.allowed === 0 && buffer.length > 0) throw bodyTooLarge();
  }
}
