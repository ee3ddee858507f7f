import type { HeadLimits } from './limits.js';

/** How far the head scanner got with the head at the front of a buffer. */
export interface ScanProgress {
  /** The place in the grammar. */
  phase: number;
  /** Bytes scanned, counted from the front of the buffer. */
  scanned: number;
  /** Field lines started. */
  fields: number;
  /** Empty lines skipped before the head. */
  emptyLines: number;
}

/**
 * What the last request head of a connection said. Clients repeat their field lines to the letter, and lines that were
 * checked once need no second check. It belongs to one connection, so that no client learns anything about another.
 */
export interface RepeatedHead {
  /** The limits it was checked against. */
  readonly limits: HeadLimits;
  /** The length of the whole head, in bytes. */
  readonly length: number;
  /** The field lines, without the blank line. */
  readonly block: string;
  readonly bodyLength: number;
  readonly persistent: boolean;
  readonly expectsContinue: boolean;
  readonly offersSwitch: boolean;
}

interface Latin1Buffer extends Buffer {
  latin1Slice(start: number, end: number): string;
}

/** Chunks are joined up to this size, so that a peer that sends byte by byte costs bytes, not objects. */
const JOIN_BYTES = 1_024;

const EMPTY = Buffer.alloc(0);

const BLANK_LINE = Buffer.from('\r\n\r\n', 'latin1');

/**
 * The bytes that were received and not consumed yet: a list of chunks that returns views instead of copies where it
 * can.
 *
 * A chunk can be appended as *borrowed*: its owner reuses the memory once the current call stack has ended. This class
 * never returns a view of borrowed memory. Call `settle()` before that call stack ends.
 *
 * POCO: the buffer inside `HTTPSession`.
 */
export class ReceiveBuffer {
  /** How far a head was scanned. Consuming any byte resets it. */
  scan: ScanProgress | undefined = undefined;
  /** The last request head that was read; belongs to the head reader. */
  lastHead: RepeatedHead | undefined = undefined;
  #first: Latin1Buffer | undefined = undefined;
  #at = 0;
  #rest: Latin1Buffer[] | undefined = undefined;
  #held = 0;
  /** Whether the last chunk, and only that, is borrowed. */
  #borrowed = false;

  /** The number of bytes held. POCO: `HTTPSession::buffered`. */
  get length(): number {
    return this.#held;
  }

  /** Appends a chunk. It is copied only if it is small and other bytes are waiting already. */
  append(chunk: Buffer, borrowed = false): void {
    if (chunk.length === 0) return;
    if (this.#first === undefined) {
      this.#first = chunk as Latin1Buffer;
      this.#borrowed = borrowed;
    } else {
      this.settle();
      this.#join(chunk as Latin1Buffer, borrowed);
    }
    this.#held += chunk.length;
  }

