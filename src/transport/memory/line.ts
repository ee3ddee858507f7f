import type { Clock, ClockTimer } from '../deadlines.js';

/** How bytes are cut: into these sizes in turn, repeated, or by a function of each written chunk. */
export type Segmentation = readonly number[] | ((chunk: Buffer) => readonly Buffer[]);

/** The far end of a line. */
interface LineReceiver {
  /** Whether it takes bytes now. */
  isHungry(): boolean;
  isClosed(): boolean;
  takeBytes(bytes: Buffer): void;
  takeEnd(): void;
  takeReset(): void;
}

interface Parcel {
  readonly kind: 'bytes' | 'fin' | 'reset';
  readonly due: number;
  /** What is left of it. */
  readonly pieces: Buffer[];
}

/**
 * One direction of a memory pair: what the network and both kernels would hold. It keeps the order of everything.
 *
 * Pieces arrive one by one. Before the next, the ticks and the whole chain of promise reactions that the last one
 * caused have run.
 */
export class MemoryLine {
  readonly #clock: Clock | undefined;
  readonly #capacity: number;
  readonly #queue: Parcel[] = [];
  #receiver: LineReceiver | undefined;
  #bounced: () => void = () => undefined;
  #segmentation: Segmentation | undefined;
  #turn = 0;
  #latency = 0;
  #stalled = false;
  #arriving = false;
  #timer: ClockTimer | undefined;
  #held = 0;
  #waitingSender: (() => void) | undefined;
  #endSent = false;
  #resetSent = false;

  /** @param capacity - The number of bytes it holds before the sender has to wait. */
  constructor(clock: Clock | undefined, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** @param bounced - Called when bytes reach a closed receiver, to which TCP responds with a reset. */
  connect(receiver: LineReceiver, bounced: () => void): void {
    this.#receiver = receiver;
    this.#bounced = bounced;
  }

  /**
   * Sends bytes; `taken` is called as soon as the line has room for more.
   *
   * @throws Error when a segmentation by function lost bytes
   */
  sendBytes(chunk: Buffer, taken: () => void): void {
    // A copy: the sender may reuse its memory once the bytes are taken.
    const pieces = this.#cut(Buffer.from(chunk));
    this.#held += chunk.length;
    this.#send('bytes', pieces);
    if (this.#held < this.#capacity) taken();
    else this.#waitingSender = taken;
  }

  /** Sends FIN, once. */
  sendEnd(): void {
    if (this.#endSent || this.#resetSent) return;
    this.#endSent = true;
    this.#send('fin', []);
  }

  /** Sends RST, once. It arrives after what was sent before, but does not wait until that is read. */
  sendReset(): void {
    if (this.#resetSent) return;
    this.#resetSent = true;
    this.#send('reset', []);
  }

  set segmentation(segmentation: Segmentation | undefined) {
    if (
      typeof segmentation === 'object' &&
      !segmentation.every((size) => Number.isInteger(size) && size > 0)
    ) {
      throw new RangeError('segmentation: sizes must be positive integers');
    }
    this.#segmentation = segmentation;
    this.#turn = 0;
  }

  set latency(ms: number) {
    if (!(ms >= 0)) throw new RangeError(`delay: must be 0 or more milliseconds (got ${String(ms)})`);
    if (ms > 0 && this.#clock === undefined) throw new TypeError('delay: needs a clock');
    this.#latency = ms;
  }

  set stalled(stalled: boolean) {
    this.#stalled = stalled;
    this.schedule();
  }

  /** Lets the next piece arrive soon, if it may. */
  schedule(): void {
    if (this.#arriving || this.#queue.length === 0) return;
    this.#arriving = true;
    // The tick queue runs dry before microtasks do, and these before the next tick.
    queueMicrotask(() => {
      process.nextTick(() => {
        this.#arriving = false;
        this.#arrive();
      });
    });
  }

  #send(kind: Parcel['kind'], pieces: Buffer[]): void {
    const due = (this.#clock?.now() ?? 0) + this.#latency;
    this.#queue.push({ kind, due, pieces });
    this.schedule();
  }

  #arrive(): void {
    const parcel = this.#queue[0];
    if (parcel === undefined || this.#stalled || this.#receiver === undefined || this.#isEarly(parcel))
      return;
    if (parcel.kind === 'bytes') {
      if (!this.#arriveBytes(parcel, this.#receiver)) return;
    } else {
      this.#queue.shift();
      if (parcel.kind === 'fin') this.#receiver.takeEnd();
      else this.#receiver.takeReset();
    }
    this.schedule();
  }

  #isEarly(parcel: Parcel): boolean {
    const early = this.#clock === undefined ? 0 : parcel.due - this.#clock.now();
    if (early <= 0) return false;
    this.#timer ??= this.#clock?.setTimeout(() => {
      this.#timer = undefined;
      this.schedule();
    }, early);
    return true;
  }

  /** @returns whether anything moved */
  #arriveBytes(parcel: Parcel, receiver: LineReceiver): boolean {
    if (receiver.isClosed()) {
      this.#discard(parcel);
      this.#bounced();
    } else if (receiver.isHungry()) {
      this.#deliverPiece(parcel, receiver);
    } else if (this.#resetSent) {
      this.#discard(parcel);
    } else {
      return false;
    }
    return true;
  }

  #deliverPiece(parcel: Parcel, receiver: LineReceiver): void {
    const piece = parcel.pieces.shift();
    if (parcel.pieces.length === 0) this.#queue.shift();
    if (piece === undefined) return;
    this.#free(piece.length);
    receiver.takeBytes(piece);
  }

  #discard(parcel: Parcel): void {
    this.#queue.shift();
    this.#free(totalLength(parcel.pieces));
  }

  #free(bytes: number): void {
    this.#held -= bytes;
    if (this.#held >= this.#capacity) return;
    const taken = this.#waitingSender;
    this.#waitingSender = undefined;
    taken?.();
  }

  #cut(chunk: Buffer): Buffer[] {
    if (chunk.length === 0) return [];
    if (this.#segmentation === undefined) return [chunk];
    if (typeof this.#segmentation !== 'function') return this.#cutBySizes(chunk, this.#segmentation);
    const segments = this.#segmentation(chunk);
    if (!Buffer.concat(segments).equals(chunk)) throw new Error('segmentation: must keep all bytes in order');
    return segments.filter((segment) => segment.length > 0);
  }

  #cutBySizes(chunk: Buffer, sizes: readonly number[]): Buffer[] {
    const segments: Buffer[] = [];
    for (let at = 0; at < chunk.length;) {
      const size = sizes[this.#turn++ % sizes.length] ?? chunk.length;
      segments.push(chunk.subarray(at, at + size));
      at += size;
    }
    return segments;
  }
}

function totalLength(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
