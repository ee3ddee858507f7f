import { INSPECTION } from '../../model/inspection-limits.js';

/** The room for unfinished messages, of all connections together. */
export class MessageRoom {
  #left: number;

  constructor(most: number = INSPECTION.maxUnfinishedBytes.value) {
    this.#left = most;
  }

  /** Whether there was room. */
  reserve(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  release(bytes: number): void {
    this.#left += bytes;
  }
}

const FIRST_CAPACITY = 16_384;
const NOTHING = Buffer.alloc(0);

/**
 * The part of a message that has come. It is copied together as it comes, so that it costs no more than its bytes however
 * small the pieces are.
 */
export class PartialMessage {
  readonly #room: MessageRoom;
  readonly #max: number;
  #bytes = NOTHING;
  #length = 0;

  /** @param max - how long a message may be. */
  constructor(room: MessageRoom, max: number) {
    this.#room = room;
    this.#max = max;
  }

  /** Whether so many more bytes would still be a message of an allowed length. */
  allows(more: number): boolean {
    return this.#length + more <= this.#max;
  }

  /** Adds a piece, unmasked. @returns whether there was room for it */
  add(piece: Buffer, mask: Buffer, at: number): boolean {
    if (!this.#provide(this.#length + piece.length)) return false;
    for (let i = 0; i < piece.length; i++) {
      this.#bytes[this.#length + i] = (piece[i] as number) ^ (mask[(at + i) & 3] as number);
    }
    this.#length += piece.length;
    return true;
  }

  #provide(needed: number): boolean {
    const { length } = this.#bytes;
    if (needed <= length) return true;
    const capacity = Math.min(Math.max(needed, length * 2, FIRST_CAPACITY), this.#max);
    if (!this.#room.reserve(capacity - length)) return false;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return true;
  }

  /** The message, now that it is whole; valid until the next piece. */
  take(): Buffer {
    const message = this.#bytes.subarray(0, this.#length);
    this.clear();
    return message;
  }

  clear(): void {
    this.#room.release(this.#bytes.length);
    this.#bytes = NOTHING;
    this.#length = 0;
  }
}
