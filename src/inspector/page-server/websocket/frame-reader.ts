import { INSPECTION } from '../../model/inspection-limits.js';
import type { Loss } from '../../model/shapes.js';
import { PartialMessage, type MessageRoom } from './partial-message.js';

/** What a reader of frames has found. */
export interface FrameListener {
  /** A whole message, of one frame or more. */
  message(data: Buffer): void;
  /** A message is not kept: it is too long, too slow, or there is no room. Those after it are read as usual. */
  dropped(why: Loss): void;
  ping(payload: Buffer): void;
  close(): void;
  /** What came is not a WebSocket's: nothing after it can be read. */
  failed(): void;
}

/** What the head of a frame says (RFC 6455, section 5.2). */
interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly length: number;
  readonly mask: Buffer;
}

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const MASK_BYTES = 4;
const MAX_HEAD_BYTES = 2 + 8 + MASK_BYTES;
const MAX_CONTROL_BYTES = 125;

/** Where the reader is: between messages, in one that is kept, in one that is passed over, or at an end. */
type Phase = 'between' | 'kept' | 'passedOver' | 'ended';

/**
 * Reads the frames that a client sends, in whatever pieces they come (RFC 6455, section 5). A message that is too long is
 * passed over: it costs neither memory nor the connection.
 */
export class FrameReader {
  readonly #listener: FrameListener;
  readonly #message: PartialMessage;
  readonly #control: PartialMessage;
  readonly #head = Buffer.alloc(MAX_HEAD_BYTES);
  #headLength = 0;
  #frame: Frame | null = null;
  /** How many bytes of the frame's payload have come. */
  #arrived = 0;
  #phase: Phase = 'between';
  #begun = 0;

  constructor(
    listener: FrameListener,
    room: MessageRoom,
    maxMessage: number = INSPECTION.maxMessageBytes.value,
  ) {
    this.#listener = listener;
    this.#message = new PartialMessage(room, maxMessage);
    this.#control = new PartialMessage(room, MAX_CONTROL_BYTES);
  }

  /** The number of the message that is kept and has not come whole; `null` between messages. */
  get unfinished(): number | null {
    return this.#phase === 'kept' ? this.#begun : null;
  }

  /** Keeps no more of the message that has not come whole. */
  drop(why: Loss): void {
    if (this.#phase !== 'kept') return;
    this.#phase = 'passedOver';
    this.#message.clear();
    this.#listener.dropped(why);
  }

  /** The connection is over. */
  end(): void {
    this.#phase = 'ended';
    this.#message.clear();
    this.#control.clear();
  }

  /** Takes the next bytes of the connection. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#phase !== 'ended') {
      if (this.#frame === null) at = this.#readHead(chunk, at);
      else at = this.#readPayload(this.#frame, chunk, at);
    }
  }

  #readHead(chunk: Buffer, at: number): number {
    const wanted = this.#headLength < 2 ? 2 : headLength(this.#head);
    const taken = Math.min(wanted - this.#headLength, chunk.length - at);
    chunk.copy(this.#head, this.#headLength, at, at + taken);
    this.#headLength += taken;
    if (this.#headLength >= 2 && this.#headLength === headLength(this.#head))
      this.#begin(frameOf(this.#head));
    return at + taken;
  }

  #begin(frame: Frame | null): void {
    this.#headLength = 0;
    this.#arrived = 0;
    if (frame === null || !this.#isExpected(frame)) {
      this.end();
      this.#listener.failed();
      return;
    }
    this.#frame = frame;
    if (!isControl(frame)) {
      if (this.#phase === 'between') {
        this.#phase = 'kept';
        this.#begun++;
      }
      if (!this.#message.allows(frame.length)) this.drop('longMessage');
    }
    if (frame.length === 0) this.#finish(frame);
  }

  /** A message begins with its type, and its other frames continue it; control frames come in between. */
  #isExpected(frame: Frame): boolean {
    const { opcode, isLast, length } = frame;
    if (isControl(frame)) return opcode <= OPCODE.pong && isLast && length <= MAX_CONTROL_BYTES;
    if (opcode > OPCODE.binary) return false;
    return (opcode === OPCODE.continuation) === (this.#phase !== 'between');
  }

  #readPayload(frame: Frame, chunk: Buffer, at: number): number {
    const end = Math.min(at + frame.length - this.#arrived, chunk.length);
    const piece = chunk.subarray(at, end);
    if (isControl(frame)) this.#control.add(piece, frame.mask, this.#arrived);
    else if (this.#phase === 'kept' && !this.#message.add(piece, frame.mask, this.#arrived)) {
      this.drop('moreMessages');
    }
    this.#arrived += piece.length;
    if (this.#arrived === frame.length) this.#finish(frame);
    return end;
  }

  #finish(frame: Frame): void {
    this.#frame = null;
    if (isControl(frame)) this.#hear(frame, this.#control.take());
    else if (frame.isLast) {
      const isKept = this.#phase === 'kept';
      this.#phase = 'between';
      if (isKept) this.#listener.message(this.#message.take());
    }
  }

  #hear({ opcode }: Frame, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.#listener.ping(payload);
    else if (opcode === OPCODE.close) {
      this.end();
      this.#listener.close();
    }
  }
}

function isControl({ opcode }: Frame): boolean {
  return opcode >= OPCODE.close;
}

/** How long a head is, by its first two bytes. */
function headLength(head: Buffer): number {
  const short = (head[1] as number) & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + MASK_BYTES;
}

/** `null` where a bit is set that means nothing here, or the payload is not masked, as that of a client has to be. */
function frameOf(head: Buffer): Frame | null {
  const first = head[0] as number;
  const second = head[1] as number;
  if ((first & 0x70) !== 0 || (second & 0x80) === 0) return null;
  const short = second & 0x7f;
  const length =
    short === 126 ? head.readUInt16BE(2) : short === 127 ? Number(head.readBigUInt64BE(2)) : short;
  const size = headLength(head);
  return {
    opcode: first & 0x0f,
    isLast: (first & 0x80) !== 0,
    length,
    mask: Buffer.from(head.subarray(size - MASK_BYTES, size)),
  };
}