  /** Copies what remains of borrowed memory, so that its owner can reuse it. Cheap when there is nothing to do. */
  settle(): void {
    if (!this.#borrowed) return;
    this.#borrowed = false;
    if (this.#rest === undefined) {
      // `Buffer.from` takes longer than the copy itself.
      const left = Buffer.allocUnsafe(this.#run());
      left.set(this.#front().subarray(this.#at));
      this.#first = left as Latin1Buffer;
      this.#at = 0;
    } else {
      this.#rest.push(Buffer.from(this.#rest.pop() as Buffer) as Latin1Buffer);
    }
  }

  /** Consumes and returns the next byte; -1 if there is none. */
  get(): number {
    const byte = this.peek();
    if (byte !== -1) this.#consume(1);
    return byte;
  }

  /** The next byte, not consumed; -1 if there is none. */
  peek(): number {
    return this.#first === undefined ? -1 : (this.#first[this.#at] as number);
  }

  /** Consumes up to `length` bytes. Returns a view where they are contiguous in memory of their own, else a copy. */
  take(length: number): Buffer {
    const wanted = Math.min(length, this.#held);
    if (wanted <= this.#run()) return this.takeContiguous(wanted);
    const target = Buffer.allocUnsafe(wanted);
    this.takeInto(target, 0, wanted);
    return target;
  }

  /** Consumes up to `max` bytes of the first contiguous run. Returns a view, unless that run is borrowed. */
  takeContiguous(max: number): Buffer {
    const wanted = Math.min(max, this.#run());
    if (wanted <= 0) return EMPTY;
    const view = this.#front().subarray(this.#at, this.#at + wanted);
    const piece = this.#borrowed && this.#rest === undefined ? Buffer.from(view) : view;
    this.#consume(wanted);
    return piece;
  }

  /** Consumes and returns the first chunk, if it is all that is held and not shared; `undefined` otherwise. */
  takeChunk(length: number): Buffer | undefined {
    const first = this.#first;
    const isWhole = this.#at === 0 && length === this.#held && !this.#borrowed && first?.length === length;
    if (!isWhole) return undefined;
    this.#consume(length);
    return first;
  }

  /** Whether the first run lies in the memory of `target`, from `offset` on. */
  startsIn(target: Uint8Array, offset: number): boolean {
    const first = this.#first;
    return first?.buffer === target.buffer && first.byteOffset + this.#at === target.byteOffset + offset;
  }

  /**
   * Consumes up to `length` bytes into `target` at `offset`, as far as there is room. Returns how many. Bytes that lie
   * there already are not copied.
   */
  takeInto(target: Uint8Array, offset: number, length: number): number {
    const wanted = Math.min(length, this.#held, target.length - offset);
    let copied = 0;
    while (copied < wanted) {
      const step = Math.min(wanted - copied, this.#run());
      if (!this.startsIn(target, offset + copied)) {
        target.set(this.#front().subarray(this.#at, this.#at + step), offset + copied);
      }
      this.#consume(step);
      copied += step;
    }
    return copied;
  }

  /** Consumes up to `length` bytes without returning them. */
  skip(length: number): void {
    let left = Math.min(length, this.#held);
    while (left > 0) {
      const step = Math.min(left, this.#run());
      this.#consume(step);
      left -= step;
    }
  }

  /** Consumes and returns everything. POCO: `HTTPSession::drainBuffer`. */
  drain(): Buffer {
    const all = this.take(this.#held);
    this.clear();
    return all;
  }

  /** Discards everything. */
  clear(): void {
    this.#first = undefined;
    this.#at = 0;
    this.#rest = undefined;
    this.#held = 0;
    this.#borrowed = false;
    this.scan = undefined;
    this.lastHead = undefined;
  }

  /** Whether the first run holds `length` bytes. */
  holds(length: number): boolean {
    return length <= this.#run();
  }

  /** The length of the head up to the first blank line, if the first run holds all of it; else -1. */
  headLength(): number {
    if (this.#first === undefined) return -1;
    const blank = this.#first.indexOf(BLANK_LINE, this.#at);
    return blank === -1 ? -1 : blank + 4 - this.#at;
  }

  /** The first `length` bytes as latin1 text, not consumed. The buffer must hold that many. */
  latin1(length: number): string {
    if (length === 0) return '';
    if (length <= this.#run()) return this.#front().latin1Slice(this.#at, this.#at + length);
    let text = this.#front().latin1Slice(this.#at, this.#front().length);
    for (const chunk of this.#rest as Latin1Buffer[]) {
      text += chunk.latin1Slice(0, Math.min(chunk.length, length - text.length));
    }
    return text;
  }

  /** A view of the contiguous run that starts `position` bytes after the front, not consumed; `undefined` if there is none. */
  from(position: number): Buffer | undefined {
    let skipped = position - this.#run();
    if (skipped < 0) return this.#front().subarray(this.#at + position);
    for (const chunk of this.#rest ?? []) {
      if (skipped < chunk.length) return chunk.subarray(skipped);
      skipped -= chunk.length;
    }
    return undefined;
  }

  /** For `console.log`: how much is held, and none of it. */
  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return { length: this.length };
  }

  #front(): Latin1Buffer {
    return this.#first as Latin1Buffer;
  }

  /** Bytes in the first contiguous run. */
  #run(): number {
    return this.#first === undefined ? 0 : this.#first.length - this.#at;
  }

  /** Consumes bytes of the first run. An emptied chunk is released at once. */
  #consume(length: number): void {
    this.#at += length;
    this.#held -= length;
    this.scan = undefined;
    if (this.#at < this.#front().length) return;
    this.#at = 0;
    this.#first = this.#rest?.shift();
    if (this.#rest?.length === 0) this.#rest = undefined;
    if (this.#first === undefined) this.#borrowed = false;
  }

  #join(chunk: Latin1Buffer, borrowed: boolean): void {
    const last = this.#rest?.at(-1) ?? this.#front().subarray(this.#at);
    const joins = last.length + chunk.length <= JOIN_BYTES;
    this.#borrowed = borrowed && !joins;
    if (!joins) {
      (this.#rest ??= []).push(chunk);
    } else if (this.#rest === undefined) {
      this.#first = Buffer.concat([last, chunk]) as Latin1Buffer;
      this.#at = 0;
    } else {
      this.#rest[this.#rest.length - 1] = Buffer.concat([last, chunk]) as Latin1Buffer;
    }
  }
}
